package toco.train;

import toco.config.TrainConfig;
import toco.torch.Device;
import toco.torch.LibTorch;

/// The device and the threads that a configuration asks for.
public final class Devices {
  private Devices() {}

  /// Sets LibTorch's threads and chooses the device.
  ///
  /// @throws TrainingException if CUDA is asked for and LibTorch sees no GPU
  public static Device prepare(TrainConfig config) {
    LibTorch.setNumThreads(
        config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads());
    LibTorch.setFlushDenormal(true);
    int gpus = LibTorch.cudaDeviceCount();
    return switch (config.device()) {
      case CPU -> Device.CPU;
      case AUTO -> gpus > 0 ? Device.CUDA : Device.CPU;
      case CUDA -> {
        if (gpus == 0) {
          throw new TrainingException(
              "train.device is cuda, but LibTorch sees no GPU; see bin/toco doctor, or set"
                  + " train.device=cpu");
        }
        yield Device.CUDA;
      }
    };
  }
}
