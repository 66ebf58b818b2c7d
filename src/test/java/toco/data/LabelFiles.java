package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.function.Executable;
import toco.config.Config;

/// Writes label files for tests.
final class LabelFiles {
  static final List<String> PETS = List.of("cat", "dog", "teddy bear");

  private LabelFiles() {}

  static Path write(Path folder, String name, String text) {
    return write(folder, name, text.getBytes(StandardCharsets.UTF_8));
  }

  static Path write(Path folder, String name, byte[] bytes) {
    try {
      var file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The classes of an image by name, in label order.
  static List<String> classesOf(String image, ClassLabels labels, List<String> classNames) {
    var shown = new ArrayList<String>();
    var multiHot = labels.multiHot(image);
    for (int k = 0; k < multiHot.length; k++) {
      if (multiHot[k] == 1) {
        shown.add(classNames.get(k));
      }
    }
    return shown;
  }

  /// Reads labels of [#PETS] and other classes.
  static ClassLabels readIgnoringOthers(Path file) {
    var keys = List.of("data.layout=folder", "data.classNames=" + PETS, "data.otherClasses=ignore");
    return LabelSource.read(file, ClassIndex.of(Config.parse("", "test", keys).data()));
  }

  /// Asserts a [DataException] with a message of one line that contains these parts.
  static void assertRefused(Executable action, String... parts) {
    var e = assertThrows(DataException.class, action);
    var said = String.valueOf(e.getMessage());
    assertEquals(1, said.lines().count(), said);
    for (var part : parts) {
      assertTrue(said.contains(part), said);
    }
  }
}
