package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Split;
import toco.data.OneHotNpy;

class DatasetsTest {
  private static final Path VOC = Path.of("src/test/resources/voc-mini");

  @TempDir Path root;

  /// The published COCO lists name images with their folder, train2014/NAME.
  @Test
  void theCocoConfigurationOpensItsLayout() throws IOException {
    Files.createDirectories(root.resolve("train2014"));
    Files.createDirectories(root.resolve("lists"));
    Files.copy(VOC.resolve("JPEGImages/2011_000003.jpg"), root.resolve("train2014/a.jpg"));
    var config = Config.load(Path.of("configs/coco_deit_b.yaml"), List.of("data.root=" + root));
    Files.createDirectories(config.data().listPath(Split.TRAIN).getParent());
    Files.writeString(config.data().listPath(Split.TRAIN), "train2014/a\n");
    OneHotNpy.write(config.data().labelsPath(), Map.of("train2014/a", new float[80]));
    var data = Datasets.open(config, Split.TRAIN);
    assertEquals(80, data.numClasses());
    assertEquals(root.resolve("train2014/a.jpg").normalize(), data.imagePath(0).normalize());
  }
}
