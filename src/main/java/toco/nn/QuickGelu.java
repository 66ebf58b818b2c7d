package toco.nn;

import toco.torch.Tensor;

/// The activation of OpenAI's CLIP, an approximation of GELU: `x · sigmoid(1.702 · x)`.
public final class QuickGelu {
  private static final double SLOPE = 1.702;

  private QuickGelu() {}

  public static Tensor of(Tensor x) {
    return x.mul(x.mul(SLOPE).sigmoid());
  }
}
