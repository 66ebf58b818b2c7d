package toco.torch;

import toco.torch.ffi.TocoTorch;

/// Turns autograd recording off or on for the calling thread, until closed: `torch.no_grad` and
/// `torch.set_grad_enabled`.
///
/// ```java
/// try (var _ = GradMode.noGrad()) { … }
/// ```
public final class GradMode extends ThreadMode {
  private final boolean previous;

  private GradMode(boolean on) {
    previous = set(on);
    opened();
  }

  /// Turns recording off: results have no graph, and no activations are kept.
  public static GradMode noGrad() {
    return new GradMode(false);
  }

  /// Turns recording on or off.
  public static GradMode enabled(boolean on) {
    return new GradMode(on);
  }

  /// Whether the calling thread records.
  public static boolean isEnabled() {
    boolean enabled = set(false);
    var _ = set(enabled);
    return enabled;
  }

  @Override
  void restore() {
    var _ = set(previous);
  }

  private static boolean set(boolean on) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_set_grad_enabled(on ? 1 : 0, scratch.out));
    return scratch.outInt() != 0;
  }
}
