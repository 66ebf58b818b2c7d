package toco.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// No sentence claims more than the seeds show.
class ConclusionTest {
  @Test
  void equalSignsAndASmallSpread() {
    assertEquals(
        "CAM mIoU: a > b by 0.093 ± 0.045, in all 3 seeds; two equal methods would agree so in 1 of"
            + " 4 such comparisons",
        of(0.05, 0.09, 0.14));
    assertTrue(of(1, 1, 1, 1, 1.1).endsWith("in 1 of 16 such comparisons"));
  }

  @Test
  void theSpreadExceedsTheDifference() {
    assertEquals(
        "CAM mIoU: a > b by 0.033 ± 0.085, in 2 of 3 seeds; the spread exceeds the difference, so"
            + " these runs do not tell them apart",
        of(0.12, 0.03, -0.05));
    assertEquals(
        "CAM mIoU: a > b by 0.110 ± 0.165, in all 3 seeds; the spread exceeds the difference, so"
            + " the amount is uncertain",
        of(0.01, 0.02, 0.3));
  }

  @Test
  void oneSeedAgainstTheOthers() {
    assertTrue(of(0.2, 0.22, -0.01).endsWith("in 2 of 3 seeds; more seeds are needed"));
  }

  @Test
  void oneSeedAlone() {
    assertEquals(
        "CAM mIoU: a > b by 0.100 with one seed, which does not show the spread; use --seeds 3 or"
            + " more",
        of(0.1));
  }

  @Test
  void nothingToTell() {
    assertEquals("CAM mIoU: no difference between a and b", of(0, 0, 0));
    assertEquals(
        "CAM mIoU: not scored in all runs, so nothing can be said", of(0.1, Double.NaN, 0.1));
  }

  @Test
  void meanAndDeviation() {
    var spread = new Spread(List.of(0.536, 0.505, 0.500));
    assertEquals(0.513667, spread.mean(), 1e-6);
    assertEquals(0.019502, spread.deviation(), 1e-6); // n − 1 in the denominator
    assertEquals("0.514 ± 0.020", spread.text("%.3f"));
    assertEquals("+0.514 ± 0.020", spread.text("%+.3f"));
    assertEquals("7", new Spread(List.of(7.0)).text("%.0f"));
    assertEquals("-", new Spread(List.of(Double.NaN, 1.0)).text("%.3f"));
    var others = new Spread(List.of(0.384, 0.406, 0.473));
    assertEquals(
        List.of(3, 0), List.of(spread.minus(others).positive(), others.minus(spread).positive()));
  }

  private static String of(double... differences) {
    var values = Arrays.stream(differences).boxed().toList();
    return Conclusion.of("CAM mIoU", "a", "b", new Spread(values));
  }
}
