/// The bridge to LibTorch: tensors, operators, autograd, random state. It knows nothing of ToCo and
/// can be used alone.
///
/// Only this package touches the generated bindings (`toco.torch.ffi`). Start with
/// [toco.torch.Tensor] and [toco.torch.TensorScope].
@NullMarked
package toco.torch;

import org.jspecify.annotations.NullMarked;
