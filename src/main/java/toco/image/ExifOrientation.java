package toco.image;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// The orientation that a camera stored in a JPEG's EXIF data. Viewers apply it; [ImageDecoder]
/// does not.
public final class ExifOrientation {
  /// The pixels are stored as they are shown.
  public static final int UPRIGHT = 1;

  private static final int FIRST_TRANSPOSED = 5; // 5…8 exchange width and height
  private static final int LAST = 8;
  private static final int APP1 = 0xE1;
  private static final int PREFIX_BYTES = 1 << 16;
  private static final String EXIF = "Exif\0\0";
  private static final int TAG = 0x112;
  private static final int ENTRY_BYTES = 12;

  private ExifOrientation() {}

  /// Reads the orientation.
  ///
  /// @return 1…8; [#UPRIGHT] if there is none or the file cannot be read
  public static int of(Path file) {
    try (var in = Files.newInputStream(file)) {
      var start = MemorySegment.ofArray(in.readNBytes(PREFIX_BYTES));
      return JpegMarkers.isJpeg(start) ? of(start) : UPRIGHT;
    } catch (IOException e) {
      return UPRIGHT; // reading the image reports it
    }
  }

  /// Whether an orientation exchanges width and height.
  public static boolean isTransposed(int orientation) {
    return orientation >= FIRST_TRANSPOSED;
  }

  private static int of(MemorySegment jpeg) {
    var markers = new JpegMarkers(jpeg);
    while (markers.next()
        && markers.code() != JpegMarkers.START_OF_SCAN
        && markers.code() != JpegMarkers.END_OF_IMAGE) {
      if (markers.code() == APP1 && markers.bodyStartsWith(EXIF)) {
        var tiff = new byte[markers.bodyBytes() - EXIF.length()];
        for (int i = 0; i < tiff.length; i++) {
          tiff[i] = (byte) markers.u8(EXIF.length() + i);
        }
        return ofTiff(ByteBuffer.wrap(tiff));
      }
    }
    return UPRIGHT;
  }

  /// A TIFF header: the byte order, 42, and the offset of a directory of tags.
  private static int ofTiff(ByteBuffer tiff) {
    try {
      tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      int at = tiff.getInt(4);
      int entries = Short.toUnsignedInt(tiff.getShort(at));
      for (int i = 0; i < entries; i++) {
        int entry = at + 2 + i * ENTRY_BYTES;
        if (Short.toUnsignedInt(tiff.getShort(entry)) == TAG) {
          int value = Short.toUnsignedInt(tiff.getShort(entry + 8));
          return value >= UPRIGHT && value <= LAST ? value : UPRIGHT;
        }
      }
    } catch (IndexOutOfBoundsException e) {
      return UPRIGHT; // damaged
    }
    return UPRIGHT;
  }
}
