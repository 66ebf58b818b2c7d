package toco.eval;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import toco.image.HeatMap;
import toco.image.LabelMap;
import toco.image.Normalization;
import toco.image.RgbImage;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// What networks work on, as what pictures are drawn from. The results hold copies on the heap.
public final class TensorPictures {
  private TensorPictures() {}

  /// The image that a normalised tensor came from, to the nearest level.
  ///
  /// @param image [3, H, W] normalised
  public static RgbImage image(Tensor image) {
    var levels = Normalization.denormalize(image.detach()).round().clamp(0, 255).permute(1, 2, 0);
    return new RgbImage(bytes(levels), (int) image.size(2), (int) image.size(1));
  }

  /// @param map [H, W], of which 0…1 is drawn
  public static HeatMap heatMap(Tensor map) {
    return HeatMap.of(map.toFloatArray(), (int) map.size(1), (int) map.size(0));
  }

  /// @param labels [H, W] of any dtype, values 0…255
  public static LabelMap labelMap(Tensor labels) {
    return new LabelMap(bytes(labels), (int) labels.size(1), (int) labels.size(0));
  }

  /// An RoI mask for the eye: uncertain ground in the colour of ignored pixels, foreground in that
  /// of label 1.
  ///
  /// @param roiMask [H, W]: 0 background, 1 uncertain, 2 foreground
  public static LabelMap roiLabels(Tensor roiMask) {
    return labelMap(roiMask.clamp(0, 1).maskedFill(roiMask.eq(1), LabelMap.IGNORE));
  }

  /// The class of an image whose CAM has the largest mean. (Their maxima are of no use: each map is
  /// normalised to reach 1.)
  ///
  /// @param cam [K, H, W]
  /// @param labels \[K] multi-hot
  /// @return 0…K−1, or −1 if the image has no class
  public static int mostActiveClass(Tensor cam, Tensor labels) {
    var means = cam.mean(new long[] {1, 2}, false).toFloatArray();
    var present = labels.toFloatArray();
    int best = -1;
    for (int k = 0; k < present.length; k++) {
      if (present[k] > 0 && (best < 0 || means[k] > means[best])) {
        best = k;
      }
    }
    return best;
  }

  private static MemorySegment bytes(Tensor values) {
    var plain = values.to(DType.UINT8).to(Device.CPU).contiguous();
    return MemorySegment.ofArray(plain.segment().toArray(JAVA_BYTE));
  }
}
