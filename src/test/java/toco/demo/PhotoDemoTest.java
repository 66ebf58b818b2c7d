package toco.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Overrides;
import toco.files.Json;
import toco.torch.TensorTest;
import toco.train.TinyRun;

/// A folder of photographs goes through the whole demo, or one line says what it lacks.
@TensorTest(scope = false)
class PhotoDemoTest {
  @TempDir Path home;

  @Test
  void aFolderAndATableGiveSegmentationsAndAReport() throws IOException {
    putPets(10);
    var messages = new ArrayList<String>();
    var result = run(messages).orElseThrow();
    var runDir = home.resolve("run");
    assertEquals(List.of("a1", "f2"), Files.readAllLines(runDir.resolve("lists/val.txt")));
    var config = Config.load(runDir.resolve("config.yaml"), List.of());
    assertEquals(List.of("cat", "Dog"), config.data().classNames());
    for (var name : List.of("a1", "f2")) {
      assertNotNull(ImageIO.read(runDir.resolve("seg/labels/" + name + ".png").toFile()));
      assertNotNull(ImageIO.read(runDir.resolve("seg/overlay/" + name + ".png").toFile()));
    }
    assertTrue(Files.readString(runDir.resolve("report.html")).contains("a1"));
    var metrics = Json.MAPPER.readTree(Files.readAllBytes(runDir.resolve("metrics.json")));
    assertTrue(metrics.get("segMiou").isNull(), "without masks there are no scores");
    assertEquals(2, metrics.get("steps").intValue());
    assertEquals(
        "no scores, because there are no masks; judge by the report's images\n", result.table());
    assertSaid("8 photographs to train on, 2 steps of 2, each seen about 1 times", messages);
    assertSaid("warning: few photographs to learn from: cat 4, Dog 4; the result", messages);
    assertFalse(Files.exists(root().resolve("lists")), "the user's folder stays as it is");

    // the same command again resumes, also to more steps
    messages.clear();
    var more = run(messages, "train.maxIters=3").orElseThrow();
    assertEquals(3, more.metrics().steps());
    assertSaid("resuming " + runDir, messages);
    var other = Files.createDirectories(home.resolve("other"));
    var thrown = assertThrows(IllegalArgumentException.class, () -> run(other, new ArrayList<>()));
    assertTrue(thrown.getMessage().contains("name another folder with --dir"));
  }

  /// Few photographs are trained on for half the steps, unless the user says how many.
  @Test
  void fewPhotographsTakeHalfTheSteps() {
    var config = Config.load(Path.of("configs/photos_dinov2_s.yaml"), List.of());
    assertSame(config, PhotoDemo.lengthFor(300, config, Overrides.NONE));
    var few = PhotoDemo.lengthFor(299, config, Overrides.NONE);
    assertEquals(config.train().maxIters() / 2, few.train().maxIters());
    assertEquals(config.cosa().denseStartIter() / 2, few.cosa().denseStartIter());
    for (var key : List.of("train.maxIters", "cosa.denseStartIter")) {
      assertSame(config, PhotoDemo.lengthFor(9, config, Overrides.of(key, 700)));
    }
  }

  /// Only images with masks are held out, and their score is that of the run.
  @Test
  void masksAreScoredAndListsRespected() throws IOException {
    putPets(10);
    putMask("b2", 2);
    putMask("d2", 1);
    var messages = new ArrayList<String>();
    var result = run(messages).orElseThrow();
    assertEquals(List.of("b2", "d2"), Files.readAllLines(home.resolve("run/lists/val.txt")));
    assertTrue(result.metrics().segMiou() >= 0);
    assertTrue(result.table().contains("Dog"), result.table());

    Files.createDirectories(root().resolve("lists"));
    Files.writeString(root().resolve("lists/val.txt"), "b2\n");
    var listed = run("listed", new ArrayList<>()).orElseThrow();
    assertEquals(1, count(listed.runDir().resolve("seg/labels")));
    assertFalse(Files.exists(listed.runDir().resolve("lists")));
  }

  @Test
  void subFoldersAreClassesWithoutATable() throws IOException {
    for (int i = 0; i < 6; i++) {
      putPhoto((i % 2 == 0 ? "tabby cat/" : "dog, \"big\"/") + i);
    }
    var config = run(new ArrayList<>()).map(it -> config()).orElseThrow();
    assertEquals(List.of("dog, \"big\"", "tabby cat"), config.data().classNames());
    assertEquals(home.resolve("run/labels.csv"), config.data().labelsPath());
  }

  /// Exports of annotation tools are found by their usual names.
  @Test
  void labelsOfOtherToolsAreFound() throws IOException {
    putPets(4);
    Files.delete(root().resolve("labels.csv"));
    var xml = root().resolve("annotations.xml");
    Files.writeString(
        xml,
        """
        <annotations><image name="a1.jpg"><tag label="Cat"/></image>
        <image name="b2.jpg"><tag label="Dog"/></image></annotations>
        """);
    var found = PhotoFolder.settings(found(), Overrides.NONE, home.resolve("run")).toString();
    assertTrue(found.contains("annotations.xml") && found.contains("[\"Cat\",\"Dog\"]"), found);
    Files.delete(xml);
    Files.writeString(
        root().resolve("project-1-at-2026-01-05.json"),
        "[{\"image\":\"a1.jpg\",\"choice\":\"Cat\"},{\"image\":\"b2.jpg\",\"choice\":\"Dog\"}]");
    found = PhotoFolder.settings(found(), Overrides.NONE, home.resolve("run")).toString();
    assertTrue(found.contains("project-1-at") && found.contains("[\"Cat\",\"Dog\"]"), found);
  }

  private Config found() {
    return Config.parse(
        "", "test", List.of("data.layout=folder", "data.root=" + root(), "data.classNames=[x]"));
  }

  @Test
  void aFolderThatCannotBeTrainedOnIsOneLine() throws IOException {
    assertRefused("set data.root to the folder of your images");
    Files.createDirectories(root());
    assertRefused("no image file in", "name the folder of your photographs");
    Files.writeString(root().resolve("a.heic"), "");
    assertRefused("1 .heic", "convert images to PNG or JPEG");
    putPets(4);
    Files.delete(root().resolve("labels.csv"));
    assertRefused("no labels in", "one line per image with its classes, such as a1,cat,dog");
    putTable("x.csv", "a1,cat\n");
    putTable("y.csv", "a1,cat\n");
    assertRefused("x.csv and ", "could both be the labels", "--set data.labels=x.csv");
    putTable("labels.csv", "a1\nb2\n");
    assertRefused("labels.csv has no names of classes");
    putTable("labels.csv", "a1,1\nb2,2\n");
    assertRefused("a number does not say which class it means");
    putTable("labels.csv", "a1,cat\n");
    assertRefused("1 of the images in", "at least 2 are needed");
    putTable("labels.csv", "a1,cat\nb2,cat\nc1,cat\nd2,cat\n");
    assertRefused("every photograph in", "shows cat, so nothing can be learned");
    putTable("labels.csv", "a1,cat\nb2,dog\nc1,cat\nd2,dog\nnowhere,cat\n");
    assertRefused("train: listed, but the image is missing: 1 (");
    putTable("labels.csv", "a1,cat\nb2,dog\nc1,cat\nd2,dog\n");
    Files.createDirectories(root().resolve("lists"));
    Files.writeString(root().resolve("lists/train.txt"), "a1\nb2\nc1\nd2\n");
    assertRefused("names all labelled images", "lists/val.txt");
    Files.delete(root().resolve("lists/train.txt"));
    Files.write(root().resolve("b2.jpg"), new byte[] {1, 2, 3});
    assertRefused("train: images that cannot be read: 1 (");
    assertFalse(Files.exists(home.resolve("run/checkpoints")));
  }

  @Test
  void aFifthIsHeldOutAtMost200() {
    assertEquals(1, heldOut(2));
    assertEquals(12, heldOut(60));
    assertEquals(200, heldOut(1200));
  }

  private int heldOut(int images) {
    var names = new ArrayList<String>();
    for (int i = 0; i < images; i++) {
      names.add("n%04d".formatted(i));
    }
    var folder = home.resolve("many" + images);
    try {
      Files.createDirectories(folder);
      for (var name : names) {
        Files.writeString(folder.resolve(name + ".jpg"), "");
      }
      Files.writeString(folder.resolve("labels.csv"), String.join(",cat\n", names) + ",cat\n");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    var keys = List.of("data.layout=folder", "data.root=" + folder, "data.classNames=[cat]");
    var data = Config.parse("", "test", keys).data();
    var held = HeldOut.names(data, data);
    assertEquals(held, HeldOut.names(data, data));
    return held.size();
  }

  private Config config() {
    return Config.load(home.resolve("run/config.yaml"), List.of());
  }

  private static void assertSaid(String start, List<String> messages) {
    assertTrue(messages.stream().anyMatch(it -> it.startsWith(start)), messages.toString());
  }

  private void assertRefused(String... parts) {
    var e = assertThrows(RuntimeException.class, () -> run(new ArrayList<>()));
    var said = String.valueOf(e.getMessage());
    assertEquals(1, said.lines().count(), said);
    for (var part : parts) {
      assertTrue(said.contains(part), said);
    }
  }

  private Path root() {
    return home.resolve("pets");
  }

  /// Photographs a1, b2 of dogs, c1, d2 of cats, e1, f2 of dogs …
  private void putPets(int number) throws IOException {
    var table = new StringBuilder("name,label\n");
    for (int i = 0; i < number; i++) {
      var name = "" + (char) ('a' + i) + (i % 2 + 1);
      putPhoto(name);
      table.append(name).append(i % 4 < 2 ? ".jpg,Dog\n" : ".jpg,cat\n");
    }
    putTable("labels.csv", table.toString());
  }

  private void putTable(String name, String text) throws IOException {
    Files.writeString(root().resolve(name), text);
  }

  private void putPhoto(String name) throws IOException {
    var file = root().resolve(name + ".jpg");
    Files.createDirectories(file.getParent());
    Files.copy(Path.of("src/test/resources/data/photos/JPEGImages/coffee.jpg"), file);
  }

  private void putMask(String name, int label) throws IOException {
    var file = root().resolve("masks/" + name + ".png");
    Files.createDirectories(file.getParent());
    var photo = ImageIO.read(root().resolve(name + ".jpg").toFile());
    var mask = new BufferedImage(photo.getWidth(), photo.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
    mask.getRaster().setSample(7, 7, 0, label);
    ImageIO.write(mask, "png", file.toFile());
  }

  private static long count(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".png")).count();
    }
  }

  private Optional<Demo.Result> run(List<String> messages, String... more) {
    return run(root(), "run", messages, more);
  }

  private Optional<Demo.Result> run(Path photos, List<String> messages) {
    return run(photos, "run", messages);
  }

  private Optional<Demo.Result> run(String run, List<String> messages) {
    return run(root(), run, messages);
  }

  private Optional<Demo.Result> run(
      Path photos, String run, List<String> messages, String... more) {
    var overrides =
        new ArrayList<>(
            List.of(
                "model.backbone=custom",
                "model.pretrained=null",
                "model.frozenBlocks=0",
                "model.imageSizePx=56",
                "model.patchSizePx=14",
                "model.numHeads=3",
                "model.embedDim=24",
                "model.depth=3",
                "model.decoderChannels=8",
                "augment.cropSizePx=56",
                "train.maxIters=2",
                "train.warmupIters=1",
                "train.samplesPerProcess=2",
                "eval.sizePx=56"));
    overrides.addAll(List.of(more));
    var options =
        new DemoOptions(
            Path.of(System.getProperty("toco.home"), "configs"),
            home.resolve(run),
            null,
            Overrides.parse(overrides));
    var listener =
        new TinyRun.Watcher() {
          @Override
          public void onMessage(String line) {
            messages.add(line);
          }
        };
    return PhotoDemo.run(options, photos, listener, TrainingRun.UNINTERRUPTED);
  }
}
