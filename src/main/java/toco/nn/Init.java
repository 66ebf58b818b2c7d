package toco.nn;

import toco.torch.Ops;
import toco.torch.Shape;
import toco.torch.Tensor;

/// Weight initialisation, from LibTorch's random generator; as in `torch.nn.init`.
public final class Init {
  private Init() {}

  /// Normal, clamped to ±2 (not to ±2 standard deviations): the default bounds of timm's
  /// `trunc_normal_`.
  public static Tensor truncatedNormal(double std, long... sizes) {
    return Tensor.zeros(sizes).normal_(0, std).clamp_(-2, 2);
  }

  /// Standard normal, of which only what is within ±2 is drawn.
  public static Tensor unitNormalWithinTwo(long... sizes) {
    double within = 0.954_499_736_103_642; // the probability of ±2, erf(√2)
    var uniform = Tensor.zeros(sizes).uniform_(-within, within);
    return Ops.call("aten::erfinv", uniform).mul(Math.sqrt(2)).clamp_(-2, 2);
  }

  /// The default of PyTorch's Linear and Conv2d: uniform within ±1 / √fanIn, where fanIn is the
  /// number of inputs per output.
  public static Tensor uniformFanIn(long... sizes) {
    long fanIn = Shape.of(sizes).numel() / sizes[0];
    double bound = 1 / Math.sqrt((double) fanIn);
    return Tensor.zeros(sizes).uniform_(-bound, bound);
  }
}
