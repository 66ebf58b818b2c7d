package toco.image;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import toco.host.Machine;

/// Decodes images to 8-bit RGB in off-heap memory: JPEG and PNG byte for byte as Pillow's
/// `Image.open(f).convert("RGB")` does, and TIFF, BMP, WebP and DICOM.
///
/// - baseline and progressive JPEG; greyscale is repeated over the channels; CMYK and YCCK are
///   taken as inverted, as Adobe writes them;
/// - PNG of every colour type and depth; alpha is dropped; 16-bit colour keeps its high byte, and
///   16-bit grey is *clipped* at 255, as Pillow does;
/// - colour profiles and gamma are not applied; the EXIF orientation is if [ReadOptions] say so;
/// - of 16-bit grey TIFF and DICOM, [ReadOptions#window] says which values become which levels.
///
/// A truncated or unreadable file is rejected; no partly decoded image is ever returned. This is
/// stricter than Pillow, which also reads a JPEG without its end marker if no row is missing, a
/// progressive one without its last scans, lossless JPEG, and PNG with a wrong checksum.
///
/// JPEG is decoded by libjpeg-turbo if it is installed, otherwise by the JDK; [JpegChoice] selects
/// the library. Both give the same bytes for an intact file; for tolerated damage they may differ.
/// Arithmetic-coded JPEG, which is rare, needs libjpeg-turbo.
///
/// To decode many images, use a [DecodeBuffer].
public final class ImageDecoder {
  /// Larger images are rejected before memory is allocated: a damaged header can claim any size.
  static final long MAX_PIXELS = 178_956_970;

  /// Less is allocated without looking at the memory that is left.
  private static final long SMALL_BYTES = 64L << 20;

  private ImageDecoder() {}

  /// Decodes a file.
  ///
  /// @param file an image; recognised by its content, not its name
  /// @param arena owns the pixels
  /// @throws ImageException if the file is missing, truncated or not an image of these kinds
  public static RgbImage decode(Path file, Arena arena) {
    return decode(file, ReadOptions.STANDARD, arena);
  }

  /// The same with other options.
  public static RgbImage decode(Path file, ReadOptions options, Arena arena) {
    try (var buffer = oneOff(options)) {
      return buffer.decode(file, arena::allocate);
    }
  }

  /// Decodes an encoded image in memory.
  ///
  /// @param source its name, for error messages
  public static RgbImage decode(byte[] encoded, String source, Arena arena) {
    return decode(encoded, source, ReadOptions.STANDARD, arena);
  }

  /// The same with other options.
  public static RgbImage decode(byte[] encoded, String source, ReadOptions options, Arena arena) {
    try (var buffer = oneOff(options)) {
      return buffer.decode(encoded, source, arena::allocate);
    }
  }

  private static DecodeBuffer oneOff(ReadOptions options) {
    return new DecodeBuffer(options, JpegChoice.ofProcess(), Arena::ofConfined);
  }

  static void checkSize(String source, long widthPx, long heightPx) {
    if (widthPx < 1 || heightPx < 1 || widthPx * heightPx > MAX_PIXELS) {
      throw ImageException.unreadable(
          source,
          "its header claims %s×%s px, more than the maximum of %s pixels"
              .formatted(widthPx, heightPx, MAX_PIXELS),
          "the file is damaged or too large: replace it or scale it down");
    }
  }

  /// Rejects an image whose pixels need more memory than this machine, or its container, has left.
  ///
  /// @param bytes that decoding allocates
  static void checkMemory(String source, long widthPx, long heightPx, long bytes) {
    if (bytes <= SMALL_BYTES) {
      return;
    }
    Machine.local()
        .lacks(bytes)
        .ifPresent(reason -> {
          throw ImageException.unreadable(
              source,
              "at %s×%s px %s".formatted(widthPx, heightPx, reason),
              "scale the image down, or use a machine with more memory");
        });
  }
}
