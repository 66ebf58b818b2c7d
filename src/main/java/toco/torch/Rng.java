package toco.torch;

import static toco.torch.ffi.TocoTorch.tt_manual_seed;
import static toco.torch.ffi.TocoTorch.tt_rng_state;
import static toco.torch.ffi.TocoTorch.tt_set_rng_state;

/// LibTorch's process-wide random number generators.
public final class Rng {
  private Rng() {}

  /// Seeds the generators of all devices.
  public static void manualSeed(long seed) {
    LibTorch.load();
    CallScratch.check(tt_manual_seed(seed));
  }

  /// The state of a device's generator: uint8, 1-D, on the CPU; owned by the innermost scope or
  /// else the caller.
  public static Tensor state(Device device) {
    return CallScratch.result(tt_rng_state(device.type(), device.index(), CallScratch.out()));
  }

  /// Restores a state returned by [#state].
  public static void setState(Device device, Tensor state) {
    CallScratch.check(tt_set_rng_state(device.type(), device.index(), state.handle()));
  }
}
