package toco.optim;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Loss scaling for float16, as `torch.amp.GradScaler`: the loss is multiplied by a scale, adjusted
/// automatically, so that small gradients do not underflow. The check for infinite and NaN
/// gradients runs on the device; one number per step is read back, to decide whether to skip it.
///
/// ```java
/// try (var scaler = new GradScaler(device)) {
///   optimizer.zeroGrad();
///   scaler.scale(loss).backward();
///   scaler.step(optimizer, params);       // skipped where a gradient is infinite or NaN
/// }
/// ```
public final class GradScaler implements AutoCloseable {
  private static final double INITIAL_SCALE = 65536;
  private static final double GROWTH = 2;
  private static final double BACKOFF = 0.5;
  private static final long GROWTH_INTERVAL = 2000;

  private final Tensor scale; // float32 []
  private final Tensor
      growthTracker; // int32 []: consecutive finite steps since the last change of scale
  private final Tensor foundInf; // float32 []: 0 or 1
  private final double growth;
  private final double backoff;
  private final long growthInterval;

  /// With PyTorch's defaults: scale 2¹⁶ at first, halved after a non-finite step, doubled after
  /// 2000 consecutive finite steps.
  public GradScaler(Device device) {
    this(device, INITIAL_SCALE, GROWTH, BACKOFF, GROWTH_INTERVAL);
  }

  /// @param initialScale > 0
  /// @param growth factor > 1, applied after `growthInterval` consecutive finite steps
  /// @param backoff factor in (0, 1), applied after a non-finite step
  /// @throws IllegalArgumentException for values out of range
  public GradScaler(
      Device device, double initialScale, double growth, double backoff, long growthInterval) {
    if (!(initialScale > 0 && growth > 1 && backoff > 0 && backoff < 1 && growthInterval > 0)) {
      throw new IllegalArgumentException(
          ("a scaler needs initialScale > 0, growth > 1, 0 < backoff < 1 and growthInterval "
                  + "> 0, got %s, %s, %s, %s")
              .formatted(initialScale, growth, backoff, growthInterval));
    }
    this.growth = growth;
    this.backoff = backoff;
    this.growthInterval = growthInterval;
    scale = TensorScope.release(Tensor.full(initialScale, DType.FLOAT32, device));
    growthTracker = TensorScope.release(Tensor.full(0, DType.INT32, device));
    foundInf = TensorScope.release(Tensor.full(0, DType.FLOAT32, device));
  }

  /// The loss times the scale.
  public Tensor scale(Tensor loss) {
    return loss.mul(scale);
  }

  /// Unscales the gradients, runs the optimizer's step unless a gradient is infinite or NaN, and
  /// updates the scale.
  ///
  /// @param params the optimizer's parameters; those without gradient are skipped
  /// @return whether the step was taken
  public boolean step(Optimizer optimizer, Map<String, Tensor> params) {
    try (var _ = TensorScope.open()) {
      foundInf.fill_(0);
      var gradients = params.values().stream().map(Tensor::grad).filter(Objects::nonNull).toList();
      if (!gradients.isEmpty()) {
        unscale(gradients);
      }
      boolean isFinite = foundInf.item() == 0; // waits for the device
      if (isFinite) {
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
      return isFinite;
    }
  }

  private void unscale(List<Tensor> gradients) {
    Ops.callAll(
        "aten::_amp_foreach_non_finite_check_and_unscale_",
        gradients,
        foundInf,
        scale.to(DType.FLOAT64).reciprocal().to(DType.FLOAT32));
  }

  /// The current scale; waits for the device.
  public double scale() {
    return scale.item();
  }

  /// The tensors to save in a checkpoint; copy saved values into them to resume.
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
