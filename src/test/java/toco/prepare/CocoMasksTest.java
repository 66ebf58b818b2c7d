package toco.prepare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Layout;
import toco.data.DataException;
import toco.files.Json;
import toco.image.LabelMap;
import toco.image.Resources;

class CocoMasksTest {
  private static final Path CASES = Resources.path("prepare/coco.json");

  @TempDir Path folder;

  /// The cases are those of `python/prepare_cases.py`: polygons beyond the image, of one line, that
  /// cross themselves, of several parts, and runs; pixels are equal to the last one.
  @Test
  void masksAreThoseOfPycocotools() throws IOException {
    var masks = CocoMasks.read(CASES, Layout.COCO.classNames());
    var expected = Json.MAPPER.readTree(Files.readString(CASES)).get("masks");
    int labelled = 0;
    for (var mask : expected.properties()) {
      var map = masks.mask(mask.getKey() + ".jpg");
      var rows = new ArrayList<String>();
      mask.getValue().forEach(row -> rows.add(row.asString()));
      assertEquals(rows, rows(map), mask.getKey());
      labelled += map.histogram()[0] < (long) map.widthPx() * map.heightPx() ? 1 : 0;
    }
    assertTrue(labelled >= 8, "images with an object: " + labelled);
  }

  private static List<String> rows(LabelMap map) {
    var rows = new ArrayList<String>();
    for (int y = 0; y < map.heightPx(); y++) {
      var row = new ArrayList<String>();
      for (int x = 0; x < map.widthPx(); x++) {
        row.add(
            String.valueOf(
                map.labels().get(ValueLayout.JAVA_BYTE, (long) y * map.widthPx() + x) & 0xFF));
      }
      rows.add(String.join(" ", row));
    }
    return rows;
  }

  @Test
  void damagedFilesAreNamedWithTheLine() throws IOException {
    for (var text :
        List.of(
            "{\"images\": 3}",
            "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\", \"width\": 0, \"height\": 1}]}",
            "{\"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"segmentation\": \"x\"}]}",
            "{\"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"segmentation\":"
                + " [[\"x\"]]}]}",
            "{\"annotations\": [{\"image_id\": 1")) {
      var file = Files.writeString(folder.resolve("a.json"), text);
      var thrown =
          assertThrows(
              DataException.class, () -> CocoMasks.read(file, Layout.COCO.classNames()), text);
      assertTrue(
          String.valueOf(thrown.getMessage()).startsWith(file.toString()), thrown.getMessage());
    }
  }
}
