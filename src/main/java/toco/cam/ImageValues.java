package toco.cam;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import toco.torch.Tensor;

/// What a network says of an image as a whole, in host memory.
///
/// @param classLogits image-level logits, \[K]
/// @param patchCosine mean cosine between the image's patch tokens; NaN if there are none
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ImageValues(float[] classLogits, double patchCosine) {
  /// Reads those of a batch in one copy, because the host waits for each.
  ///
  /// @param classLogits [B, K]
  /// @param patchCosine \[B]
  public static List<ImageValues> read(Tensor classLogits, Tensor patchCosine) {
    int classes = (int) classLogits.size(1);
    var values = Tensor.cat(List.of(classLogits, patchCosine.unsqueeze(1)), 1).toFloatArray();
    var images = new ArrayList<ImageValues>();
    for (int start = 0; start < values.length; start += classes + 1) {
      int end = start + classes;
      images.add(new ImageValues(Arrays.copyOfRange(values, start, end), values[end]));
    }
    return List.copyOf(images);
  }
}
