package toco.refine;

import java.util.ArrayList;
import java.util.function.BinaryOperator;
import toco.torch.DType;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Checks the inputs of the operators that refine maps by the colours of an image.
final class ImageBatch {
  private ImageBatch() {}

  /// @param images must be float32 [B, 3, H, W]
  /// @param maps must be float32 [B, channels, H, W] on the same device
  static void requireFit(Tensor images, String name, Tensor maps) {
    var image = images.info();
    var map = maps.info();
    if (image.dtype() != DType.FLOAT32 || map.dtype() != DType.FLOAT32) {
      throw new IllegalArgumentException(
          "images and %s must be float32, got %s and %s"
              .formatted(name, image.dtype(), map.dtype()));
    }
    if (!image.device().equals(map.device())) {
      throw new IllegalArgumentException(
          "images and %s must be on one device, got %s and %s; move one with to(device)"
              .formatted(name, image.device(), map.device()));
    }
    if (!fit(image.shape(), map.shape())) {
      throw new IllegalArgumentException(
          "images must be [B, 3, H, W] and %s [B, channels, H, W], got %s and %s"
              .formatted(name, image.shape(), map.shape()));
    }
  }

  private static boolean fit(Shape image, Shape map) {
    return image.dims() == 4
        && map.dims() == 4
        && image.size(1) == 3
        && image.size(0) == map.size(0)
        && image.size(2) == map.size(2)
        && image.size(3) == map.size(3);
  }

  /// Applies a function to groups of images, as many as have `pixels` pixels together, at least one
  /// each, and joins the results.
  ///
  /// @param images [B, 3, H, W]
  /// @param maps [B, channels, H, W]
  static Tensor inGroups(Tensor images, Tensor maps, long pixels, BinaryOperator<Tensor> function) {
    long count = images.size(0);
    long perGroup = Math.clamp(pixels / (images.size(2) * images.size(3)), 1, count);
    var results = new ArrayList<Tensor>();
    for (long start = 0; start < count; start += perGroup) {
      long end = Math.min(start + perGroup, count);
      var image = images.slice(0, start, end);
      var map = maps.slice(0, start, end);
      results.add(TensorScope.scoped(() -> function.apply(image, map)));
    }
    return results.size() == 1 ? results.getFirst() : Tensor.cat(results, 0);
  }
}
