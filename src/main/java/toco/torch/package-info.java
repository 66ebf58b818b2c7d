/// The bridge to LibTorch: tensors, operators, autograd, random state. It is independent of ToCo
/// and can be used alone.
///
/// Only this package uses the generated bindings (`toco.torch.ffi`). Start with [toco.torch.Tensor]
/// and [toco.torch.TensorScope].
@NullMarked
package toco.torch;

import org.jspecify.annotations.NullMarked;
