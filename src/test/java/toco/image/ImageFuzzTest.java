package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import toco.Mutations;

/// A damaged image is read or rejected with its name: no other exception, no crash, no hang, no
/// leak.
///
/// It runs in a separate process, which a crash would end, and whose Java heap has its full size
/// from the start, so that only native memory can grow. More by hand: `ImageFuzzTest turbo 20000
/// FOLDER`.
class ImageFuzzTest {
  private static final int MUTATIONS = 1000;
  private static final long TIME_LIMIT_S = 180; // an image usually takes a thousandth of it

  /// The first half of the mutations is warm-up. A leak of one photograph's pixels in each of the
  /// others would be 200 MB; the C library keeps up to 64 MB of freed memory.
  private static final long RESIDENT_GROWTH_MB = 100;

  private static final List<String> IMAGES =
      List.of(
          "data/photos/JPEGImages/chelsea.jpg",
          "data/photos/SegmentationClassAug/chelsea.png",
          "decode-cases/ycc420.jpg",
          "decode-cases/ycc440-progressive.jpg",
          "decode-cases/ycc420-restart.jpg",
          "decode-cases/ycc420-three-scans.jpg",
          "decode-cases/arithmetic422-progressive.jpg",
          "decode-cases/cmyk422-progressive.jpg",
          "decode-cases/rgb420.jpg",
          "decode-cases/grey-icc.jpg",
          "decode-cases/rgb8.png",
          "decode-cases/rgba16.png",
          "decode-cases/pal4.png",
          "decode-cases/icc.png");

  static List<JpegChoice> decoders() {
    return ImageDecoderTest.decoders();
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void aDamagedImageIsReadOrRefusedByName(JpegChoice decoder, @TempDir Path folder)
      throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-XX:+UseSerialGC",
            "-Xms384m",
            "-Xmx384m",
            "-XX:+AlwaysPreTouch",
            "-cp",
            System.getProperty("java.class.path"),
            ImageFuzzTest.class.getName(),
            decoder.toString(),
            String.valueOf(MUTATIONS),
            folder.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    if (!process.waitFor(TIME_LIMIT_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    String output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("read and"), output);
  }

  /// @param arguments decoder, number of mutations, a folder for the damaged files
  static void main(String... arguments) throws IOException {
    var decoder = JpegChoice.parse(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    var folder = Path.of(arguments[2]);
    int read = 0;
    long slowestMs = 0;
    long residentBefore = 0;
    try (var buffer = new DecodeBuffer(decoder)) {
      for (int seed = 0; seed < count; seed++) {
        if (seed == count / 2) {
          residentBefore = residentMb();
        }
        var name = IMAGES.get(seed % IMAGES.size());
        byte[] damaged = Mutations.mutate(Resources.bytes(name), seed);
        var file =
            folder.resolve("damaged-%d%s".formatted(seed, name.substring(name.length() - 4)));
        Files.write(file, damaged);
        long start = System.nanoTime();
        if (isRead(buffer, file, seed)) {
          read++;
        }
        slowestMs = Math.max(slowestMs, (System.nanoTime() - start) / 1_000_000);
        requireBounded(buffer, damaged.length, seed);
        Files.delete(file);
      }
    }
    long growth = residentMb() - residentBefore;
    System.out.printf(
        "%s: %d of %d read and the others refused, slowest %d ms, %d MB grown%n",
        decoder, read, count, slowestMs, growth);
    if (read == 0 || read == count || growth > RESIDENT_GROWTH_MB) {
      System.exit(1);
    }
  }

  private static boolean isRead(DecodeBuffer buffer, Path file, int seed) {
    try (var arena = Arena.ofConfined()) {
      if (file.toString().endsWith(".png")) {
        readMask(file, arena, seed);
      }
      buffer.decode(file);
      return true;
    } catch (ImageException e) {
      requireGoodMessage(e, file, seed);
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("mutation " + seed, e);
    }
  }

  private static void readMask(Path file, Arena arena, int seed) {
    try {
      MaskDecoder.decode(file, arena);
    } catch (ImageException e) {
      requireGoodMessage(e, file, seed);
    }
  }

  private static void requireGoodMessage(ImageException e, Path file, int seed) {
    var message = String.valueOf(e.getMessage());
    if (!message.contains(file.toString()) || message.contains("\n") || !message.contains("; ")) {
      throw new AssertionError("mutation %d: %s".formatted(seed, message), e);
    }
  }

  /// The limit of what a header may claim: 4 million pixels, or as many as the file could hold at
  /// one bit per block. With CMYK besides RGB, and headroom, that is 40 MB, or 8 KB per byte of the
  /// file.
  private static void requireBounded(DecodeBuffer buffer, long fileBytes, int seed) {
    long bound = Math.max(40_000_000, 8192 * fileBytes);
    if (buffer.capacityBytes() > bound) {
      throw new AssertionError(
          "mutation %d: %d bytes held".formatted(seed, buffer.capacityBytes()));
    }
  }

  private static long residentMb() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow();
    }
  }
}
