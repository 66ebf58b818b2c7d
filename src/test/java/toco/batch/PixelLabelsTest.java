package toco.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.image.ImageBox;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Two images of 2×3 px.
@TensorTest
class PixelLabelsTest {
  private static final long[] LABELS = {1, 1, 2, 0, 255, 2, 1, 1, 2, 0, 255, 2};

  private static Tensor labels() {
    return Tensor.of(new float[] {1, 1, 2, 0, 255, 2, 1, 1, 2, 0, 255, 2}, 2, 2, 3).to(DType.INT64);
  }

  private static Tensor hints(int... values) {
    var bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return Tensor.copyOf(MemorySegment.ofArray(bytes), DType.UINT8, 2, 2, 3);
  }

  private static void assertCorrected(PixelLabels known, long... expected) {
    try (var _ = TensorScope.open()) {
      var labels = labels();
      assertArrayEquals(expected, known.correct(labels).toLongArray());
      assertArrayEquals(LABELS, labels.toLongArray(), "the pseudo-labels themselves stay");
    }
  }

  @Test
  void withoutHintsAndBoxesTheLabelsAreTheSameTensor() {
    try (var _ = TensorScope.open()) {
      var labels = labels();
      assertSame(labels, PixelLabels.NONE.correct(labels));
      assertSame(labels, new PixelLabels(null, List.of(Map.of(), Map.of())).correct(labels));
    }
  }

  @Test
  void hintsReplacePseudoLabels() {
    try (var _ = TensorScope.open()) {
      var hints = hints(255, 2, 0, 255, 1, 255, 255, 255, 255, 2, 0, 255);
      assertCorrected(new PixelLabels(hints, List.of()), 1, 2, 0, 0, 1, 2, 1, 1, 2, 2, 0, 2);
    }
  }

  /// Outside of its boxes a class is ignored; background stays, and so does a class without boxes.
  @Test
  void aClassIsLimitedToItsBoxes() {
    var first = new ImageBox(0, 1, 0, 1);
    var second = new ImageBox(1, 2, 0, 3);
    var limits = List.of(Map.of(1, List.of(first, second)), Map.<Integer, List<ImageBox>>of());
    assertCorrected(new PixelLabels(null, limits), 1, 255, 2, 0, 255, 2, 1, 1, 2, 0, 255, 2);
    var both = List.of(Map.of(1, List.of(first), 2, List.of(second)), Map.of(2, List.of(first)));
    assertCorrected(new PixelLabels(null, both), 1, 255, 255, 0, 255, 2, 1, 1, 255, 0, 255, 255);
  }

  /// The boxes of a class may be in the part of the image that the view does not show.
  @Test
  void aClassWithoutABoxInTheViewIsNowhere() {
    var none = Map.of(2, List.<ImageBox>of());
    assertCorrected(
        new PixelLabels(null, List.of(none, none)), 1, 1, 255, 0, 255, 255, 1, 1, 255, 0, 255, 255);
  }

  @Test
  void hintsCountOutsideOfBoxes() {
    try (var _ = TensorScope.open()) {
      var hints = hints(2, 255, 2, 255, 255, 255, 255, 255, 255, 255, 255, 255);
      var limits =
          List.of(Map.of(2, List.of(new ImageBox(1, 2, 0, 3))), Map.<Integer, List<ImageBox>>of());
      assertCorrected(new PixelLabels(hints, limits), 2, 1, 2, 0, 255, 2, 1, 1, 2, 0, 255, 2);
    }
  }
}
