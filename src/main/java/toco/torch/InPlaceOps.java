package toco.torch;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// Operators that change the tensor itself and return it; named with a trailing underscore, as in
/// PyTorch.
sealed interface InPlaceOps permits Tensor {

  MemorySegment handle();

  /// Overwrites this tensor with `source`, which may broadcast and be of another dtype or device.
  default Tensor copy_(Tensor source) {
    return done(TocoTorch.tt_copy_(handle(), source.handle(), 0));
  }

  /// The same.
  ///
  /// @param nonBlocking lets a copy between devices run while the host goes on; from memory that is
  ///   not pinned, `source` may be written to again at once
  default Tensor copy_(Tensor source, boolean nonBlocking) {
    return done(TocoTorch.tt_copy_(handle(), source.handle(), nonBlocking ? 1 : 0));
  }

  /// Writes `value` everywhere.
  default Tensor fill_(double value) {
    return done(TocoTorch.tt_fill_(handle(), value));
  }

  /// Adds `alpha · other`.
  default Tensor add_(Tensor other, double alpha) {
    return done(TocoTorch.tt_add_(handle(), other.handle(), alpha));
  }

  /// Multiplies by `value`.
  default Tensor mul_(double value) {
    return done(TocoTorch.tt_mul_scalar_(handle(), value));
  }

  /// Limits to `low..high`.
  default Tensor clamp_(double low, double high) {
    return done(TocoTorch.tt_clamp_(handle(), low, high));
  }

  /// Draws every element anew from a normal distribution.
  default Tensor normal_(double mean, double std) {
    return done(TocoTorch.tt_normal_(handle(), mean, std));
  }

  /// Draws every element anew, uniform in low..high.
  default Tensor uniform_(double low, double high) {
    return done(TocoTorch.tt_uniform_(handle(), low, high));
  }

  /// Whether operators on this leaf are recorded for gradients.
  default Tensor requiresGrad_(boolean on) {
    return done(TocoTorch.tt_set_requires_grad(handle(), on ? 1 : 0));
  }

  private Tensor done(int status) {
    Frame.check(status);
    return (Tensor) this;
  }
}
