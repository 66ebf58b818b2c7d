package toco.eval;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import toco.cam.Segmentation;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// What a CRF on another thread makes labels of. Owns its tensor.
///
/// @param kind of the labels
/// @param probabilities float32 [n, H, W] on the CPU, in no scope; null if there is nothing to
///   refine, and all is background
/// @param planes label of each of the n
@SuppressWarnings("ArrayRecordComponent") // never compared
record CrfInput(MapKind kind, @Nullable Tensor probabilities, long[] planes)
    implements AutoCloseable {
  static CrfInput of(MapKind kind, Segmentation segmentation) {
    var planes = segmentation.planes();
    return planes.length == 1
        ? new CrfInput(kind, null, planes)
        : new CrfInput(
            kind,
            TensorScope.release(segmentation.probabilities().to(Device.CPU).contiguous()),
            planes);
  }

  LabelMap refined(LabelRefinement refinement, RgbImage picture) {
    if (probabilities == null) {
      var background = new byte[picture.widthPx() * picture.heightPx()];
      return new LabelMap(MemorySegment.ofArray(background), picture.widthPx(), picture.heightPx());
    }
    try (var _ = TensorScope.open()) {
      var chosen = refinement.refine(probabilities, picture);
      return TensorPictures.labelMap(Segmentation.labelsOf(chosen, planes));
    }
  }

  @Override
  public void close() {
    if (probabilities != null) {
      probabilities.close();
    }
  }
}
