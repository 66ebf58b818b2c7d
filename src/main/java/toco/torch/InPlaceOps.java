package toco.torch;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// Operators that change this tensor in place and return it; their names end in an underscore, as
/// in PyTorch. `x[…] = …` is [Tensor#indexPut_].
sealed interface InPlaceOps permits Tensor {

  MemorySegment handle();

  /// Overwrites this tensor with `source`, which may broadcast and have another dtype or device.
  default Tensor copy_(Tensor source) {
    return done(TocoTorch.tt_copy_(handle(), source.handle(), 0));
  }

  /// Overwrites this tensor with `source`, which may broadcast and have another dtype or device.
  ///
  /// @param nonBlocking lets a copy between devices run asynchronously; unless `source` is in
  ///   pinned memory, it may be overwritten as soon as this returns
  default Tensor copy_(Tensor source, boolean nonBlocking) {
    return done(TocoTorch.tt_copy_(handle(), source.handle(), nonBlocking ? 1 : 0));
  }

  /// Fills this tensor with `value`.
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

  /// Fills this tensor with numbers from a normal distribution.
  default Tensor normal_(double mean, double std) {
    return done(TocoTorch.tt_normal_(handle(), mean, std));
  }

  /// Fills this tensor with numbers uniform in [low, high).
  default Tensor uniform_(double low, double high) {
    return done(TocoTorch.tt_uniform_(handle(), low, high));
  }

  /// Sets whether autograd records operations on this leaf.
  default Tensor requiresGrad_(boolean on) {
    return done(TocoTorch.tt_set_requires_grad(handle(), on ? 1 : 0));
  }

  private Tensor done(int status) {
    CallScratch.check(status);
    return (Tensor) this;
  }
}
