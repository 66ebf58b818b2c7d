package toco.torch;

import toco.torch.ffi.TocoTorch;

/// Runs matrix products and convolutions of the calling thread in a shorter float, until closed;
/// nestable, so that an island of float32 inside is `Autocast.off(device)`.
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
    previousDtype = scratch.second.get(java.lang.foreign.ValueLayout.JAVA_INT, 0);
    opened();
  }

  /// Shortens until closed.
  ///
  /// @param dtype BFLOAT16 or, on CUDA, FLOAT16
  public static Autocast on(Device device, DType dtype) {
    return new Autocast(device, true, dtype);
  }

  /// Full float32 until closed, whatever is on around it.
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
