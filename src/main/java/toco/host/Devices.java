package toco.host;

import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import toco.config.ConfigException;
import toco.config.DeviceChoice;
import toco.config.TrainConfig;
import toco.config.TrainConfig.Precision;
import toco.distributed.World;
import toco.torch.Accelerator;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.TorchException;

/// The device and the threads that a configuration asks for.
public final class Devices {
  /// Of the JVM, such as its compilers, and of LibTorch besides those of operators.
  private static final int SPARE_THREADS = 2;

  private static final String KEY = "train.device";

  private Devices() {}

  /// The dtype that autocast uses for the network's matrix products; null for float32.
  public static @Nullable DType autocastDtype(TrainConfig config) {
    return config.precision() == Precision.BFLOAT16 ? DType.BFLOAT16 : null;
  }

  /// The threads that one operator uses in each of the processes that share this host:
  /// `train.threads`; if that is 0, `OMP_NUM_THREADS`; otherwise the process's share of the cores.
  /// The cores are those that CPU affinity and the container's limit leave.
  public static int threads(TrainConfig config, OpenMp openMp, int processes) {
    return config.threads() > 0
        ? config.threads()
        : openMp.threads().orElse(Math.max(1, Machine.cores() / processes));
  }

  /// The most bytes that tensors have held on an accelerator at a time. Empty for the CPU, and
  /// where nobody counts: by LibTorch before 2.9, and by some libraries that register a device.
  public static OptionalLong peakMemory(Device device) {
    if (device.isCpu()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Accelerator.memory(device).peakAllocated());
    } catch (TorchException e) {
      if (e.kind() == TorchException.Kind.NOT_IMPLEMENTED) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  /// Sets LibTorch's threads and chooses the device.
  ///
  /// @throws ConfigException if LibTorch sees no such device
  public static Device prepare(TrainConfig config) {
    return prepare(config, World.single());
  }

  /// The same for one of several processes. The processes of a host share its cores
  /// ([#threads(TrainConfig, OpenMp, int)]), and each has its own GPU or other device: `cuda` is
  /// that of the process's local rank, `cuda:2` and `NAME:2` are number 2 + local rank.
  ///
  /// @throws ConfigException if LibTorch sees no such device, or fewer than there are processes on
  ///   this host
  public static Device prepare(TrainConfig config, World world) {
    int threads = threads(config, OpenMp.ofProcess(), world.localSize());
    requireThreads(2 * threads + SPARE_THREADS); // for the forward and the backward pass
    LibTorch.setNumThreads(threads);
    LibTorch.setFlushDenormal(true);
    LibTorch.setTf32(config.precision() == Precision.TF32);
    return choose(config.device(), world);
  }

  private static Device choose(DeviceChoice choice, World world) {
    if (choice.equals(DeviceChoice.CPU)
        || choice.equals(DeviceChoice.AUTO) && Accelerator.count(Device.Kind.CUDA) == 0) {
      return Device.CPU;
    }
    var kind = choice.equals(DeviceChoice.AUTO) ? Device.Kind.CUDA : kind(choice);
    int count = Accelerator.count(kind);
    if (kind == Device.Kind.CUDA && count == 0) {
      throw refused(
          "train.device is %s, but LibTorch sees no GPU; see bin/toco doctor, or set"
              + " train.device=cpu",
          choice);
    }
    int first = Math.max(0, choice.index());
    if (first >= count) {
      throw refused(
          "train.device is %s, but LibTorch sees %s such device(s), numbered from 0; set"
              + " train.device to one of them",
          choice, count);
    }
    if (first + world.localSize() > count) {
      throw refused(
          "%s processes share this host, but LibTorch sees %s device(s) for them, from number %s on"
              + " (train.device is %s); start as many processes as there are devices, or set"
              + " train.device=cpu",
          world.localSize(), count - first, first, choice);
    }
    return new Device(kind, first + world.localRank());
  }

  private static Device.Kind kind(DeviceChoice choice) {
    if (choice.isCuda()) {
      return Device.Kind.CUDA;
    }
    try {
      return Device.parse(choice.toString()).kind();
    } catch (IllegalArgumentException e) {
      throw refused(
          "train.device is %s, which LibTorch does not know (%s); load the library that registers"
              + " it first, or set train.device=cpu",
          choice, e.getMessage());
    }
  }

  private static ConfigException refused(String message, Object... values) {
    return ConfigException.of(KEY, message.formatted(values));
  }

  /// Starts as many threads as LibTorch will and ends them again, because OpenMP ends the process
  /// if the system refuses one.
  ///
  /// @throws OutOfMemoryError if the system refuses one
  private static void requireThreads(int count) {
    var end = new CountDownLatch(1);
    try {
      for (int i = 0; i < count; i++) {
        Thread.ofPlatform().daemon().name("probe").start(() -> await(end));
      }
    } finally {
      end.countDown();
    }
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
