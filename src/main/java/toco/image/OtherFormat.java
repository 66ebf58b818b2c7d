package toco.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Names what a file is that is no image that is read, by its first bytes.
final class OtherFormat {
  private static final int START_BYTES = 256;
  private static final String CONVERT = "convert it to PNG or JPEG";

  private OtherFormat() {}

  /// @param source the file's name
  static ImageException refused(MemorySegment file, String source) {
    var start =
        new String(
            file.asSlice(0, Math.min(START_BYTES, file.byteSize())).toArray(ValueLayout.JAVA_BYTE),
            StandardCharsets.ISO_8859_1);
    var format = format(start);
    if (!format.isEmpty()) {
      return ImageException.unreadable(
          source, "it is a %s file, which is not read".formatted(format), CONVERT);
    }
    var text = text(start);
    return text.isEmpty()
        ? ImageException.unreadable(
            source,
            start.isEmpty() ? "the file is empty" : "it is no image of a known format",
            "replace it with an intact image, or remove it from the list")
        : ImageException.unreadable(
            source, "it is %s, no image".formatted(text), "download the image again");
  }

  private static String format(String start) {
    return switch (start) {
      case String s when s.startsWith("GIF8") -> "GIF";
      case String s when s.startsWith("ftyp", 4) -> box(s.substring(8, Math.min(12, s.length())));
      case String s when s.startsWith("8BPS") -> "Photoshop";
      case String s when s.startsWith("\0\0\0\fjP  ") || s.startsWith("ÿOÿQ") -> "JPEG 2000";
      case String s when s.startsWith("\0\0\0\fJXL ") || s.startsWith("ÿ\n") -> "JPEG XL";
      case String s when s.startsWith("\u0093NUMPY") -> "NumPy";
      case String s when s.startsWith("%PDF") -> "PDF";
      case String s when s.matches("(?s)P[1-7]\\s.*") -> "PNM";
      case String s when s.toLowerCase(Locale.ROOT).contains("<svg") -> "SVG";
      default -> "";
    };
  }

  /// The brand of an ISO media file.
  private static String box(String brand) {
    return brand.startsWith("avi") ? "AVIF" : "HEIC or video";
  }

  private static String text(String start) {
    if (start.startsWith("version https://git-lfs")) {
      return "a Git LFS pointer";
    }
    var lower = start.stripLeading().toLowerCase(Locale.ROOT);
    return lower.startsWith("<!doctype html") || lower.startsWith("<html") ? "a web page" : "";
  }
}
