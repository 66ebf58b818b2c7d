package toco.preview;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import toco.batch.BatchSource;
import toco.config.Config;
import toco.config.Split;
import toco.data.Datasets;
import toco.data.OneHotNpy;
import toco.html.Page;
import toco.image.ImageDecoder;
import toco.image.ImageWriter;
import toco.image.Resources;
import toco.image.RgbImage;
import toco.torch.Device;
import toco.torch.LibTorch;

/// Previews of unusual names, sizes, files and folders.
class PreviewFolderTest extends PreviewFixture {
  @Test
  void namesAreEscaped() throws IOException {
    var root = folder.resolve("data");
    var name = "<i>\"&amp;'onerror=x";
    Files.createDirectories(root.resolve("JPEGImages"));
    Files.copy(
        Resources.path("voc-mini/JPEGImages/2011_000003.jpg"),
        root.resolve("JPEGImages/" + name + ".jpg"));
    OneHotNpy.write(root.resolve("labels.npy"), Map.of(name, new float[] {1, 0}));
    Files.writeString(root.resolve("list.txt"), name + "\n");
    var config =
        Config.parse(
            """
            model: {numClasses: 3}
            data: {trainList: list.txt, labels: labels.npy, classNames: ['<u>', 'b']}
            train: {samplesPerProcess: 1, device: cpu}
            """,
            "test",
            List.of("data.root=" + root));
    var page = Page.read(DataPreview.write(config, options("out", 1, 0)).page());
    assertEquals(List.of("1 " + name), page.texts("//h2"));
    assertEquals(List.of("<u>"), page.texts("//span[@class='label']"));
    assertTrue(page.attributes("//img", "alt").contains("The image " + name));
    assertTrue(page.all("//i").isEmpty() && page.all("//u").isEmpty());
  }

  @Test
  void equalOptionsGiveEqualFilesAndAnotherSeedOthers() throws IOException {
    DataPreview.write(config(), options("one", 3, 0));
    DataPreview.write(config(), options("two", 3, 0));
    assertEquals(contents("one"), contents("two"));
    DataPreview.write(config("run.seed=5"), options("other", 3, 0));
    var other = contents("other");
    assertEquals(contents("one").keySet(), other.keySet());
    assertFalse(
        contents("one")
            .get("images/sample-001-view1.png")
            .equals(other.get("images/sample-001-view1.png")));
  }

  private Map<String, List<Byte>> contents(String out) throws IOException {
    var root = folder.resolve(out);
    var contents = new TreeMap<String, List<Byte>>();
    try (var files = Files.walk(root)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var bytes = new ArrayList<Byte>();
        for (byte b : Files.readAllBytes(file)) {
          bytes.add(b);
        }
        contents.put(root.relativize(file).toString(), bytes);
      }
    }
    return contents;
  }

  @Test
  void anUnreadableSampleIsShownAsSuchBetweenTheOthers() throws IOException {
    var copy = folder.resolve("data");
    var config = config("data.root=" + copy);
    var dataset = Datasets.open(config, Split.TRAIN);
    int bad = BatchSource.of(config, dataset, Device.CPU).sampler().batchAt(0).indices()[1];
    Files.write(dataset.imagePath(bad), new byte[] {1, 2, 3});
    long live = LibTorch.liveTensors();
    var result = DataPreview.write(config, options("out", 4, 0));
    assertEquals(live, LibTorch.liveTensors());
    assertEquals(List.of(dataset.name(bad)), result.unreadable());
    assertEquals(4, result.samples());
    var page = Page.read(result.page());
    assertEquals(4, page.all("//section").size());
    assertEquals(3, page.all("//div[@class='views']").size());
    var told = page.texts("//section[@id='sample-2']/p[@class='warning']").getFirst();
    assertTrue(told.contains(dataset.imagePath(bad).toString()), told);
    assertTrue(told.contains("data.onBadSample: fail"), told);
    assertEquals(List.of("#sample-2"), page.attributes("//main/p[@class='warning']/a", "href"));
  }

  /// The published code's behaviour is explained where it is visible.
  @Test
  void captionsSayThatBoxesMayBeMirrored() throws IOException {
    var reference = Page.read(DataPreview.write(config(), options("one", 1, 0)).page());
    var aligned = config("train.compat=aligned");
    var alignedPage = Page.read(DataPreview.write(aligned, options("two", 1, 0)).page());
    assertTrue(reference.texts("//figcaption").toString().contains("may be mirrored"));
    assertTrue(reference.html().contains("docs/METHOD.md"));
    assertFalse(alignedPage.html().contains("may be mirrored"));
  }

  @Test
  void aLargeOriginalIsReducedAndItsNativeSizeShown() throws IOException {
    var root = folder.resolve("data");
    Files.createDirectories(root.resolve("JPEGImages"));
    var large = new RgbImage(Arena.ofAuto().allocate(3L * 1500 * 60), 1500, 60);
    ImageWriter.writeJpeg(large, root.resolve("JPEGImages/wide.jpg"));
    OneHotNpy.write(root.resolve("labels.npy"), Map.of("wide", new float[6]));
    Files.writeString(root.resolve("list.txt"), "wide\n");
    var config =
        config(
            "data.layout=voc",
            "data.root=" + root,
            "data.trainList=list.txt",
            "data.labels=labels.npy",
            "data.classNames=[a, b, c, d, e, f]",
            "train.samplesPerProcess=1");
    var page = Page.read(DataPreview.write(config, options("out", 1, 0)).page());
    assertTrue(page.texts("//figcaption").getFirst().endsWith("1500 × 60 px"));
    assertEquals(List.of("no class"), page.texts("//span[@class='label none']"));
    try (var arena = Arena.ofConfined()) {
      var shown = ImageDecoder.decode(folder.resolve("out/images/sample-001-original.png"), arena);
      assertEquals(512, shown.widthPx());
      assertEquals(20, shown.heightPx());
    }
  }

  @Test
  void aNonEmptyFolderIsRejectedAndForceReplacesOnlyAnOlderPreview() throws IOException {
    DataPreview.write(config(), options("out", 4, 0));
    var mine = Files.writeString(folder.resolve("out/images/sample-photo.png"), "mine");
    var before = contents("out");
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> DataPreview.write(config(), options("out", 1, 0)));
    assertTrue(e.getMessage().contains("--force"), e.getMessage());
    assertEquals(before, contents("out"));

    DataPreview.write(config(), new DataPreview.Options(folder.resolve("out"), 1, 0, null, true));
    Files.delete(mine);
    DataPreview.write(config(), options("fresh", 1, 0));
    assertEquals(contents("fresh"), contents("out"));
  }

  @Test
  void invalidOptionsAreRejected() {
    assertThrows(IllegalArgumentException.class, () -> options("out", 0, 0));
    assertThrows(IllegalArgumentException.class, () -> options("out", 1, -1));
    var late = options("out", 1, Integer.MAX_VALUE);
    assertThrows(IllegalArgumentException.class, () -> DataPreview.write(config(), late));
    assertFalse(Files.exists(folder.resolve("out")));
  }
}
