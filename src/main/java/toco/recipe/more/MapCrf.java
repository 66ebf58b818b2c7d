package toco.recipe.more;

import java.util.List;
import toco.cam.PresentClasses;
import toco.config.CrfParams;
import toco.refine.DenseCrf;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Labels from class maps by the dense CRF, as MoRe's evaluation makes them: the probability of
/// background is what the strongest map leaves of 1, and they are not normalised.
///
/// @param params of the CRF, [CrfParams#MORE] as published
public record MapCrf(CrfParams params) {
  /// The marginals.
  ///
  /// @param picture uint8 [H, W, 3]
  /// @param maps float32 [n, H, W] in 0…1, of the shown classes
  /// @return float32 [n + 1, H, W] on the CPU, background first
  public Tensor infer(Tensor picture, Tensor maps) {
    return TensorScope.scoped(() -> {
      var background = maps.amax(0).rsub(1).unsqueeze(0);
      return new DenseCrf(params).infer(picture, Tensor.cat(List.of(background, maps), 0));
    });
  }

  /// The labels of the largest marginals; all background if no class is shown.
  ///
  /// @param maps [1, P, H, W] of the shown classes
  /// @param shown the classes of the image
  /// @return int64 [H, W], 0…K
  public Tensor labels(Tensor picture, Tensor maps, PresentClasses shown) {
    if (shown.ids()[0][0] == 0) {
      return Tensor.full(0, DType.INT64, Device.CPU, maps.size(2), maps.size(3));
    }
    return TensorScope.scoped(() -> {
      var positions = infer(picture, maps.select(0, 0)).argmax(0);
      return shown.classIds(positions.unsqueeze(0)).select(0, 0);
    });
  }
}
