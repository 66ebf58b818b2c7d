package toco.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A small chart of values over a common x axis, drawn as a picture. Values that are not finite
/// leave a gap.
///
/// ```java
/// new LineChart("mIoU", "background threshold", thresholds).add("CAM", cam).write(png);
/// ```
public final class LineChart {
  private static final int WIDTH_PX = 400;
  private static final int HEIGHT_PX = 260;
  private static final int LEFT_PX = 40;
  private static final int RIGHT_PX = 10;
  private static final int TOP_PX = 30;
  private static final int BOTTOM_PX = 30;
  private static final int ENLARGED = 2;
  private static final int TICKS = 5; // approximate number per axis
  private static final int PAPER = 0xFFFFFF;
  private static final int INK = 0x202020;
  private static final int GRID = 0xE0E0E0;
  private static final int[] LINES = {0x1F5FBF, 0xD0601A, 0x2A8C4A, 0x8A4FBF};

  private final String title;
  private final String xLabel;
  private final double[] x;
  private final List<String> names = new ArrayList<>();
  private final List<double[]> lines = new ArrayList<>();

  /// A chart without lines.
  ///
  /// @param x increasing values, at least one, shared by all lines
  public LineChart(String title, String xLabel, double[] x) {
    if (x.length == 0) {
      throw new IllegalArgumentException("a chart needs at least one value of x");
    }
    this.title = title;
    this.xLabel = xLabel;
    this.x = x.clone();
  }

  /// Adds a line; a chart has at most four.
  ///
  /// @param y one value per x
  public LineChart add(String name, double[] y) {
    if (y.length != x.length || lines.size() == LINES.length) {
      throw new IllegalArgumentException(
          "a line needs %s values, and a chart has at most %s lines; got %s values for line %s"
              .formatted(x.length, LINES.length, y.length, lines.size() + 1));
    }
    names.add(name);
    lines.add(y.clone());
    return this;
  }

  /// Writes the chart as a PNG file.
  ///
  /// @throws ImageException if it cannot be written
  public void write(Path png) {
    ImageWriter.writePng(picture(), png);
  }

  /// The chart.
  public Picture picture() {
    var picture = Picture.filled(WIDTH_PX, HEIGHT_PX, PAPER);
    var across = Axis.of(x, LEFT_PX, WIDTH_PX - RIGHT_PX);
    var up =
        Axis.of(
            lines.stream().flatMapToDouble(Arrays::stream).toArray(),
            HEIGHT_PX - BOTTOM_PX,
            TOP_PX);
    text(picture, title, LEFT_PX, 6, INK);
    text(picture, xLabel, WIDTH_PX - RIGHT_PX - 6 * xLabel.length(), HEIGHT_PX - 12, INK);
    drawGrid(picture, across, up);
    int left = LEFT_PX;
    for (int i = 0; i < lines.size(); i++) {
      drawLine(picture, across, up, lines.get(i), LINES[i]);
      text(picture, names.get(i), left, 18, LINES[i]);
      left += 6 * (names.get(i).length() + 2);
    }
    return picture.fittedTo(ENLARGED * WIDTH_PX);
  }

  private static void drawGrid(Picture picture, Axis across, Axis up) {
    for (double tick : up.ticks()) {
      int y = up.px(tick);
      stroke(picture, LEFT_PX, y, WIDTH_PX - RIGHT_PX, y, GRID);
      var label = up.label(tick);
      text(picture, label, LEFT_PX - 4 - 6 * label.length(), y - 3, INK);
    }
    for (double tick : across.ticks()) {
      int x = across.px(tick);
      stroke(picture, x, TOP_PX, x, HEIGHT_PX - BOTTOM_PX, GRID);
      var label = across.label(tick);
      text(picture, label, x - 3 * label.length(), HEIGHT_PX - BOTTOM_PX + 6, INK);
    }
    stroke(picture, LEFT_PX, TOP_PX, LEFT_PX, HEIGHT_PX - BOTTOM_PX, INK);
    stroke(
        picture, LEFT_PX, HEIGHT_PX - BOTTOM_PX, WIDTH_PX - RIGHT_PX, HEIGHT_PX - BOTTOM_PX, INK);
  }

  private void drawLine(Picture picture, Axis across, Axis up, double[] y, int colour) {
    for (int i = 0; i < y.length; i++) {
      if (!Double.isFinite(y[i])) {
        continue;
      }
      int toX = across.px(x[i]);
      int toY = up.px(y[i]);
      picture.drawBox(toX - 1, toY - 1, 3, 3, colour);
      if (i > 0 && Double.isFinite(y[i - 1])) {
        stroke(picture, across.px(x[i - 1]), up.px(y[i - 1]), toX, toY, colour);
      }
    }
  }

  private static void stroke(Picture picture, int x0, int y0, int x1, int y1, int colour) {
    int steps = Math.max(1, Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)));
    for (int i = 0; i <= steps; i++) {
      picture.set(
          x0 + Math.round((float) i * (x1 - x0) / steps),
          y0 + Math.round((float) i * (y1 - y0) / steps),
          colour);
    }
  }

  private static void text(Picture picture, String text, int leftPx, int topPx, int colour) {
    PixelFont.draw(picture, text, leftPx, topPx, WIDTH_PX - leftPx, colour);
  }

  /// Maps values to pixels.
  ///
  /// @param low the value at `lowPx`
  /// @param high the value at `highPx`
  /// @param step between ticks: 1, 2 or 5 times a power of ten
  private record Axis(double low, double high, double step, int lowPx, int highPx) {
    static Axis of(double[] values, int lowPx, int highPx) {
      var finite = Arrays.stream(values).filter(Double::isFinite).summaryStatistics();
      double low = finite.getCount() == 0 ? 0 : finite.getMin();
      double high = finite.getCount() == 0 ? 1 : finite.getMax();
      double range = high > low ? high - low : Math.max(1e-3, Math.abs(high) / 10);
      double power = Math.pow(10, Math.floor(Math.log10(range / TICKS)));
      double step =
          Arrays.stream(new double[] {1, 2, 5, 10})
              .map(digit -> digit * power)
              .filter(candidate -> range / candidate <= TICKS)
              .findFirst()
              .orElse(10 * power);
      return new Axis(
          step * Math.floor(low / step + 1e-9),
          step * Math.ceil(Math.max(high, low + range / 2) / step - 1e-9),
          step,
          lowPx,
          highPx);
    }

    int px(double value) {
      return (int) Math.round(lowPx + (value - low) / (high - low) * (highPx - lowPx));
    }

    double[] ticks() {
      int count = (int) Math.round((high - low) / step);
      var ticks = new double[count + 1];
      for (int i = 0; i <= count; i++) {
        ticks[i] = low + i * step;
      }
      return ticks;
    }

    String label(double tick) {
      int digits = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
      return String.format(Locale.ROOT, "%." + digits + "f", tick + 0.0);
    }
  }
}
