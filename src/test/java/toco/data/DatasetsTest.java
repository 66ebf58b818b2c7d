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

class DatasetsTest {
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
    var data = Datasets.open(config, Split.TRAIN);
    assertEquals(80, data.numClasses());
    assertEquals(root.resolve("train2014/" + name + ".jpg"), data.imagePath(0));
  }

  @Test
  void withoutAListOrMasksThereIsNoEvaluation() throws IOException {
    Files.copy(VOC.resolve("JPEGImages/astronaut.jpg"), root.resolve("a.jpg"));
    Files.writeString(root.resolve("labels.csv"), "a,cat\n");
    Files.writeString(root.resolve("val.txt"), "a\n");
    assertEquals("no evaluation: data.valList names no list", toldOf("data.valList=null"));
    assertEquals(
        "no evaluation: there is no list " + root.resolve("no.txt"), toldOf("data.valList=no.txt"));
    assertEquals(
        "no evaluation: there are no masks in " + root.resolve("masks"),
        toldOf("data.valList=val.txt"));
  }

  private String toldOf(String valList) {
    var config =
        Config.parse(
            "data: {layout: folder, classNames: [cat, dog, horse]}",
            "own",
            List.of("data.root=" + root, valList));
    var told = new ArrayList<String>();
    assertTrue(Datasets.openForEvaluation(config, told::add).isEmpty());
    assertEquals(1, told.size());
    return told.getFirst();
  }
}
