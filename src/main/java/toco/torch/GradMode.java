package toco.torch;

import toco.torch.ffi.TocoTorch;

/// Turns the recording of gradients off or on for the calling thread, until closed.
///
/// `try (var _ = GradMode.noGrad()) { … }`
public final class GradMode extends ThreadMode {
  private final boolean previous;

  private GradMode(boolean on) {
    previous = set(on);
    opened();
  }

  /// Off: results have no graph and keep no activations.
  public static GradMode noGrad() {
    return new GradMode(false);
  }

  /// On or off, as a condition has it.
  public static GradMode enabled(boolean on) {
    return new GradMode(on);
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
