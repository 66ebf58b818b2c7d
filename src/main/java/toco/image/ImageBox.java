package toco.image;

import java.util.List;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// The box of an image within a padded crop, in pixels; ends are exclusive.
public record ImageBox(int top, int bottom, int left, int right) {
  public ImageBox {
    if (top < 0 || left < 0 || bottom < top || right < left) {
      throw new IllegalArgumentException(
          "image box must have 0 ≤ top ≤ bottom and 0 ≤ left ≤ right, got [%s, %s, %s, %s]"
              .formatted(top, bottom, left, right));
    }
  }

  /// The box of an image that fills the crop.
  public static ImageBox full(int heightPx, int widthPx) {
    return new ImageBox(0, heightPx, 0, widthPx);
  }

  /// The box flipped in a crop of the given width.
  public ImageBox flipped(int widthPx) {
    return new ImageBox(top, bottom, widthPx - right, widthPx - left);
  }

  /// The cells of a grid of patches that the box covers fully or partly.
  public ImageBox inPatches(int patchSizePx) {
    return new ImageBox(
        top / patchSizePx,
        Math.ceilDiv(bottom, patchSizePx),
        left / patchSizePx,
        Math.ceilDiv(right, patchSizePx));
  }

  /// Ones inside the boxes and zeros outside. It is made on the device: a copy of so large a map
  /// from memory that is not page-locked would wait for the device.
  ///
  /// @return float32 [boxes, height, width]; boxes are clipped to the size
  public static Tensor mask(List<ImageBox> boxes, long height, long width, Device device) {
    var mask = Tensor.full(0, DType.FLOAT32, device, boxes.size(), height, width);
    for (int i = 0; i < boxes.size(); i++) {
      var box = boxes.get(i);
      var _ =
          mask.select(0, i).slice(0, box.top, box.bottom).slice(1, box.left, box.right).fill_(1);
    }
    return mask;
  }
}
