package toco.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A map of class indices: 0 background, 1…K classes, 255 ignored.
///
/// @param labels [heightPx, widthPx] uint8, contiguous; valid as long as the arena that it is from
/// @param widthPx columns, at least 1
/// @param heightPx rows, at least 1
public record LabelMap(MemorySegment labels, int widthPx, int heightPx) {
  /// The label of ignored pixels, which are neither background nor a class.
  public static final int IGNORE = 255;

  public LabelMap {
    if (widthPx < 1 || heightPx < 1) {
      throw new IllegalArgumentException(
          "a label map must be at least 1×1 px, got " + widthPx + "×" + heightPx);
    }
    if (labels.byteSize() != (long) widthPx * heightPx) {
      throw new IllegalArgumentException(
          "a %s×%s label map takes %s bytes, got a segment of %s"
              .formatted(widthPx, heightPx, (long) widthPx * heightPx, labels.byteSize()));
    }
  }

  /// Number of pixels of each label: an array of 256 counts.
  public long[] histogram() {
    var counts = new long[256];
    for (long i = 0; i < labels.byteSize(); i++) {
      counts[Byte.toUnsignedInt(labels.get(ValueLayout.JAVA_BYTE, i))]++;
    }
    return counts;
  }
}
