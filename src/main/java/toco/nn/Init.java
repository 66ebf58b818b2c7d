package toco.nn;

import toco.torch.Shape;
import toco.torch.Tensor;

/// First values of weights, drawn from LibTorch's generator.
public final class Init {
  private Init() {}

  /// Normal, cut off at ±2 (not ±2 deviations), as timm's `trunc_normal_` does by default.
  public static Tensor truncatedNormal(double std, long... sizes) {
    return Tensor.zeros(sizes).normal_(0, std).clamp_(-2, 2);
  }

  /// What PyTorch's Linear and Conv2d start with: uniform within ±1 / √(inputs of one output).
  public static Tensor uniformFanIn(long... sizes) {
    long fanIn = Shape.of(sizes).numel() / sizes[0];
    double bound = 1 / Math.sqrt((double) fanIn);
    return Tensor.zeros(sizes).uniform_(-bound, bound);
  }
}
