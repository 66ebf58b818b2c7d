package toco.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import toco.files.Json;
import tools.jackson.databind.JsonNode;

/// Compares what commands give on two devices. Labels and what is counted are equal. Maps differ by
/// rounding, because the CPU has kernels of its own, so a pixel of a picture may have the next
/// colour of its map.
final class SameResults {
  private static final double MAPS = 1e-5;
  private static final double OF_CRF = 1e-4; // whose iterations multiply rounding
  private static final int NEXT_COLOUR = 8; // levels of a channel
  private static final double PIXELS = 0.01; // share of those with the next colour
  private static final int JITTERED = 16; // levels: the CPU rounds between passes, as Pillow does

  /// Of JSON: what says where and when, not what.
  private static final Set<String> NOT_RESULTS =
      Set.of("device", "seconds", "out", "checkpoint", "time", "date_created", "date_captured");

  private SameResults() {}

  /// Both folders have the same files.
  static void assertSameFiles(Path expected, Path actual) throws IOException {
    assertEquals(names(expected), names(actual));
    for (var name : names(expected)) {
      assertSameFile(name, expected.resolve(name), actual.resolve(name));
    }
  }

  private static TreeSet<String> names(Path folder) throws IOException {
    var names = new TreeSet<String>();
    try (var files = Files.walk(folder)) {
      files.filter(Files::isRegularFile).forEach(it -> names.add(folder.relativize(it).toString()));
    }
    assertTrue(!names.isEmpty(), folder + " is empty");
    return names;
  }

  private static void assertSameFile(String name, Path expected, Path actual) throws IOException {
    if (name.matches("images/sample-.*-roi\\.png")) { // a level changes where regions end
      assertSamePicture(name, expected, actual, 255, 1);
    } else if (name.matches("images/sample-.*\\.png")) {
      assertSamePicture(name, expected, actual, JITTERED, 1);
    } else if (name.endsWith(".png") && !name.matches("(labels|SegmentationClass).*")) {
      assertSamePicture(name, expected, actual, NEXT_COLOUR, PIXELS);
    } else if (name.endsWith(".npy")) { // their values have a test of their own
      assertEquals(Files.size(expected), Files.size(actual), name);
    } else if (name.endsWith(".json")) {
      assertSameJson(
          name, Json.MAPPER.readTree(expected.toFile()), Json.MAPPER.readTree(actual.toFile()));
    } else {
      assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(actual), name);
    }
  }

  /// @param most difference of a channel
  /// @param share of the pixels that may differ
  private static void assertSamePicture(
      String name, Path expected, Path actual, int most, double share) throws IOException {
    var one = ImageIO.read(expected.toFile());
    var other = ImageIO.read(actual.toFile());
    int width = one.getWidth();
    int height = one.getHeight();
    assertEquals(List.of(width, height), List.of(other.getWidth(), other.getHeight()), name);
    int differing = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int difference = difference(one.getRGB(x, y), other.getRGB(x, y));
        differing += difference == 0 ? 0 : 1;
        assertTrue(difference <= most, "%s at %s,%s: %s".formatted(name, x, y, difference));
      }
    }
    assertTrue(differing <= share * width * height, name + ": " + differing + " pixels differ");
  }

  private static int difference(int rgb, int other) {
    int largest = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      largest = Math.max(largest, Math.abs((rgb >> shift & 255) - (other >> shift & 255)));
    }
    return largest;
  }

  /// Numbers are equal within rounding, all else is equal.
  static void assertSameJson(String where, JsonNode expected, JsonNode actual) {
    if (expected.isNumber() && actual.isNumber()) {
      double tolerance = where.endsWith("/score") ? OF_CRF : MAPS;
      assertEquals(expected.doubleValue(), actual.doubleValue(), tolerance, where);
    } else if (expected.isObject()) {
      assertEquals(Set.copyOf(expected.propertyNames()), Set.copyOf(actual.propertyNames()), where);
      for (var name : expected.propertyNames()) {
        if (!NOT_RESULTS.contains(name)) {
          assertSameJson(where + "/" + name, expected.get(name), actual.get(name));
        }
      }
    } else if (expected.isArray()) {
      assertEquals(expected.size(), actual.size(), where);
      for (int i = 0; i < expected.size(); i++) {
        assertSameJson(where + "/" + i, expected.get(i), actual.get(i));
      }
    } else {
      assertEquals(expected, actual, where);
    }
  }
}
