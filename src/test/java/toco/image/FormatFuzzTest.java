package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.Mutations;
import toco.config.PixelWindow;

/// A damaged TIFF, BMP, WebP, DICOM or 16-bit PNG is read or rejected with its name: no other
/// exception, no hang, no line of the library's on the console, and bounded memory.
///
/// It runs in a separate process with a small heap. More by hand: `FormatFuzzTest tif 2000`.
class FormatFuzzTest {
  private static final int MUTATIONS = 200;
  private static final long TIME_LIMIT_S = 120;
  private static final long SLOWEST_MS = 5000; // an image usually takes a few milliseconds
  private static final long HEAP_BYTES =
      250_000_000; // of a mask and an image; the files have 10 KB
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @ValueSource(strings = {"tif", "bmp", "webp", "dcm", "png"})
  void aDamagedImageIsReadOrRefusedByName(String ending, @TempDir Path folder) throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx384m",
            "-cp",
            System.getProperty("java.class.path"),
            FormatFuzzTest.class.getName(),
            ending,
            String.valueOf(MUTATIONS));
    var output = folder.resolve("output");
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(TIME_LIMIT_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    int status = process.waitFor();
    var lines = Files.readAllLines(output);
    assertEquals(0, status, () -> String.join("\n", lines));
    assertEquals(1, lines.size(), () -> "a library printed: " + String.join("\n", lines));
    assertTrue(lines.getFirst().contains(" read and "), lines.getFirst());
  }

  /// The intact files of a format.
  private static List<Path> files(String ending) throws IOException {
    var folder =
        Resources.path(ending.equals("png") ? "decode-cases/grey16.png" : ImageFormatsTest.CASES);
    try (var files = Files.list(folder.resolveSibling(""))) {
      return files
          .filter(file -> file.toString().endsWith("." + ending))
          .filter(file -> !ending.equals("png") || file.toString().contains("16"))
          .sorted()
          .toList();
    }
  }

  /// @param arguments ending and number of mutations
  static void main(String... arguments) throws IOException {
    var files = files(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    var options =
        Stream.of(null, PixelWindow.Own.PERCENTILE, new PixelWindow.Range(0, 4000))
            .map(window -> new ReadOptions(window, true, 1))
            .toList();
    int read = 0;
    long slowestMs = 0;
    long mostBytes = 0;
    for (int seed = 0; seed < count; seed++) {
      var file = files.get(seed % files.size());
      byte[] damaged = Mutations.mutate(Files.readAllBytes(file), seed);
      if (arguments[0].equals("png")) {
        repairChecksums(damaged); // which would refuse all of them
      }
      long start = System.nanoTime();
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      if (isRead(damaged, file, options.get(seed % options.size()), seed)) {
        read++;
      }
      mostBytes = Math.max(mostBytes, THREADS.getCurrentThreadAllocatedBytes() - allocated);
      slowestMs = Math.max(slowestMs, (System.nanoTime() - start) / 1_000_000);
      if (slowestMs > SLOWEST_MS || mostBytes > HEAP_BYTES) {
        throw new AssertionError(
            "mutation %d of %s: %d ms, %d bytes".formatted(seed, file, slowestMs, mostBytes));
      }
    }
    System.out.printf(
        "%s: %d of %d read and the others refused, slowest %d ms, at most %d MB of heap%n",
        arguments[0], read, count, slowestMs, mostBytes / 1_000_000);
    boolean isChecked = arguments[0].equals("png"); // checksums find nearly all damage
    if ((read == 0 && !isChecked) || read == count) {
      System.exit(1);
    }
  }

  private static void repairChecksums(byte[] png) {
    var file = ByteBuffer.wrap(png);
    for (long at = 8; at + 12 <= png.length; ) {
      long length = Integer.toUnsignedLong(file.getInt((int) at));
      if (length > png.length - at - 12) {
        return;
      }
      var checksum = new CRC32();
      checksum.update(png, (int) at + 4, (int) length + 4);
      file.putInt((int) (at + 8 + length), (int) checksum.getValue());
      at += 12 + length;
    }
  }

  private static boolean isRead(byte[] damaged, Path file, ReadOptions options, int seed)
      throws IOException {
    var copy = Files.createTempFile("damaged", "-" + file.getFileName());
    try (var arena = Arena.ofConfined()) {
      Files.write(copy, damaged);
      try {
        MaskDecoder.decode(copy, arena);
      } catch (ImageException e) {
        requireGoodMessage(e, copy, seed);
      }
      try {
        ImageSize.read(copy, options);
      } catch (ImageException e) {
        requireGoodMessage(e, copy, seed);
      }
      ImageDecoder.decode(copy, options, arena);
      return true;
    } catch (ImageException e) {
      requireGoodMessage(e, copy, seed);
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("mutation %d of %s".formatted(seed, file), e);
    } finally {
      Files.delete(copy);
    }
  }

  private static void requireGoodMessage(ImageException e, Path file, int seed) {
    var message = String.valueOf(e.getMessage());
    boolean isOutOfMemory = message.contains("Java heap"); // a size that its bytes could not hold
    if (!message.contains(file.toString())
        || message.contains("\n")
        || !message.contains("; ")
        || isOutOfMemory) {
      throw new AssertionError("mutation %d: %s".formatted(seed, message), e);
    }
  }
}
