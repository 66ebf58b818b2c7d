package toco.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import toco.torch.ffi.TocoTorch;

/// Mixed precision, as `torch.autocast`: until closed, matrix products and convolutions of the
/// calling thread run in a lower-precision dtype. Nestable: `Autocast.off(device)` inside makes a
/// float32 region.
public final class Autocast extends ThreadMode {
  private final Device device;
  private final int previousOn;
  private final int previousDtype;

  private Autocast(Device device, boolean on, DType dtype) {
    this.device = device;
    var scratch = CallScratch.get();
    CallScratch.check(
        TocoTorch.tt_set_autocast(
            device.type(), on ? 1 : 0, dtype.code, scratch.out, scratch.second));
    previousOn = scratch.outInt();
    previousDtype = scratch.second.get(JAVA_INT, 0);
    opened();
  }

  /// Turns autocast on until closed.
  ///
  /// @param dtype BFLOAT16 or, on an accelerator, FLOAT16
  public static Autocast on(Device device, DType dtype) {
    return new Autocast(device, true, dtype);
  }

  /// Turns autocast off until closed, inside any outer autocast region.
  public static Autocast off(Device device) {
    return new Autocast(device, false, DType.BFLOAT16);
  }

  @Override
  void restore() {
    var scratch = CallScratch.get();
    CallScratch.check(
        TocoTorch.tt_set_autocast(
            device.type(), previousOn, previousDtype, scratch.out, scratch.second));
    if (previousOn == 0) {
      CallScratch.check(TocoTorch.tt_clear_autocast_cache());
    }
  }
}
