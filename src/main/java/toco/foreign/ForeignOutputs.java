package toco.foreign;

import toco.torch.Tensor;

/// A network of another program: one image in, the chosen output out.
interface ForeignOutputs extends AutoCloseable {
  /// @param image float32 [1, 3, H, W] normalised
  /// @return the chosen output, as it is; in the innermost scope
  Tensor of(Tensor image);

  @Override
  void close();
}
