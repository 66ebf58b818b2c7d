package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Split;

class DatasetTest {
  private static final Path VOC = Path.of("src/test/resources/data/photos");

  @TempDir Path root;

  /// The published lists name images without their folder.
  @Test
  void theCocoConfigurationOpensItsLayout() throws IOException {
    var name = "COCO_train2014_000000000009";
    Files.createDirectories(root.resolve("train2014"));
    Files.copy(VOC.resolve("JPEGImages/astronaut.jpg"), root.resolve("train2014/" + name + ".jpg"));
    var config = Config.load(Path.of("configs/coco_deit_b.yaml"), List.of("data.root=" + root));
    Files.createDirectories(config.data().listPath(Split.TRAIN).getParent());
    Files.writeString(config.data().listPath(Split.TRAIN), name + "\n");
    OneHotNpy.write(config.data().labelsPath(), Map.of(name, new float[80]));
    var data = Dataset.open(config.data(), Split.TRAIN);
    assertEquals(80, data.numClasses());
    assertEquals(root.resolve("train2014/" + name + ".jpg"), data.imagePath(0));
  }

  @Test
  void withoutAListOrMasksThereIsNoEvaluation() throws IOException {
    Files.copy(VOC.resolve("JPEGImages/astronaut.jpg"), root.resolve("a.jpg"));
    Files.writeString(root.resolve("labels.csv"), "a,cat\n");
    Files.writeString(root.resolve("val.txt"), "a\n");
    assertEquals("no evaluation: data.valList is not set", noticeFor("data.valList=null"));
    assertEquals(
        "no evaluation: there is no list " + root.resolve("no.txt"),
        noticeFor("data.valList=no.txt"));
    assertEquals(
        "no evaluation: there are no masks in " + root.resolve("masks"),
        noticeFor("data.valList=val.txt"));
  }

  private String noticeFor(String valList) {
    var config =
        Config.parse(
            "data: {layout: folder, classNames: [cat, dog, horse]}",
            "own",
            List.of("data.root=" + root, valList));
    var notices = new ArrayList<String>();
    assertTrue(Dataset.openForEvaluation(config, notices::add).isEmpty());
    assertEquals(1, notices.size());
    return notices.getFirst();
  }
}
