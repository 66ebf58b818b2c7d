package toco.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.function.LongFunction;
import toco.image.formats.ExifData;
import toco.image.formats.FormatException;
import toco.image.formats.StoredImage;

/// The orientation that a camera stored in an image's EXIF data, or in the tags of a TIFF. Viewers
/// apply it; decoding does if [ReadOptions#isTurned].
public final class ExifOrientation {
  /// The pixels are stored as they are shown.
  public static final int UPRIGHT = 1;

  private static final int FIRST_TRANSPOSED = 5; // 5…8 exchange width and height
  private static final int APP1 = 0xE1;
  private static final String EXIF = "Exif\0\0";

  private ExifOrientation() {}

  /// Reads the orientation.
  ///
  /// @return 1…8; [#UPRIGHT] if there is none or the file cannot be read
  public static int of(Path file) {
    return of(file, ReadOptions.STANDARD);
  }

  static int of(Path file, ReadOptions options) {
    try (var memory = new GrowableMemory(Arena::ofConfined)) {
      var start = MemorySegment.ofArray(ImageFile.start(file)); // in a JPEG, before the pixels
      return JpegMarkers.isJpeg(start)
          ? ofJpeg(start)
          : of(ImageFile.read(file, memory), options.page());
    } catch (ImageException e) {
      return UPRIGHT; // reading the image reports it
    }
  }

  /// Whether an orientation exchanges width and height.
  public static boolean isTransposed(int orientation) {
    return orientation >= FIRST_TRANSPOSED;
  }

  /// @param page of a TIFF file
  static int of(MemorySegment file, int page) {
    if (JpegMarkers.isJpeg(file)) {
      return ofJpeg(file);
    }
    if (PngRaster.isPng(file)) {
      var exif = PngRaster.exif(file);
      return exif == null ? UPRIGHT : ExifData.orientation(exif);
    }
    try {
      return StoredImage.of(file, page).map(StoredImage::orientation).orElse(UPRIGHT);
    } catch (FormatException e) {
      return UPRIGHT; // decoding reports it
    }
  }

  private static int ofJpeg(MemorySegment file) {
    var markers = new JpegMarkers(file);
    while (markers.next()
        && markers.code() != JpegMarkers.START_OF_SCAN
        && markers.code() != JpegMarkers.END_OF_IMAGE) {
      if (markers.code() == APP1 && markers.bodyStartsWith(EXIF)) {
        var data = new byte[markers.bodyBytes()];
        for (int i = 0; i < data.length; i++) {
          data[i] = (byte) markers.u8(i);
        }
        return ExifData.orientation(MemorySegment.ofArray(data));
      }
    }
    return UPRIGHT;
  }

  /// Turns an image upright.
  ///
  /// @param orientation 2…8
  /// @param memory allocates native memory of exactly so many bytes for the pixels
  static RgbImage turn(RgbImage image, int orientation, LongFunction<MemorySegment> memory) {
    int width = image.widthPx();
    int height = image.heightPx();
    boolean isTransposed = isTransposed(orientation);
    boolean fromRight =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    boolean fromBottom =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    long start = (fromRight ? width - 1 : 0) + (fromBottom ? (height - 1L) * width : 0);
    long column = fromRight ? -1 : 1; // to the next column as stored, in pixels
    long row = fromBottom ? -width : width;
    int outWidth = isTransposed ? height : width;
    int outHeight = isTransposed ? width : height;
    long step = isTransposed ? row : column;
    long down = isTransposed ? column : row;
    var pixels = image.pixels();
    var turned = memory.apply(pixels.byteSize());
    var line = new byte[3 * outWidth];
    for (int y = 0; y < outHeight; y++) {
      long from = 3 * (start + y * down);
      for (int x = 0; x < line.length; x += 3, from += 3 * step) {
        line[x] = pixels.get(ValueLayout.JAVA_BYTE, from);
        line[x + 1] = pixels.get(ValueLayout.JAVA_BYTE, from + 1);
        line[x + 2] = pixels.get(ValueLayout.JAVA_BYTE, from + 2);
      }
      MemorySegment.copy(
          line, 0, turned, ValueLayout.JAVA_BYTE, (long) y * line.length, line.length);
    }
    return new RgbImage(turned, outWidth, outHeight);
  }
}
