package toco.image;

import java.lang.foreign.MemorySegment;
import toco.torch.DType;
import toco.torch.Tensor;

/// An 8-bit RGB image in off-heap memory.
///
/// @param pixels [heightPx, widthPx, 3] uint8, contiguous; valid as long as the arena that it is
///   from
/// @param widthPx columns, at least 1
/// @param heightPx rows, at least 1
public record RgbImage(MemorySegment pixels, int widthPx, int heightPx) {
  public RgbImage {
    if (widthPx < 1 || heightPx < 1) {
      throw new IllegalArgumentException(
          "an image must be at least 1×1 px, got " + widthPx + "×" + heightPx);
    }
    long expectedBytes = 3L * widthPx * heightPx;
    if (pixels.byteSize() != expectedBytes) {
      throw new IllegalArgumentException(
          "a %s×%s RGB image takes %s bytes, got a segment of %s"
              .formatted(widthPx, heightPx, expectedBytes, pixels.byteSize()));
    }
  }

  /// The pixels as a tensor, without a copy.
  ///
  /// @return uint8 [heightPx, widthPx, 3] on the CPU, valid as long as the pixels
  public Tensor tensor() {
    return Tensor.wrap(pixels, DType.UINT8, heightPx, widthPx, 3);
  }
}
