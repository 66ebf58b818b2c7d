package toco.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Split;
import toco.data.ClassBox;
import toco.data.Dataset;
import toco.data.HintPoint;
import toco.data.ImageHints;
import toco.data.WeakLabels;
import toco.image.ImageBox;
import toco.image.ImageSize;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.RgbImage;

/// Hints and boxes in views of 8×8 px, which are drawn as text: `.` is unknown.
class HintCanvasTest {
  private static final int SIZE = 8;
  private static final ImageSize IMAGE = new ImageSize(8, 8);
  private static final ViewAxis WHOLE = new ViewAxis(0, 8, 0, 8, false);
  private static final ViewPlace SAME = new ViewPlace(WHOLE, WHOLE);

  @TempDir Path root;

  @BeforeEach
  void writeOneImage() throws IOException {
    var black = MemorySegment.ofArray(new byte[3 * 64]);
    ImageWriter.writePng(new RgbImage(black, 8, 8), root.resolve("a.png"));
    Files.writeString(root.resolve("labels.csv"), "a.png,cat\n");
    Files.writeString(root.resolve("hints.csv"), "a,0,0,cat\n");
  }

  private WeakLabels weak(String... more) {
    var keys =
        new ArrayList<>(
            List.of(
                "data.layout=folder",
                "data.root=" + root,
                "data.classNames=[cat, dog]",
                "data.hints=hints.csv"));
    keys.addAll(List.of(more));
    var data = Config.parse("", "test", keys).data();
    return WeakLabels.open(data, Dataset.open(data, Split.TRAIN));
  }

  private List<String> drawn(int radiusPx, ImageSize image, ViewPlace place, HintPoint... points) {
    var weak = weak("data.hintRadiusPx=" + radiusPx);
    var hints = new ImageHints.Points(List.of(points));
    return rows(
        new HintCanvas(SIZE).draw(Optional.of(hints), weak, root.resolve("a.png"), image, place));
  }

  private static List<String> rows(MemorySegment labels) {
    var text = new StringBuilder();
    for (byte label : labels.toArray(ValueLayout.JAVA_BYTE)) {
      text.append(label == (byte) LabelMap.IGNORE ? "." : String.valueOf(label));
    }
    return text.toString().replaceAll("(.{8})", "$1\n").lines().toList();
  }

  private static HintPoint point(double x, double y, int label) {
    return new HintPoint(x, y, label, 1);
  }

  private static ViewAxis axis(int imageLength, int viewStart, int viewLength) {
    return new ViewAxis(0, imageLength, viewStart, viewLength, false);
  }

  private static void assertRows(List<String> actual, String... expected) {
    assertEquals(List.of(expected), actual);
  }

  @Test
  void aPointIsADiscOfItsRadius() {
    assertRows(
        drawn(2, IMAGE, SAME, point(2, 3, 1), point(7, 7, 2), point(7.9, 0.4, 0)),
        ".....000",
        "..1...00",
        ".111...0",
        "11111...",
        ".111....",
        "..1....2",
        "......22",
        ".....222");
    assertRows(
        drawn(0, IMAGE, SAME, point(2, 3, 1)),
        "........",
        "........",
        "........",
        "..1.....",
        "........",
        "........",
        "........",
        "........");
  }

  /// A pixel as near to one point as to the other is of the first in the table.
  @Test
  void theNearerPointCounts() {
    var one = point(1, 2, 1);
    var other = point(5, 2, 2);
    assertRows(
        drawn(3, IMAGE, SAME, one, other),
        "11112222",
        "11112222",
        "11112222",
        "11112222",
        "11112222",
        ".1...2..",
        "........",
        "........");
    assertEquals("11122222", drawn(3, IMAGE, SAME, other, one).get(2));
  }

  @Test
  void hintsAreMirroredWithTheView() {
    assertRows(
        drawn(1, IMAGE, SAME.mirrored(SIZE), point(1, 3, 1)),
        "........",
        "........",
        "......1.",
        ".....111",
        "......1.",
        "........",
        "........",
        "........");
  }

  /// The image is 4 px wide and 3 px high, and is not padded by the discs' rests.
  @Test
  void paddingIsUnknown() {
    var place = new ViewPlace(axis(3, 4, 3), axis(4, 2, 4));
    assertRows(
        drawn(2, new ImageSize(4, 3), place, point(0, 0, 1), point(3, 2, 2)),
        "........",
        "........",
        "........",
        "........",
        "..1112..",
        "..1122..",
        "..1222..",
        "........");
  }

  /// The view begins at column 4 and row 6 of the image: of a point outside, the disc's rest is
  /// seen.
  @Test
  void discsAreCutOffWithTheView() {
    var place = new ViewPlace(axis(20, -6, 20), axis(20, -4, 20));
    assertRows(
        drawn(2, new ImageSize(20, 20), place, point(3, 7, 1), point(19, 19, 2), point(11, 14, 0)),
        "1.......",
        "11......",
        "1.......",
        "........",
        "........",
        "........",
        ".......0",
        "......00");
  }

  /// Every eighth pixel of the image is shown; the points are not at their places.
  @Test
  void aPointOutlastsReduction() {
    var place = new ViewPlace(axis(64, 0, 8), axis(64, 0, 8));
    String[] expected = {
      "........", "........", "..1.....", "........", "........", "........", ".......0", "........"
    };
    assertRows(
        drawn(0, new ImageSize(64, 64), place, point(17, 23, 1), point(63, 48, 0)), expected);
    assertRows(
        drawn(3, new ImageSize(64, 64), place, point(17, 23, 1), point(63, 48, 0)), expected);
    var mirrored = place.mirrored(SIZE);
    assertEquals(".....1..", drawn(0, new ImageSize(64, 64), mirrored, point(17, 23, 1)).get(2));
  }

  /// Two points in one pixel of the view: the pixel shows the image at x 4, y 4.
  @Test
  void ofPointsInOnePixelTheNearerOneCounts() {
    var place = new ViewPlace(axis(64, 0, 8), axis(64, 0, 8));
    var size = new ImageSize(64, 64);
    assertEquals("2.......", drawn(0, size, place, point(0, 0, 1), point(5, 5, 2)).getFirst());
    assertEquals("2.......", drawn(0, size, place, point(5, 5, 2), point(0, 0, 1)).getFirst());
  }

  /// Columns are doubled, rows trebled.
  @Test
  void anEnlargedPixelIsABlock() {
    var place = new ViewPlace(axis(2, 1, 6), axis(4, 0, 8));
    assertRows(
        drawn(1, new ImageSize(4, 2), place, point(1, 1, 2)),
        "........",
        "..22....",
        "..22....",
        "..22....",
        "222222..",
        "222222..",
        "222222..",
        "........");
  }

  /// A rectangle of the image fills the view, as a random resized crop does.
  @Test
  void aRectangleFillsTheView() {
    var crop = new ResizedCrop(10, 20, 4, 8).place(SIZE);
    var size = new ImageSize(40, 20);
    String[] expected = {
      "........", "........", ".1......", ".1......", "........", "........", "........", "........"
    };
    assertRows(drawn(0, size, crop, point(21, 11, 1), point(19, 11, 2)), expected);
    assertEquals("......1.", drawn(0, size, crop.mirrored(SIZE), point(21, 11, 1)).get(2));
  }

  /// Hints that are a picture take the nearest pixel, so that no label lies between two others.
  @Test
  void picturesAreSampledAtPixels() throws IOException {
    var labels = new byte[64];
    Arrays.fill(labels, (byte) LabelMap.IGNORE);
    for (int x = 0; x < 4; x++) {
      labels[x] = 2; // row 0
      labels[8 + x] = 0;
    }
    Files.createDirectories(root.resolve("hints"));
    ImageWriter.writePng(
        new LabelMap(MemorySegment.ofArray(labels), 8, 8), root.resolve("hints/a.png"));
    var weak = weak("data.hints=hints");
    var place = new ViewPlace(axis(8, 1, 16), axis(8, -2, 12));
    var canvas = new HintCanvas(SIZE);
    var drawn = canvas.draw(weak.hintsOf("a"), weak, root.resolve("a.png"), IMAGE, place);
    assertRows(
        rows(drawn),
        "........",
        "2222....",
        "2222....",
        "0000....",
        "0000....",
        "........",
        "........",
        "........");
    assertEquals(
        Collections.nCopies(8, "........"),
        rows(canvas.draw(weak.hintsOf("b"), weak, root.resolve("b.png"), IMAGE, place)));
  }

  @Test
  void boxesFollowTheView() {
    var box = new ClassBox(2, 1, 2, 3, 6); // columns 1 and 2, rows 2 to 5
    assertEquals(Map.of(2, List.of(new ImageBox(2, 6, 1, 3))), boxes(SAME, box));
    assertEquals(Map.of(2, List.of(new ImageBox(2, 6, 5, 7))), boxes(SAME.mirrored(SIZE), box));
    var doubled = new ViewPlace(axis(8, -5, 16), axis(8, 3, 16));
    assertEquals(Map.of(2, List.of(new ImageBox(0, 7, 5, 8))), boxes(doubled, box));
    // a view of the rest of the image still knows that the class is elsewhere
    var beside = new ViewPlace(axis(8, 0, 8), axis(8, -4, 8));
    assertEquals(Map.of(2, List.of()), boxes(beside, box));
    // what a box touches is inside
    var halved = new ViewPlace(axis(8, 0, 4), axis(8, 0, 4));
    assertEquals(Map.of(2, List.of(new ImageBox(1, 3, 0, 2))), boxes(halved, box));
    var other = new ClassBox(1, 0, 0, 8, 8);
    assertEquals(
        new TreeMap<>(
            Map.of(
                1, List.of(new ImageBox(0, 8, 0, 8)),
                2, List.of(new ImageBox(2, 6, 1, 3), new ImageBox(0, 1, 0, 1)))),
        new TreeMap<>(boxes(SAME, box, other, new ClassBox(2, 0, 0, 0.5, 1))));
  }

  private static Map<Integer, List<ImageBox>> boxes(ViewPlace place, ClassBox... boxes) {
    return ViewBoxes.of(List.of(boxes), place, SIZE);
  }
}
