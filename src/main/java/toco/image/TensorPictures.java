package toco.image;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// Tensors as images, maps and pictures. Results are copies on the Java heap; tensors may be on any
/// device.
public final class TensorPictures {
  private TensorPictures() {}

  /// An image of levels, rounded to 8 bits.
  ///
  /// @param levels float [3, H, W], of which 0…255 is kept
  static RgbImage rgb(Tensor levels) {
    var rounded = levels.round().clamp(0, 255).permute(1, 2, 0);
    return new RgbImage(bytes(rounded), (int) levels.size(2), (int) levels.size(1));
  }

  /// @param map float [H, W]; values below 0 and above 1 are drawn as 0 and 1
  public static HeatMap heatMap(Tensor map) {
    return HeatMap.of(map.toFloatArray(), (int) map.size(1), (int) map.size(0));
  }

  /// @param labels [H, W] of any dtype, values 0…255
  public static LabelMap labelMap(Tensor labels) {
    return new LabelMap(bytes(labels), (int) labels.size(1), (int) labels.size(0));
  }

  /// A class activation map over an image, in the paper's colours.
  ///
  /// @param cam [h, w] in 0…1, stretched over the image
  public static Picture cam(RgbImage image, Tensor cam) {
    return Overlay.heat(image, heatMap(cam), Colormap.JET);
  }

  /// A label map over an image, in VOC's colours.
  ///
  /// @param labels [h, w], values 0…255, stretched over the image
  public static Picture labels(RgbImage image, Tensor labels) {
    return Overlay.labels(image, labelMap(labels));
  }

  /// A mask of regions of interest over an image: uncertain pixels in the colour of ignored ones,
  /// foreground in that of label 1.
  ///
  /// @param roiMask [h, w]: 0 background, 1 uncertain, 2 foreground
  public static Picture roi(RgbImage image, Tensor roiMask) {
    return labels(image, roiMask.clamp(0, 1).maskedFill(roiMask.eq(1), LabelMap.IGNORE));
  }

  private static MemorySegment bytes(Tensor values) {
    var contiguous = values.to(DType.UINT8).to(Device.CPU).contiguous();
    return MemorySegment.ofArray(contiguous.segment().toArray(JAVA_BYTE));
  }
}
