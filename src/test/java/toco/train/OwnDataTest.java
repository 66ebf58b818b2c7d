package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Overrides;

/// A user's own images train: a folder, a labels file, ten lines of configuration.
class OwnDataTest {
  private static final Path VOC = Path.of("src/test/resources/data/photos");

  @TempDir Path home;
  private Path root;

  @BeforeEach
  void putImages() throws IOException {
    root = home.resolve("pets");
    for (var copy :
        Map.of("astronaut", "party/astronaut.JPG", "chelsea", "b c.jpg", "coffee", "d.jpeg")
            .entrySet()) {
      var file = root.resolve(copy.getValue());
      Files.createDirectories(file.getParent());
      Files.copy(VOC.resolve("JPEGImages/" + copy.getKey() + ".jpg"), file);
    }
    Files.writeString(
        root.resolve("labels.csv"),
        "name,label\nastronaut.JPG,person,aeroplane\nb c,cat\nd,diningtable\n");
  }

  /// No list, no mask, no number of classes.
  @Test
  void aFolderAndACsvTrain() throws IOException {
    Files.writeString(root.resolve("classes.txt"), "person\naeroplane\ncat\ndiningtable\n");
    var config = config("data.classNamesFile=classes.txt");
    assertEquals(5, config.model().numClasses());
    var heard = new ArrayList<String>();
    var outcome = TinyRun.train(config, listener(heard));
    assertTrue(outcome.completed());
    assertNull(outcome.scores());
    assertTrue(heard.contains("no evaluation: data.valList is not set"), heard.toString());

    // the run resumes without the file of the classes
    Files.delete(root.resolve("classes.txt"));
    try (var resumed =
        Trainer.resume(config.run().dir(), Overrides.of("train.maxIters", 3), listener(heard))) {
      assertEquals(3, resumed.run().step());
      assertEquals(
          List.of("person", "aeroplane", "cat", "diningtable"),
          resumed.config().data().classNames());
    }
  }

  @Test
  void aValidationListWithMasksIsScored() throws IOException {
    Files.createDirectories(root.resolve("masks"));
    Files.copy(VOC.resolve("SegmentationClassAug/coffee.png"), root.resolve("masks/d.png"));
    Files.writeString(root.resolve("val.txt"), "d\n");
    // the mask's classes are VOC's
    var names = new ArrayList<String>();
    for (int k = 1; k <= 20; k++) {
      names.add(
          Map.of(1, "aeroplane", 8, "cat", 11, "diningtable", 15, "person")
              .getOrDefault(k, "class" + k));
    }
    var outcome =
        TinyRun.train(
            config("data.classNames=" + names, "data.valList=val.txt"),
            listener(new ArrayList<>()));
    assertEquals(1, outcome.scores().images());
  }

  private Config config(String... more) {
    var overrides =
        new ArrayList<>(
            List.of(
                "data.layout=folder",
                "model.numClasses=0",
                "train.maxIters=2",
                "data.testList=null"));
    // demo.yaml names the lists of its own set
    overrides.add("data.trainList=null");
    overrides.add("data.valList=null");
    overrides.addAll(List.of(more));
    return TinyRun.config(home.resolve("run"), root, overrides.toArray(String[]::new));
  }

  private static TinyRun.Watcher listener(List<String> heard) {
    return new TinyRun.Watcher() {
      @Override
      public void onMessage(String line) {
        heard.add(line);
      }
    };
  }
}
