package toco.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import toco.eval.ConfusionMatrix;
import toco.eval.LabelCounts;
import toco.image.LabelMap;

/// Measures what scoring costs without the network: label maps of VOC's size and number of classes,
/// counted against masks.
public final class ScoresBench {
  private static final int WIDTH_PX = 500;
  private static final int HEIGHT_PX = 375;
  private static final int CLASSES = 21;
  private static final int OBJECTS = 4;
  private static final int DIFFERENT = 64; // more than fit into the processor's caches

  private ScoresBench() {}

  /// @param maps number of label maps
  /// @param pixelsMs time to count all of them into confusion matrices, one per thread, and to add
  ///   these up
  /// @param boundariesMs the same with the boundaries of every class, as in evaluations
  /// @param threads in use
  /// @param miou mean IoU of the random predictions
  public record Result(int maps, double pixelsMs, double boundariesMs, int threads, double miou) {}

  private record Pair(LabelMap truth, MemorySegment predicted) {}

  /// @param maps how many, at least one
  /// @param threads at least one
  public static Result run(int maps, int threads) {
    if (maps < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "maps and threads must be ≥ 1, got %s and %s".formatted(maps, threads));
    }
    var pairs = IntStream.range(0, Math.min(maps, DIFFERENT)).mapToObj(ScoresBench::make).toList();
    pixels(pairs, Math.min(maps, 300), threads); // warm-up for the JVM's compiler
    long started = System.nanoTime();
    var matrix = pixels(pairs, maps, threads);
    double pixelsMs = (System.nanoTime() - started) * 1e-6;
    boundaries(pairs, Math.min(maps, 100), threads);
    started = System.nanoTime();
    boundaries(pairs, maps, threads);
    double boundariesMs = (System.nanoTime() - started) * 1e-6;
    return new Result(maps, pixelsMs, boundariesMs, threads, matrix.miou());
  }

  private static ConfusionMatrix pixels(List<Pair> pairs, int maps, int threads) {
    var matrices = new ConfusionMatrix[threads];
    inThreads(
        threads,
        thread -> {
          var matrix = new ConfusionMatrix(CLASSES);
          for (int i = thread; i < maps; i += threads) {
            var pair = pairs.get(i % pairs.size());
            matrix.add(pair.truth.labels(), pair.predicted);
          }
          matrices[thread] = matrix;
        });
    var sum = new ConfusionMatrix(CLASSES);
    Arrays.stream(matrices).forEach(sum::add);
    return sum;
  }

  private static void boundaries(List<Pair> pairs, int maps, int threads) {
    inThreads(
        threads,
        thread -> {
          for (int i = thread; i < maps; i += threads) {
            var pair = pairs.get(i % pairs.size());
            var _ = LabelCounts.of(pair.truth, pair.predicted, CLASSES);
          }
        });
  }

  private interface Work {
    void run(int thread);
  }

  private static void inThreads(int count, Work work) {
    var threads =
        IntStream.range(0, count)
            .mapToObj(i -> Thread.ofPlatform().name("scores").start(() -> work.run(i)))
            .toList();
    try {
      for (var thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// Ellipses with ignored bands around them; in the prediction they are slightly shifted.
  private static Pair make(int seed) {
    var random = new Random(seed);
    var truth = new byte[WIDTH_PX * HEIGHT_PX];
    var predicted = new byte[truth.length];
    for (int o = 0; o < OBJECTS; o++) {
      byte label = (byte) (1 + random.nextInt(CLASSES - 1));
      double x = random.nextDouble(WIDTH_PX);
      double y = random.nextDouble(HEIGHT_PX);
      double width = 30 + random.nextDouble(120);
      double height = 30 + random.nextDouble(120);
      ellipse(truth, x, y, width + 5, height + 5, (byte) LabelMap.IGNORE);
      ellipse(truth, x, y, width, height, label);
      ellipse(predicted, x + random.nextInt(12), y + random.nextInt(12), width, height, label);
    }
    return new Pair(
        new LabelMap(MemorySegment.ofArray(truth), WIDTH_PX, HEIGHT_PX),
        MemorySegment.ofArray(predicted));
  }

  private static void ellipse(
      byte[] labels, double x, double y, double width, double height, byte label) {
    var map = MemorySegment.ofArray(labels);
    for (int row = 0; row < HEIGHT_PX; row++) {
      for (int column = 0; column < WIDTH_PX; column++) {
        double dx = (column - x) / width;
        double dy = (row - y) / height;
        if (dx * dx + dy * dy <= 1) {
          map.set(JAVA_BYTE, (long) row * WIDTH_PX + column, label);
        }
      }
    }
  }
}
