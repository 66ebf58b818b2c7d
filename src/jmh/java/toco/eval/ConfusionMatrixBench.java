package toco.eval;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.function.IntBinaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import toco.Bench;
import toco.data.CounterRandom;

/// Counting the pixels of one VOC image, 500 × 375, of which an evaluation counts 1,449 for each
/// kind of map.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ConfusionMatrixBench extends Bench {
  private static final int WIDTH_PX = 500;
  private static final int HEIGHT_PX = 375;
  private static final int CLASSES = 21;

  private final ConfusionMatrix matrix = new ConfusionMatrix(CLASSES);
  private MemorySegment truth;
  private MemorySegment predicted;
  private MemorySegment speckled;

  @Setup
  public void open() {
    var random = new CounterRandom(0, 0, 0, 0);
    truth = labels((x, y) -> inDisc(x - 200, y - 180) ? 15 : 0);
    predicted = labels((x, y) -> inDisc(x - 212, y - 174) ? 15 : 0);
    speckled = labels((_, _) -> random.nextInt(CLASSES));
  }

  private static boolean inDisc(int x, int y) {
    return x * x + y * y < 120 * 120;
  }

  private static MemorySegment labels(IntBinaryOperator labelAt) {
    var map = Arena.ofAuto().allocate((long) WIDTH_PX * HEIGHT_PX);
    for (int i = 0; i < WIDTH_PX * HEIGHT_PX; i++) {
      map.set(JAVA_BYTE, i, (byte) labelAt.applyAsInt(i % WIDTH_PX, i / WIDTH_PX));
    }
    return map;
  }

  /// An object and its somewhat shifted prediction: guards the step of eight pixels that are alike.
  @Benchmark
  public ConfusionMatrix flatMaps() {
    matrix.add(truth, predicted);
    return matrix;
  }

  /// A prediction without two pixels alike, the worst case: guards the step of single pixels.
  @Benchmark
  public ConfusionMatrix speckledMaps() {
    matrix.add(truth, speckled);
    return matrix;
  }
}
