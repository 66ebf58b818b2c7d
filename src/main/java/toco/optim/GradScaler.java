package toco.optim;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Loss scaling for float16, as `torch.amp.GradScaler`: gradients too small for it are lifted by a
/// factor, which finds its own size. Infinities are sought on the device; one number is read back a
/// step, to know whether to take it.
///
/// ```java
/// try (var scaler = new GradScaler(device)) {
///   optimizer.zeroGrad();
///   scaler.scale(loss).backward();
///   scaler.step(optimizer, params);       // skipped where a gradient is infinite or NaN
/// }
/// ```
public final class GradScaler implements AutoCloseable {
  private static final double FIRST_SCALE = 65536;
  private static final double GROWTH = 2;
  private static final double BACKOFF = 0.5;
  private static final long GROWTH_INTERVAL = 2000;

  private final Tensor scale; // float32 []
  private final Tensor growthTracker; // int32 []: steps without an infinity since the last change
  private final Tensor foundInf; // float32 []: 0, or 1
  private final double growth;
  private final double backoff;
  private final long growthInterval;

  /// With PyTorch's figures: 2¹⁶ at first, halved at an infinity, doubled after 2000 steps without.
  public GradScaler(Device device) {
    this(device, FIRST_SCALE, GROWTH, BACKOFF, GROWTH_INTERVAL);
  }

  /// @param firstScale > 0
  /// @param growth factor > 1 after `growthInterval` steps without an infinity
  /// @param backoff factor in (0, 1) at an infinity
  /// @throws IllegalArgumentException for figures out of range
  public GradScaler(
      Device device, double firstScale, double growth, double backoff, long growthInterval) {
    if (!(firstScale > 0 && growth > 1 && backoff > 0 && backoff < 1 && growthInterval > 0)) {
      throw new IllegalArgumentException(
          ("a scaler needs firstScale > 0, growth > 1, 0 < backoff < 1 and growthInterval "
                  + "> 0, got %s, %s, %s, %s")
              .formatted(firstScale, growth, backoff, growthInterval));
    }
    this.growth = growth;
    this.backoff = backoff;
    this.growthInterval = growthInterval;
    scale = TensorScope.release(Tensor.full(firstScale, DType.FLOAT32, device));
    growthTracker = TensorScope.release(Tensor.full(0, DType.INT32, device));
    foundInf = TensorScope.release(Tensor.full(0, DType.FLOAT32, device));
  }

  /// The loss times the factor.
  public Tensor scale(Tensor loss) {
    return loss.mul(scale);
  }

  /// Divides the gradients by the factor, takes the optimizer's step unless one of them is infinite
  /// or NaN, and fits the factor.
  ///
  /// @param params the optimizer's; those without gradient are passed over
  /// @return whether the step was taken
  public boolean step(Optimizer optimizer, Map<String, Tensor> params) {
    try (var _ = TensorScope.open()) {
      foundInf.fill_(0);
      var gradients = params.values().stream().map(Tensor::grad).filter(GradScaler::there).toList();
      if (!gradients.isEmpty()) {
        unscale(gradients);
      }
      boolean finite = foundInf.item() == 0; // waits for the device
      if (finite) {
        optimizer.step();
      }
      Ops.callAll(
          "aten::_amp_update_scale_",
          scale,
          growthTracker,
          foundInf,
          growth,
          backoff,
          growthInterval);
      return finite;
    }
  }

  private static boolean there(@Nullable Tensor gradient) {
    return gradient != null;
  }

  private void unscale(List<Tensor> gradients) {
    Ops.callAll(
        "aten::_amp_foreach_non_finite_check_and_unscale_",
        gradients,
        foundInf,
        scale.to(DType.FLOAT64).reciprocal().to(DType.FLOAT32));
  }

  /// The factor; waits for the device.
  public double scale() {
    return scale.item();
  }

  /// What a checkpoint keeps; writing into these tensors resumes.
  public Map<String, Tensor> state() {
    return Map.of("scale", scale, "growthTracker", growthTracker);
  }

  @Override
  public void close() {
    scale.close();
    growthTracker.close();
    foundInf.close();
  }
}
