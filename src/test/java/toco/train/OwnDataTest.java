package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.config.DataConfig;
import toco.config.Overrides;
import toco.config.PixelWindow;
import toco.data.DataException;

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

  /// A set of scans: the run keeps how they are read.
  @Test
  void imagesOfOtherFormatsTrain() throws IOException {
    var cases = Path.of("src/test/resources/format-cases");
    for (var name : List.of("ct.dcm", "grey16.tif", "orientation6.webp", "rgb.bmp")) {
      Files.copy(cases.resolve(name), root.resolve(name));
    }
    Files.writeString(
        root.resolve("labels.csv"), "ct,a\ngrey16,b\norientation6.webp,a\nrgb.bmp,b\n");
    var config = config("data.classNames=[a, b]", "data.exif=apply", "data.window=[-160, 20000]");
    assertTrue(TinyRun.train(config, listener(new ArrayList<>())).completed());
    var kept = Config.load(config.run().dir().resolve("config.yaml"), List.of()).data();
    assertEquals(new PixelWindow.Range(-160, 20_000), kept.window());
    assertEquals(DataConfig.Exif.APPLY, kept.exif());
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

  /// One class, in no image, in some or in all; masks are binary, 0 and 255.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "astronaut,face\nb c,face\nd,face\n",
        "astronaut,face\nb c\nd\n",
        "astronaut\nb c\nd\n"
      })
  void oneClassTrainsAndIsScored(String labels) throws IOException {
    Files.writeString(root.resolve("labels.csv"), labels);
    Files.createDirectories(root.resolve("masks"));
    var mask = new BufferedImage(500, 333, BufferedImage.TYPE_BYTE_GRAY);
    mask.getRaster().setSample(7, 7, 0, 255);
    ImageIO.write(mask, "png", root.resolve("masks/d_mask.png").toFile());
    Files.writeString(root.resolve("val.txt"), "d\n");
    var one = new String[] {"data.classNames=[face]", "data.valList=val.txt", "train.maxIters=3"};
    var thrown =
        assertThrows(
            DataException.class, () -> TinyRun.train(config(one), listener(new ArrayList<>())));
    assertTrue(thrown.getMessage().endsWith("set data.maskValues=0,255"), thrown.getMessage());

    var named = Arrays.copyOf(one, 4);
    named[3] = "data.maskValues=0,255";
    var losses = new ArrayList<Double>();
    var outcome =
        TinyRun.train(
            config(named),
            new TinyRun.Watcher() {
              @Override
              public void onStep(StepReport report) {
                losses.addAll(report.losses().values());
              }
            });
    assertTrue(outcome.completed());
    assertTrue(losses.stream().allMatch(Double::isFinite), losses.toString());
    assertEquals(1, outcome.scores().images());
    assertTrue(Double.isFinite(outcome.scores().segMiou()));
  }

  /// Labels from 0 and background 255: valid numbers, but of other classes.
  @Test
  void masksThatContradictTheLabelsAreNamed() throws IOException {
    Files.createDirectories(root.resolve("masks"));
    var mask = new BufferedImage(500, 333, BufferedImage.TYPE_BYTE_GRAY);
    mask.getRaster().setSample(7, 7, 0, 1);
    ImageIO.write(mask, "png", root.resolve("masks/d.png").toFile());
    Files.writeString(root.resolve("val.txt"), "d\n");
    var heard = new ArrayList<String>();
    TinyRun.train(
        config("data.classNames=[person, aeroplane, cat, diningtable]", "data.valList=val.txt"),
        listener(heard));
    assertTrue(
        heard.contains(
            "1 of 1 masks show other classes than their image's label, such as d: the mask shows"
                + " person, the label diningtable; are they numbered as data.classNames?"),
        heard.toString());
  }

  /// A bad mask is found before the first step, not in the first evaluation.
  @Test
  void aMaskThatDoesNotFitIsNamedBeforeTraining() throws IOException {
    Files.createDirectories(root.resolve("masks"));
    Files.copy(VOC.resolve("SegmentationClassAug/chelsea.png"), root.resolve("masks/d.png"));
    Files.writeString(root.resolve("val.txt"), "d\n");
    var config =
        config(
            "data.classNames=[person, aeroplane, cat, diningtable]",
            "data.valList=val.txt",
            "train.maxIters=2");
    var steps = new ArrayList<Long>();
    var thrown =
        assertThrows(
            DataException.class,
            () ->
                TinyRun.train(
                    config,
                    new TinyRun.Watcher() {
                      @Override
                      public void onStep(StepReport report) {
                        steps.add(report.step());
                      }
                    }));
    assertTrue(thrown.getMessage().contains("d.png holds label 8 on"), thrown.getMessage());
    assertEquals(List.of(), steps);
  }

  @Test
  void imagesInOtherFormatsAreNamed() throws IOException {
    Files.writeString(root.resolve("party/e.gif"), "");
    var heard = new ArrayList<String>();
    TinyRun.train(config("data.classNames=[person, aeroplane, cat, diningtable]"), listener(heard));
    assertTrue(
        heard.contains(
            "files in formats that are not read: 1 .gif, such as %s; convert images to PNG or JPEG"
                .formatted(root.resolve("party/e.gif"))),
        heard.toString());
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
