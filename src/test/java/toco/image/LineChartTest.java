package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LineChartTest {
  private static final int FIRST_LINE = 0x1F5FBF;
  private static final int LEGEND_PX = 60; // above this row only the legend has a line's colour

  /// Mean row of the first line's pixels in a column; NaN if there are none.
  private static double row(Picture chart, int x) {
    double sum = 0;
    int count = 0;
    for (int y = LEGEND_PX; y < chart.heightPx(); y++) {
      if (chart.rgb()[y * chart.widthPx() + x] == FIRST_LINE) {
        sum += y;
        count++;
      }
    }
    return sum / count;
  }

  @Test
  void aRisingLineRisesFromTheLeftBottomToTheRightTop() {
    var chart =
        new LineChart("t", "x", new double[] {0, 1, 2}).add("y", new double[] {0, 5, 10}).picture();
    double before = Double.POSITIVE_INFINITY;
    for (int x = 100; x < 760; x += 20) {
      double row = row(chart, x);
      assertTrue(row < before, "column " + x + ": " + row);
      before = row;
    }
  }

  @Test
  void nonFiniteValuesLeaveAGap() {
    var x = new double[] {0, 1, 2, 3};
    var chart = new LineChart("t", "x", x).add("y", new double[] {1, Double.NaN, 2, 3}).picture();
    assertTrue(Double.isNaN(row(chart, 320)), "between 0 and 2");
    assertTrue(row(chart, 700) > 0);
  }

  @Test
  void singleValuesAndLevelLinesAreDrawn() {
    for (double value : new double[] {0, 0.5, -3}) {
      var one = new LineChart("t", "x", new double[] {1}).add("y", new double[] {value});
      assertEquals(800, one.picture().widthPx());
      var level =
          new LineChart("t", "x", new double[] {1, 2}).add("y", new double[] {value, value});
      assertTrue(row(level.picture(), 400) > LEGEND_PX);
    }
  }

  @Test
  void linesOfOtherLengthsAreRefused() {
    var chart = new LineChart("t", "x", new double[] {1, 2});
    assertThrows(IllegalArgumentException.class, () -> chart.add("y", new double[] {1}));
    assertThrows(IllegalArgumentException.class, () -> new LineChart("t", "x", new double[] {}));
  }
}
