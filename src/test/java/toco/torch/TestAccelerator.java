package toco.torch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// The accelerator of tests tagged by [OnAccelerator].
public final class TestAccelerator {
  private TestAccelerator() {}

  /// The first GPU if there is one, else the first device of the stand-in.
  public static Device device() {
    return hasGpu() ? Device.CUDA : StandIn.device(0);
  }

  /// The accelerator of a rank of a job. Skips the test on a machine with fewer GPUs than that.
  public static Device device(int rank) {
    if (!hasGpu()) {
      return StandIn.device(rank);
    }
    int found = Accelerator.count(Device.Kind.CUDA);
    assumeTrue(rank < found, () -> "%d CUDA devices".formatted(found));
    return Device.cuda(rank);
  }

  /// The text of `train.device` for it.
  public static String name() {
    return device().toString();
  }

  /// Whether it is a GPU. Its numbers differ from the CPU's by more than the stand-in's.
  public static boolean hasGpu() {
    return Accelerator.count(Device.Kind.CUDA) > 0;
  }
}
