package toco.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Scores are small fractions, exact in double precision except for the last bits.
class ConfusionMatrixTest {
  private static final double EXACT = 1e-15;

  @Test
  void perfectPredictionScoresOne() {
    var labels = labels(0, 1, 2, 2, 1, 0);
    var matrix = new ConfusionMatrix(3);
    matrix.add(labels, labels);
    assertArrayEquals(new double[] {1, 1, 1}, matrix.iou());
    assertEquals(1, matrix.miou());
    assertEquals(1, matrix.pixelAccuracy());
    assertEquals(1, matrix.meanAccuracy());
  }

  @Test
  void scoresEqualThoseComputedByHand() {
    var matrix = new ConfusionMatrix(4);
    matrix.add(labels(0, 0, 0, 1, 1, 255), labels(0, 0, 1, 1, 2, 3));
    // Class 2 is predicted but never true; class 3 only where the truth is ignored.
    assertArrayEquals(new double[] {2 / 3.0, 1 / 3.0, 0, Double.NaN}, matrix.iou(), EXACT);
    assertEquals(0.5, matrix.miou(), EXACT); // of classes 0 and 1, which the truth has
    assertEquals(3 / 5.0, matrix.pixelAccuracy(), EXACT);
    assertEquals((2 / 3.0 + 1 / 2.0) / 2, matrix.meanAccuracy(), EXACT);
  }

  @Test
  void ignoredPixelsDoNotCount() {
    var matrix = new ConfusionMatrix(2);
    matrix.add(labels(255, 255), labels(0, 1));
    assertTrue(Double.isNaN(matrix.miou()));
    assertTrue(Double.isNaN(matrix.pixelAccuracy()));
  }

  @Test
  void theSumOfMatricesIsTheMatrixOfAllPixels() {
    var whole = new ConfusionMatrix(3);
    whole.add(labels(0, 1, 2, 2), labels(0, 2, 2, 1));
    var first = new ConfusionMatrix(3);
    first.add(labels(0, 1), labels(0, 2));
    var second = new ConfusionMatrix(3);
    second.add(labels(2, 2), labels(2, 1));
    first.add(second);
    assertArrayEquals(whole.iou(), first.iou());
  }

  @Test
  void invalidArgumentsAreRejected() {
    var matrix = new ConfusionMatrix(2);
    assertMessage("3 and 2 pixels", () -> matrix.add(labels(0, 0, 0), labels(0, 0)));
    assertMessage("0…1, got 2", () -> matrix.add(labels(0), labels(2)));
    assertMessage("got 2 and 3", () -> matrix.add(new ConfusionMatrix(3)));
    assertMessage("≥ 1, got 0", () -> new ConfusionMatrix(0));
  }

  static MemorySegment labels(int... labels) {
    var bytes = new byte[labels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) labels[i];
    }
    return MemorySegment.ofArray(bytes);
  }

  private static void assertMessage(String part, Executable call) {
    var thrown = assertThrows(IllegalArgumentException.class, call);
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
  }
}
