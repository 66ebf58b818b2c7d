package toco.image;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import toco.config.PixelWindow;

/// Warns of 16-bit grey PNG files. They are read as Pillow reads them: levels above 255 are cut to
/// 255, not divided by 256, so most pictures of 16 bits become white.
public final class Grey16 {
  private static final int BIT_DEPTH = 24; // in the header's bytes
  private static final int COLOUR_TYPE = 25;
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G'};

  private Grey16() {}

  /// What is lost of an image.
  ///
  /// @param image the decoded file
  /// @param options with which it was decoded; with a window nothing is cut
  /// @return a line that names the file; empty for other files, and if no level was cut
  public static Optional<String> warning(Path file, RgbImage image, ReadOptions options) {
    boolean isMapped = options.window() != null && options.window() != PixelWindow.Own.DICOM;
    if (isMapped || !isGrey16(file)) {
      return Optional.empty();
    }
    long white = 0;
    long pixels = (long) image.widthPx() * image.heightPx();
    for (long i = 0; i < pixels; i++) {
      white += image.pixels().get(ValueLayout.JAVA_BYTE, 3 * i) == (byte) 255 ? 1 : 0;
    }
    return white == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s is a 16-bit grey PNG: levels above 255 are read as white, %.0f %% of its"
                    + " pixels; set data.window=percentile",
                file,
                100.0 * white / pixels));
  }

  private static boolean isGrey16(Path file) {
    try (var in = Files.newInputStream(file)) {
      var header = in.readNBytes(COLOUR_TYPE + 1);
      return header.length > COLOUR_TYPE
          && Arrays.equals(header, 0, 4, SIGNATURE, 0, 4)
          && header[BIT_DEPTH] == 16
          && header[COLOUR_TYPE] == 0;
    } catch (IOException e) {
      return false; // reading the image reports it
    }
  }
}
