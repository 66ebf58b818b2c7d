package toco.host;

import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import toco.config.ConfigException;
import toco.config.TrainConfig;
import toco.config.TrainConfig.Precision;
import toco.distributed.World;
import toco.torch.Cuda;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.TorchException;

/// The device and the threads that a configuration asks for.
public final class Devices {
  /// Of the JVM, such as its compilers, and of LibTorch besides those of operators.
  private static final int SPARE_THREADS = 2;

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

  /// The most bytes that tensors have held on a GPU at a time. Empty for the CPU, and for a
  /// LibTorch that does not say: before 2.9.
  public static OptionalLong peakMemory(Device device) {
    if (device.isCpu()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Cuda.memory(device).peakAllocated());
    } catch (TorchException e) {
      if (e.kind() == TorchException.Kind.NOT_IMPLEMENTED) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  /// Sets LibTorch's threads and chooses the device.
  ///
  /// @throws ConfigException if CUDA is asked for and LibTorch sees no GPU
  public static Device prepare(TrainConfig config) {
    return prepare(config, World.single());
  }

  /// The same for one of several processes. The processes of a host share its cores
  /// ([#threads(TrainConfig, OpenMp, int)]), and each has its own GPU.
  ///
  /// @throws ConfigException if there are fewer GPUs than processes on this host
  public static Device prepare(TrainConfig config, World world) {
    int threads = threads(config, OpenMp.ofProcess(), world.localSize());
    requireThreads(2 * threads + SPARE_THREADS); // for the forward and the backward pass
    LibTorch.setNumThreads(threads);
    LibTorch.setFlushDenormal(true);
    LibTorch.setTf32(config.precision() == Precision.TF32);
    int gpus = LibTorch.cudaDeviceCount();
    return switch (config.device()) {
      case CPU -> Device.CPU;
      case AUTO -> gpus > 0 ? gpu(gpus, world) : Device.CPU;
      case CUDA -> {
        if (gpus == 0) {
          throw ConfigException.of(
              "train.device",
              "train.device is cuda, but LibTorch sees no GPU; see bin/toco doctor, or set"
                  + " train.device=cpu");
        }
        yield gpu(gpus, world);
      }
    };
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

  private static Device gpu(int gpus, World world) {
    if (world.localSize() > gpus) {
      throw ConfigException.of(
          "train.device",
          ("%s processes share this host, but LibTorch sees %s GPU(s); start as many processes as"
                  + " there are GPUs, or set train.device=cpu")
              .formatted(world.localSize(), gpus));
    }
    return Device.cuda(world.localRank());
  }
}
