package toco.recipe.more;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class UncertainTokensTest {
  private static final int UNCERTAIN = 255;

  /// Random labels of patches; how many are foreground and uncertain is random too.
  private static long[] labels(Random random, int height, int width) {
    double foreground = random.nextDouble();
    double uncertain = (1 - foreground) * random.nextDouble();
    var labels = new long[height * width];
    for (int i = 0; i < labels.length; i++) {
      double kind = random.nextDouble();
      labels[i] = kind < foreground ? 1 + random.nextInt(20) : 0;
      labels[i] = kind > 1 - uncertain ? UNCERTAIN : labels[i];
    }
    return labels;
  }

  /// The search of the published code, window by window.
  private static List<Integer> expected(long[] labels, int height, int width, List<Integer> draw) {
    var candidates = new ArrayList<Integer>();
    var foreground = new ArrayList<Integer>();
    var all = new ArrayList<Integer>();
    for (int i = 0; i < height - 6; i++) {
      for (int j = 0; j < width - 6; j++) {
        int sum = 0;
        for (int y = i; y < i + 6; y++) {
          for (int x = j; x < j + 6; x++) {
            sum += region(labels[y * width + x]);
          }
        }
        int centre = region(labels[(i + 3) * width + j + 3]);
        if (centre == 1 && sum >= 44) {
          candidates.add(i * width + j);
        } else if (centre == 2) {
          foreground.add(i * width + j);
        }
        all.add(i * width + j);
      }
    }
    if (candidates.size() > 8) {
      return draw.stream().limit(8).map(candidates::get).toList();
    }
    int added = (8 - candidates.size()) / 4;
    var pool = foreground.size() >= added ? foreground : all;
    var tokens = new ArrayList<>(candidates);
    for (int i = 0; i < Math.min(added, pool.size()); i++) {
      tokens.add(pool.get(draw.get(i)));
    }
    return tokens;
  }

  private static int region(long label) {
    return label == UNCERTAIN ? 1 : label >= 1 ? 2 : 0;
  }

  private static List<Integer> found(UncertainTokens tokens, int image) {
    var index = tokens.index().select(0, image).toLongArray();
    var isToken = tokens.isToken().select(0, image).to(DType.INT64).toLongArray();
    return IntStream.range(0, index.length)
        .filter(i -> isToken[i] != 0)
        .mapToObj(i -> (int) index[i])
        .toList();
  }

  /// The vectorised search and the plain loop find the same places in the same order.
  @ParameterizedTest
  @CsvSource({"7, 7", "7, 9", "8, 8", "10, 7", "12, 14", "28, 28"})
  void findsWhatTheSearchWindowByWindowFinds(int height, int width) {
    var random = new Random(5);
    var sizes = new HashSet<Integer>();
    for (int trial = 0; trial < 40; trial++) {
      var labels = labels(random, height, width);
      var drawn = new ArrayList<List<Integer>>();
      UncertainTokens.Draw draw =
          (setSizes, longest) -> {
            assertEquals((height - 6) * (width - 6), longest);
            long size = setSizes.toLongArray()[0];
            var permutation = new ArrayList<>(IntStream.range(0, (int) size).boxed().toList());
            Collections.shuffle(permutation, new Random(size));
            drawn.add(permutation);
            var first = new long[8];
            for (int i = 0; i < 8; i++) {
              first[i] = i < size ? permutation.get(i) : -1;
            }
            return Tensor.of(first, 1, 8);
          };
      var tokens = UncertainTokens.find(Tensor.of(labels, 1, height, width), draw);
      var expected = expected(labels, height, width, drawn.getFirst());
      assertEquals(expected, found(tokens, 0));
      assertTrue(!expected.isEmpty() && expected.size() <= 9, "tokens: " + expected);
      sizes.add(expected.size());
    }
    assertTrue(height * width < 60 || sizes.size() > 1, "only one kind of image was tried");
  }

  @ParameterizedTest
  @CsvSource({"6, 7", "7, 6", "6, 28", "1, 1"})
  void aGridWithoutWindowsIsRefused(int height, int width) {
    var mask = Tensor.of(new long[height * width], 1, height, width);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> UncertainTokens.find(mask, new RandomDraw(1, 1, 0)));
    assertTrue(e.getMessage().contains("at least 7×7 patches, got " + height), e.getMessage());
  }

  /// Of many windows, all are drawn in the long run, no two of one draw are equal, and the draw is
  /// the same for an image wherever its batch begins.
  @Test
  void theDrawIsAFunctionOfSeedStepAndPosition() {
    var sizes = Tensor.of(new long[] {20, 5, 0, 9}, 4);
    Set<Long> seen = new HashSet<>();
    for (int iter = 0; iter < 50; iter++) {
      var whole = new RandomDraw(3, iter, 0).of(sizes, 484);
      assertArrayEquals(new long[] {4, 8}, whole.shape().sizes());
      for (int image = 0; image < 4; image++) {
        var row = whole.select(0, image).toLongArray();
        var alone =
            new RandomDraw(3, iter, image).of(sizes.slice(0, image, image + 1), 484).toLongArray();
        assertArrayEquals(alone, row);
        int size = (int) Math.min(8, sizes.toLongArray()[image]);
        var valid = Arrays.copyOf(row, size);
        assertEquals(size, Arrays.stream(valid).distinct().count());
        long length = sizes.toLongArray()[image];
        assertTrue(Arrays.stream(valid).allMatch(i -> i >= 0 && i < length));
        if (image == 0) {
          Arrays.stream(valid).forEach(seen::add);
        }
      }
    }
    assertEquals(20, seen.size());
    assertNotEquals(
        List.of(
            Arrays.stream(new RandomDraw(3, 1, 0).of(sizes, 484).toLongArray()).boxed().toList()),
        List.of(
            Arrays.stream(new RandomDraw(4, 1, 0).of(sizes, 484).toLongArray()).boxed().toList()));
  }

  /// A grid of 7×7 has one window: a draw of it is that window.
  @Test
  void theSmallestGridHasOneWindow() {
    var tokens = UncertainTokens.find(Tensor.of(new long[49], 1, 7, 7), new RandomDraw(1, 1, 0));
    assertEquals(List.of(0), found(tokens, 0));
  }
}
