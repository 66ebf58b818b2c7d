package toco.recipe.more;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import toco.cam.CamLabels;
import toco.cam.PresentClasses;
import toco.cam.Segmentation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A segmentation made of class maps, as MoRe's evaluation makes it: only the shown classes have a
/// map.
///
/// @param maps float32 [1, K, H, W] in 0…1, of all classes
/// @param shown \[K] multi-hot
/// @param backgroundThreshold activation up to which a pixel is background, without the CRF
@SuppressWarnings("ArrayRecordComponent") // never compared
public record MapSegmentation(Tensor maps, float[] shown, double backgroundThreshold)
    implements Segmentation {
  @Override
  public Tensor labels() {
    var multiHot = Tensor.of(shown, 1, shown.length).to(maps.device(), true);
    return CamLabels.forEvaluation(CamLabels.validCam(maps, multiHot), backgroundThreshold);
  }

  @Override
  public MapSegmentation labelsKnown(float[] multiHot) {
    return new MapSegmentation(maps, multiHot, backgroundThreshold);
  }

  /// The maps of the shown classes, [1, P, H, W].
  public Tensor ofShown() {
    return PresentClasses.of(List.of(shown)).gather(maps);
  }

  /// That of background is what the strongest map leaves of 1. They are not normalised.
  @Override
  public Tensor probabilities() {
    return TensorScope.scoped(() -> {
      var planes = ofShown().select(0, 0); // [P, H, W]
      return Tensor.cat(List.of(planes.amax(0).rsub(1).unsqueeze(0), planes), 0);
    });
  }

  @Override
  public long[] planes() {
    var classes = Arrays.stream(PresentClasses.classesOf(shown));
    return LongStream.concat(LongStream.of(0), classes).toArray();
  }
}
