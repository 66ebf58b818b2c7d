package toco.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.image.ImageBox;
import toco.image.LabelMap;
import toco.torch.DType;
import toco.torch.Tensor;

/// What is known of the pixels of a batch's first views beside the labels of the images.
///
/// @param hints labels of pixels, uint8 [B, H, W]: 0 background, 1…K, 255 unknown; null: the run
///   has none
/// @param limits for each sample, the boxes of a class by its label, outside of which no pixel is
///   of that class; classes without an entry are not limited. Empty: the run has none
public record PixelLabels(@Nullable Tensor hints, List<Map<Integer, List<ImageBox>>> limits) {
  /// Nothing is known.
  public static final PixelLabels NONE = new PixelLabels(null, List.of());

  public PixelLabels {
    limits = List.copyOf(limits);
  }

  /// Corrects pseudo-labels: a pixel outside of its class's boxes is ignored, and hinted pixels
  /// have the label of the hint. Without hints and boxes the labels are returned as they are.
  ///
  /// @param labels int64 [B, H, W]: 0 background, 1…K, 255 ignored
  public Tensor correct(Tensor labels) {
    var limited = limits.stream().allMatch(Map::isEmpty) ? labels : limited(labels);
    return hints == null
        ? limited
        : limited.where(hints.eq(LabelMap.IGNORE), hints.to(DType.INT64));
  }

  private Tensor limited(Tensor labels) {
    var images = new ArrayList<Tensor>();
    for (int i = 0; i < limits.size(); i++) {
      var image = labels.select(0, i); // [H, W]
      for (var limit : limits.get(i).entrySet()) {
        var isClass = image.eq(limit.getKey());
        var boxes = limit.getValue();
        image =
            image.maskedFill(
                boxes.isEmpty() ? isClass : isClass.logicalAnd(outside(boxes, labels)),
                LabelMap.IGNORE);
      }
      images.add(image);
    }
    return Tensor.stack(images, 0);
  }

  /// Where none of the boxes is, bool [H, W].
  private static Tensor outside(List<ImageBox> boxes, Tensor labels) {
    return ImageBox.mask(boxes, labels.size(1), labels.size(2), labels.device()).amax(0).eq(0);
  }
}
