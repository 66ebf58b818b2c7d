package toco.image.formats;

import java.lang.foreign.MemorySegment;

/// EXIF data: a small TIFF file, without pixels, in a file of another format.
public final class ExifData {
  private static final int LAST = 8;
  private static final String PREFIX = "Exif\0\0";

  private ExifData() {}

  /// The orientation that is stored.
  ///
  /// @param exif with or without the prefix that JPEG has
  /// @return 1…8; 1 if there is none, or the data are damaged
  public static int orientation(MemorySegment exif) {
    var tiff = Bytes.startsWith(exif, 0, PREFIX) ? exif.asSlice(PREFIX.length()) : exif;
    if (!TiffDirectory.isTiff(tiff)) {
      return 1;
    }
    try {
      long value = TiffDirectory.number(tiff, TiffHeader.ORIENTATION, 1);
      return value >= 1 && value <= LAST ? (int) value : 1;
    } catch (FormatException e) {
      return 1;
    }
  }
}
