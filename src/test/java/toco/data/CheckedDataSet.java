package toco.data;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Split;
import toco.data.Finding.Kind;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.RgbImage;

/// A small data set in a folder, for tests that damage and check it.
abstract class CheckedDataSet {
  @TempDir Path root;

  @BeforeEach
  void writeAValidDataSet() {
    for (var name : List.of("a", "b", "sub/c", "v", "w")) {
      image(name, 40, 30);
    }
    mask("v", 40, 30, 1);
    mask("w", 40, 30, 0);
    csv("a,cat\nb,dog,cat\nc,teddy bear\nv,cat\nw\n");
    LabelFiles.write(root, "val.txt", "v\nw\n");
  }

  void assertVerdict(boolean usable, String... overrides) {
    var config = config(overrides);
    var report = DataCheck.run(config, false, (_, _, _) -> {});
    assertEquals(usable, report.usable(), report.text());
    if (usable) {
      assertDoesNotThrow(() -> readAll(config));
    } else {
      assertThrows(RuntimeException.class, () -> readAll(config), report.text());
    }
  }

  /// Reads what training reads.
  static void readAll(Config config) {
    var train = Dataset.open(config.data(), Split.TRAIN);
    new EpochSampler(1, train.size(), StepDivision.undivided(config.train().samplesPerProcess()));
    try (var arena = Arena.ofConfined()) {
      for (int i = 0; i < train.size(); i++) {
        train.sample(i).readImage(arena);
      }
      Dataset.openForEvaluation(config, _ -> {});
      if (Files.exists(config.data().listPath(Split.VAL))) {
        var val = Dataset.open(config.data(), Split.VAL);
        boolean none = true;
        for (int i = 0; i < val.size(); i++) {
          none &= val.maskPath(i).isEmpty();
        }
        for (int i = 0; i < val.size() && !none; i++) {
          var sample = val.sample(i);
          sample.readMask(sample.readImage(arena), arena);
        }
      }
    }
  }

  DataReport check(String... overrides) {
    return DataCheck.run(config(overrides), false, (_, _, _) -> {});
  }

  Config config(String... more) {
    var overrides =
        new ArrayList<>(
            List.of(
                "data.layout=folder",
                "data.root=" + root,
                "data.valList=val.txt",
                "data.classNames=" + LabelFiles.PETS));
    overrides.addAll(List.of(more));
    return Config.parse("", "test", overrides);
  }

  static Map<Kind, List<String>> findings(DataReport report) {
    var found = new EnumMap<Kind, List<String>>(Kind.class);
    for (var split : report.splits()) {
      for (var finding : split.findings()) {
        found.merge(
            finding.kind(),
            finding.items(),
            (one, other) -> one.equals(other) ? one : concat(one, other));
      }
    }
    return found;
  }

  static List<String> concat(List<String> one, List<String> other) {
    var all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  static void assertNamed(Map<Kind, List<String>> found, Kind kind, String part) {
    var items = found.getOrDefault(kind, List.of());
    assertTrue(items.stream().anyMatch(item -> item.contains(part)), kind + ": " + items);
  }

  void csv(String text) {
    LabelFiles.write(root, "labels.csv", text);
  }

  void image(String name, int widthPx, int heightPx) {
    var file = LabelFiles.write(root, name + ".png", "");
    var pixels = MemorySegment.ofArray(new byte[3 * widthPx * heightPx]);
    ImageWriter.writePng(new RgbImage(pixels, widthPx, heightPx), file);
  }

  void mask(String name, int widthPx, int heightPx, int label) {
    var file = LabelFiles.write(root, "masks/" + name + ".png", "");
    var labels = new byte[widthPx * heightPx];
    Arrays.fill(labels, (byte) label);
    ImageWriter.writePng(new LabelMap(MemorySegment.ofArray(labels), widthPx, heightPx), file);
  }
}
