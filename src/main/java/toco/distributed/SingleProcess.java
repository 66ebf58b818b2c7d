package toco.distributed;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import toco.torch.Device;
import toco.torch.Tensor;

/// A world of one process: no call communicates.
record SingleProcess(int localRank, int localSize, int restarts) implements World {
  static final SingleProcess ALONE = new SingleProcess(0, 1, 0);

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void useDevice(Device device) {}

  @Override
  public void allReduce_(Tensor tensor, String what) {}

  @Override
  public void broadcast_(List<Tensor> tensors, String what) {}

  @Override
  public void barrier(String what) {}

  @Override
  public List<String> allGather(String mine, String what) {
    return List.of(mine);
  }

  @Override
  public String broadcastString(String key, Supplier<String> text) {
    return text.get();
  }

  @Override
  public <T> T localRank0First(Supplier<T> action, String what) {
    return action.get();
  }

  @Override
  public void requireEqualAcrossRanks(Map<String, Tensor> tensors, String what) {}

  @Override
  public void reportFailure(Throwable cause) {}

  @Override
  public void close() {}
}
