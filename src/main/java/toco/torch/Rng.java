package toco.torch;

import static toco.torch.ffi.TocoTorch.tt_manual_seed;
import static toco.torch.ffi.TocoTorch.tt_rng_state;
import static toco.torch.ffi.TocoTorch.tt_set_rng_state;

/// LibTorch's random number generators, which belong to the process.
public final class Rng {
  private Rng() {}

  /// Seeds the generators of all devices.
  public static void manualSeed(long seed) {
    LibTorch.load();
    CallScratch.check(tt_manual_seed(seed));
  }

  /// The whole state of a device's generator: 1-D uint8, on the CPU; the caller owns it.
  public static Tensor state(Device device) {
    return CallScratch.result(tt_rng_state(device.type(), device.index(), CallScratch.out()));
  }

  /// Puts back a state that [#state] gave.
  public static void setState(Device device, Tensor state) {
    CallScratch.check(tt_set_rng_state(device.type(), device.index(), state.handle()));
  }
}
