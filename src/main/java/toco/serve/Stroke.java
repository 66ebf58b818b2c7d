package toco.serve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.image.ImageSize;
import toco.image.LabelMap;
import tools.jackson.databind.JsonNode;

/// A line that a user painted on an image.
///
/// @param label 0 background, 1…K classes, 255 unknown, which erases
/// @param radiusPx half the line's width, in pixels of the image
/// @param points x and y in turn, in pixels of the image; one point is a disc
@SuppressWarnings("ArrayRecordComponent") // never compared
record Stroke(int label, double radiusPx, double[] points) {
  private static final int MAX_STROKES = 1000;
  private static final int MAX_POINTS = 20_000;
  private static final double MAX_RADIUS_PX = 200;
  private static final double LEAST_RADIUS_PX = 0.5; // a click labels its pixel
  private static final double MAX_WORK = 1e9; // pixels that are looked at

  /// Reads the strokes of a request.
  ///
  /// @param classes K
  /// @throws HttpProblem if one is not as it should be
  static List<Stroke> read(JsonNode json, int classes, ImageSize size) {
    if (!json.isArray() || json.size() > MAX_STROKES) {
      throw HttpProblem.badRequest(
          "strokes must be an array of at most %s strokes".formatted(MAX_STROKES));
    }
    var strokes = new ArrayList<Stroke>();
    int points = 0;
    double work = 0;
    for (var node : json) {
      var stroke = read(node, classes);
      points += stroke.points.length / 2;
      if (points > MAX_POINTS) {
        throw HttpProblem.badRequest("strokes have more than %s points".formatted(MAX_POINTS));
      }
      stroke.requireIn(size);
      work += stroke.work();
      strokes.add(stroke);
    }
    if (work > MAX_WORK) {
      throw HttpProblem.badRequest(
          "the strokes are too long and too wide; save fewer of them, or thinner ones");
    }
    return strokes;
  }

  private static Stroke read(JsonNode node, int classes) {
    var label = node.path("label");
    int index = label.isIntegralNumber() && label.canConvertToInt() ? label.intValue() : -1;
    if (index < 0 || (index > classes && index != LabelMap.IGNORE)) {
      throw HttpProblem.badRequest(
          "a stroke's label must be 0 (background), 1…%s or 255 (unknown)".formatted(classes));
    }
    var radius = node.path("radiusPx");
    double radiusPx = radius.isNumber() ? radius.doubleValue() : Double.NaN;
    if (!(radiusPx >= 0 && radiusPx <= MAX_RADIUS_PX)) {
      throw HttpProblem.badRequest(
          "a stroke's radiusPx must be a number from 0 to %s".formatted(MAX_RADIUS_PX));
    }
    var given = node.path("points");
    if (!given.isArray() || given.isEmpty() || given.size() > MAX_POINTS) {
      throw HttpProblem.badRequest("a stroke's points must be an array of [x, y]");
    }
    var points = new double[2 * given.size()];
    for (int i = 0; i < given.size(); i++) {
      var point = given.get(i);
      if (point.size() != 2 || !point.get(0).isNumber() || !point.get(1).isNumber()) {
        throw HttpProblem.badRequest("a stroke's points must be an array of [x, y]");
      }
      points[2 * i] = point.get(0).doubleValue();
      points[2 * i + 1] = point.get(1).doubleValue();
    }
    return new Stroke(index, radiusPx, points);
  }

  private void requireIn(ImageSize size) {
    for (int i = 0; i < points.length; i += 2) {
      boolean isIn =
          points[i] >= 0
              && points[i] < size.widthPx()
              && points[i + 1] >= 0
              && points[i + 1] < size.heightPx();
      if (!isIn) {
        throw HttpProblem.badRequest(
            "a stroke's point %s, %s is not in the image of %s×%s px"
                .formatted(points[i], points[i + 1], size.widthPx(), size.heightPx()));
      }
    }
  }

  private double work() {
    double work = 0;
    for (int i = 0; i < points.length; i += 2) {
      int next = Math.min(i + 2, points.length - 2);
      work +=
          (Math.abs(points[next] - points[i]) + 2 * radiusPx + 2)
              * (Math.abs(points[next + 1] - points[i + 1]) + 2 * radiusPx + 2);
    }
    return work;
  }

  /// Draws strokes in their order over unknown pixels.
  ///
  /// @return \[H·W], 255 where nothing was painted
  static byte[] draw(List<Stroke> strokes, ImageSize size) {
    var labels = new byte[Math.toIntExact(size.pixels())];
    Arrays.fill(labels, (byte) LabelMap.IGNORE);
    strokes.forEach(stroke -> stroke.draw(labels, size));
    return labels;
  }

  private void draw(byte[] labels, ImageSize size) {
    double radius = Math.max(radiusPx, LEAST_RADIUS_PX);
    for (int i = 0; i < points.length; i += 2) {
      int next = points.length == 2 ? i : i + 2;
      if (next < points.length) {
        segment(labels, size, radius, i, next);
      }
    }
    if (radiusPx < LEAST_RADIUS_PX) { // the pixel that holds a point counts, wherever its centre is
      for (int i = 0; i < points.length; i += 2) {
        int x = (int) points[i];
        int y = (int) points[i + 1];
        labels[y * size.widthPx() + x] = (byte) label;
      }
    }
  }

  /// Labels the pixels whose centres are within the radius of the line between two points.
  private void segment(byte[] labels, ImageSize size, double radius, int from, int to) {
    double x0 = points[from];
    double y0 = points[from + 1];
    double dx = points[to] - x0;
    double dy = points[to + 1] - y0;
    double length = dx * dx + dy * dy;
    int left = (int) Math.max(0, Math.floor(Math.min(x0, x0 + dx) - radius));
    int right = (int) Math.min(size.widthPx() - 1, Math.ceil(Math.max(x0, x0 + dx) + radius));
    int top = (int) Math.max(0, Math.floor(Math.min(y0, y0 + dy) - radius));
    int bottom = (int) Math.min(size.heightPx() - 1, Math.ceil(Math.max(y0, y0 + dy) + radius));
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        double px = x + 0.5 - x0;
        double py = y + 0.5 - y0;
        double along = length == 0 ? 0 : Math.clamp((px * dx + py * dy) / length, 0, 1);
        double distance = Math.hypot(px - along * dx, py - along * dy);
        if (distance <= radius) {
          labels[y * size.widthPx() + x] = (byte) label;
        }
      }
    }
  }

  /// As it is read.
  Map<String, Object> toJson() {
    var pairs = new ArrayList<List<Double>>();
    for (int i = 0; i < points.length; i += 2) {
      pairs.add(List.of(points[i], points[i + 1]));
    }
    var json = new LinkedHashMap<String, Object>();
    json.put("label", label);
    json.put("radiusPx", radiusPx);
    json.put("points", pairs);
    return json;
  }
}
