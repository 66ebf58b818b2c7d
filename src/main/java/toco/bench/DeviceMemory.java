package toco.bench;

import toco.host.Devices;
import toco.host.ProcessMemory;
import toco.torch.Accelerator;
import toco.torch.Device;

/// The most memory that steps use: of a GPU the tensors', of the CPU the process's.
final class DeviceMemory {
  private DeviceMemory() {}

  /// Frees what is cached and forgets the peak so far.
  static void restart(Device device) {
    if (device.isCpu()) {
      var _ = ProcessMemory.resetPeak(); // where it cannot be reset, the peak is the process's
    } else if (Devices.peakMemory(device).isPresent()) {
      Accelerator.emptyCache(device);
      Accelerator.resetPeak(device);
    }
  }

  /// The peak since then; 0 where it is not known.
  static long peakBytes(Device device) {
    return device.isCpu()
        ? ProcessMemory.peakResidentBytes()
        : Devices.peakMemory(device).orElse(0);
  }
}
