package toco.optim;

/// The update formula of an optimizer, with PyTorch's names and formulas.
public sealed interface UpdateRule {
  /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
  ///
  /// @param beta1 decay rate of the first moment, in [0, 1)
  /// @param beta2 decay rate of the second moment, in [0, 1)
  /// @param eps added to the square root of the second moment
  /// @param weightDecay each step multiplies the weights by 1 − lr · weightDecay
  record AdamW(double beta1, double beta2, double eps, double weightDecay) implements UpdateRule {
    /// PyTorch's defaults: 0.9, 0.999, 1e-8 and 0.01.
    public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8, 0.01);

    /// @throws IllegalArgumentException for values out of range
    public AdamW {
      require(beta1 >= 0 && beta1 < 1, "beta1 must be in [0, 1)", beta1);
      require(beta2 >= 0 && beta2 < 1, "beta2 must be in [0, 1)", beta2);
      require(eps >= 0, "eps must be ≥ 0", eps);
      require(weightDecay >= 0, "weightDecay must be ≥ 0", weightDecay);
    }
  }

  /// Stochastic gradient descent with momentum.
  ///
  /// @param momentum decay rate of the momentum buffer, in [0, 1)
  /// @param weightDecay L2 penalty: weightDecay · weight is added to each gradient
  record Sgd(double momentum, double weightDecay) implements UpdateRule {
    /// @throws IllegalArgumentException for values out of range
    public Sgd {
      require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1)", momentum);
      require(weightDecay >= 0, "weightDecay must be ≥ 0", weightDecay);
    }
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", got " + got);
    }
  }
}
