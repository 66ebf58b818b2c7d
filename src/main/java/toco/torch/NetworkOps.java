package toco.torch;

import static toco.torch.Frame.out;
import static toco.torch.Frame.result;
import static toco.torch.ffi.TocoTorch.tt_cross_entropy;
import static toco.torch.ffi.TocoTorch.tt_interpolate;
import static toco.torch.ffi.TocoTorch.tt_log_softmax;
import static toco.torch.ffi.TocoTorch.tt_matmul;
import static toco.torch.ffi.TocoTorch.tt_mse_loss;
import static toco.torch.ffi.TocoTorch.tt_normalize;
import static toco.torch.ffi.TocoTorch.tt_softmax;

import java.lang.foreign.MemorySegment;

/// Matrix products and what networks are built of; layers with weights are in [Functional].
sealed interface NetworkOps permits Tensor {

  MemorySegment handle();

  /// Matrix product, batched and broadcast as in PyTorch.
  default Tensor matmul(Tensor other) {
    return result(tt_matmul(handle(), other.handle(), out()));
  }

  /// Exponentials divided by their sum along a dimension.
  default Tensor softmax(long dim) {
    return result(tt_softmax(handle(), dim, out()));
  }

  /// The logarithm of the softmax.
  default Tensor logSoftmax(long dim) {
    return result(tt_log_softmax(handle(), dim, out()));
  }

  /// Divided by its Euclidean norm along a dimension, or by `eps` where that is larger.
  default Tensor normalize(long dim, double eps) {
    return result(tt_normalize(handle(), dim, eps, out()));
  }

  /// The mean squared difference: a scalar.
  default Tensor mseLoss(Tensor target) {
    return result(tt_mse_loss(handle(), target.handle(), out()));
  }

  /// Mean cross-entropy of logits [B, C, …] against int64 classes [B, …]; `ignoreIndex` counts for
  /// nothing.
  default Tensor crossEntropy(Tensor target, long ignoreIndex) {
    return result(tt_cross_entropy(handle(), target.handle(), ignoreIndex, 1, out()));
  }

  /// [B, C, H, W] resized to the given size.
  default Tensor interpolate(long height, long width, Interpolation mode) {
    return result(
        tt_interpolate(handle(), height, width, mode.code, 0, mode.antialias ? 1 : 0, out()));
  }
}
