package toco.image;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import toco.image.ffi.LibTurboJpeg;

/// Decodes JPEG with libjpeg-turbo's TurboJPEG library (2.0.3 or newer), directly into native
/// memory. Pillow uses the same library, with the same settings: accurate integer DCT, smooth
/// upsampling of the chroma.
///
/// The library `libturbojpeg.so.0` is loaded once.
public final class TurboJpeg implements JpegDecoder {
  /// How to get the library.
  public static final String INSTALL =
      "install libjpeg-turbo (Debian: apt-get install libturbojpeg0, Ubuntu: libturbojpeg)";

  private static final String NAME = "libturbojpeg.so.0";
  private static final List<String> FUNCTIONS =
      List.of("tjInitDecompress", "tjDecompress2", "tjDestroy", "tjGetErrorStr2", "tjGetErrorCode");

  /// Warnings of libjpeg that Pillow ignores. After a warning, an error has the same code as the
  /// warning, so only the text distinguishes them. TurboJPEG 3 reports no second warning.
  private static final List<String> WARNINGS =
      List.of(
          "Corrupt JPEG data: ",
          "Inconsistent progression sequence ",
          "Invalid SOS parameters for sequential JPEG",
          "No error",
          "Unknown Adobe color transform code ",
          "Warning: unknown JFIF revision number ");

  private static final String TRUNCATED = "Premature end of JPEG file";

  /// Why the library cannot be used, or an empty text.
  public static String problem() {
    return Library.PROBLEM;
  }

  /// The library's file and version, such as `TurboJPEG 2, /usr/lib/libturbojpeg.so.0.2.0`.
  ///
  /// @throws IllegalStateException if it cannot be used
  public static String description() {
    requireLibrary();
    int major = Library.has("tj3Init") ? 3 : 2;
    return "TurboJPEG %s, %s".formatted(major, Library.file());
  }

  private static final class Library {
    /// Reported to every caller; an exception in this initialiser would only reach the first.
    static final String PROBLEM = probe();

    private static String probe() {
      try {
        for (var function : FUNCTIONS) {
          if (!has(function)) {
            return "%s has no %s: it is older than 2.0".formatted(NAME, function);
          }
        }
        return "";
      } catch (IllegalArgumentException e) {
        return NAME + " was not found";
      }
    }

    static boolean has(String function) {
      return SymbolLookup.libraryLookup(NAME, Arena.global()).find(function).isPresent();
    }

    static String file() {
      try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
        return lines
            .filter(line -> line.contains("/libturbojpeg."))
            .map(line -> line.substring(line.indexOf('/')))
            .findFirst()
            .orElse(NAME);
      } catch (IOException e) {
        return NAME;
      }
    }
  }

  private static void requireLibrary() {
    if (!problem().isEmpty()) {
      throw new IllegalStateException(
          "%s=turbo, but %s; %s, or set %s=auto"
              .formatted(JpegChoice.PROPERTY, problem(), INSTALL, JpegChoice.PROPERTY));
    }
  }

  TurboJpeg() {
    requireLibrary();
  }

  @Override
  public void decode(
      MemorySegment file,
      JpegHeader header,
      String source,
      MemorySegment rgb,
      GrowableMemory scratch) {
    if (header.severalScans()) {
      JpegScans.check(file, header, source);
    }
    int width = header.widthPx();
    int height = header.heightPx();
    if (header.colours().components < 4) {
      decompress(file, header, source, rgb, LibTurboJpeg.TJPF_RGB());
      return;
    }
    var inks = scratch.take(4L * width * height);
    decompress(file, header, source, inks, LibTurboJpeg.TJPF_CMYK());
    inksToRgb(inks, rgb, width, height);
  }

  /// Uses a new decompressor: a reused one would decode a file without tables with those of the
  /// previous image. Creating one takes microseconds.
  private static void decompress(
      MemorySegment file, JpegHeader header, String source, MemorySegment pixels, int format) {
    var handle = LibTurboJpeg.tjInitDecompress();
    if (handle.equals(MemorySegment.NULL)) {
      throw new OutOfMemoryError("TurboJPEG cannot start: " + message(handle));
    }
    try {
      // pitch 0: rows without gaps; limited scans: a malicious progressive file would take forever
      int status =
          LibTurboJpeg.tjDecompress2(
              handle,
              file,
              file.byteSize(),
              pixels,
              header.widthPx(),
              0,
              header.heightPx(),
              format,
              LibTurboJpeg.TJFLAG_ACCURATEDCT() | LibTurboJpeg.TJFLAG_LIMITSCANS());
      if (status != 0) {
        boolean warning = LibTurboJpeg.tjGetErrorCode(handle) == LibTurboJpeg.TJERR_WARNING();
        checkFailure(message(handle), warning, file, header, source);
      }
    } finally {
      LibTurboJpeg.tjDestroy(handle);
    }
  }

  /// Returns normally if there are only warnings that Pillow ignores.
  private static void checkFailure(
      String message, boolean warning, MemorySegment file, JpegHeader header, String source) {
    if (message.startsWith(TRUNCATED)) {
      throw ImageException.unreadable(source, "the JPEG is truncated", REMEDY);
    }
    if (!warning || WARNINGS.stream().noneMatch(message::startsWith)) {
      throw ImageException.unreadable(source, message, REMEDY);
    }
    JpegScans.check(
        file, header, source); // only the first warning is reported; the end may be missing
  }

  private static void inksToRgb(MemorySegment inks, MemorySegment rgb, int width, int height) {
    var inkRow = new byte[4 * width];
    var rgbRow = new byte[3 * width];
    var inkRowMemory = MemorySegment.ofArray(inkRow);
    var rgbRowMemory = MemorySegment.ofArray(rgbRow);
    for (long y = 0; y < height; y++) {
      MemorySegment.copy(inks, y * inkRow.length, inkRowMemory, 0, inkRow.length);
      JpegColours.toRgb(JpegHeader.Colours.CMYK, inkRow, rgbRow);
      MemorySegment.copy(rgbRowMemory, 0, rgb, y * rgbRow.length, rgbRow.length);
    }
  }

  private static String message(MemorySegment handle) {
    return LibTurboJpeg.tjGetErrorStr2(handle).getString(0).strip().replaceAll("\\s+", " ");
  }
}
