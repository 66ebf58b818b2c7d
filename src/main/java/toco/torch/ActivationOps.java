package toco.torch;

import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_gelu;
import static toco.torch.ffi.TocoTorch.tt_log_sigmoid;
import static toco.torch.ffi.TocoTorch.tt_log_softmax;
import static toco.torch.ffi.TocoTorch.tt_relu;
import static toco.torch.ffi.TocoTorch.tt_sigmoid;
import static toco.torch.ffi.TocoTorch.tt_softmax;
import static toco.torch.ffi.TocoTorch.tt_tanh;

import java.lang.foreign.MemorySegment;

/// Activation functions: element-wise ones, and softmax along a dimension.
sealed interface ActivationOps permits Tensor {

  MemorySegment handle();

  /// `max(x, 0)`.
  default Tensor relu() {
    return result(tt_relu(handle(), out()));
  }

  /// x where positive, else `slope · x`.
  default Tensor leakyRelu(double slope) {
    return Ops.call("aten::leaky_relu", this, slope);
  }

  /// x where positive, else eˣ − 1.
  default Tensor elu() {
    return Ops.call("aten::elu", this);
  }

  /// The Gaussian error linear unit, exact (by erf).
  default Tensor gelu() {
    return result(tt_gelu(handle(), out()));
  }

  /// `x · sigmoid(x)`.
  default Tensor silu() {
    return Ops.call("aten::silu", this);
  }

  /// log(1 + eˣ).
  default Tensor softplus() {
    return Ops.call("aten::softplus", this);
  }

  /// 1 / (1 + e⁻ˣ).
  default Tensor sigmoid() {
    return result(tt_sigmoid(handle(), out()));
  }

  /// The logarithm of the sigmoid, without overflow.
  default Tensor logSigmoid() {
    return result(tt_log_sigmoid(handle(), out()));
  }

  /// The hyperbolic tangent.
  default Tensor tanh() {
    return result(tt_tanh(handle(), out()));
  }

  /// Exponentials divided by their sum along a dimension.
  default Tensor softmax(long dim) {
    return result(tt_softmax(handle(), dim, out()));
  }

  /// The logarithm of the softmax, without overflow.
  default Tensor logSoftmax(long dim) {
    return result(tt_log_softmax(handle(), dim, out()));
  }
}
