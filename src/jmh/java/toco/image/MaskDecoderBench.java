package toco.image;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import toco.Bench;

/// Reading the ground truth of an image, which an evaluation does once an image.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MaskDecoderBench extends Bench {
  private final Path mask =
      Path.of(
          System.getProperty("toco.home", "."),
          "src/test/resources/data/photos/SegmentationClassAug/astronaut.png"); // 375 × 500

  /// Guards reading, checking and decoding a palette PNG into labels.
  @Benchmark
  public int decode() {
    try (var arena = Arena.ofConfined()) {
      return MaskDecoder.decode(mask, arena).heightPx();
    }
  }
}
