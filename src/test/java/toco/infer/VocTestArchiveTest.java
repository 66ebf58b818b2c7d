package toco.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.config.Protocol;
import toco.data.DataException;
import toco.files.TarGz;
import toco.image.ImageSize;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Picture;
import toco.infer.VocTestArchive.Competition;

class VocTestArchiveTest extends InferFixture {
  private static final String PLACE = "results/VOC2012/Segmentation/comp6_test_cls/";
  private static final Map<String, ImageSize> ONE = Map.of("a", new ImageSize(3, 2));

  /// Neither labels nor masks of the test images are needed: the labels file is deleted.
  @Test
  void theArchiveContainsTheSegmentationsOfTheTestList() throws IOException {
    var archive = folder.resolve("results.tgz");
    var labels = data.resolve("lists/cls_labels_onehot.npy");
    Files.move(labels, folder.resolve("kept.npy"));
    try (var network = network(AS_VOC)) {
      assertEquals(
          2,
          VocTestArchive.write(
              network, Protocol.Name.VOC, Competition.COMP6, archive, InferenceListener.NONE));
      SegmentationExport.write(
          network,
          new SegmentationExport.Options(
              data.resolve("JPEGImages"), folder.resolve("seg"), Protocol.Name.VOC, false, false),
          InferenceListener.NONE);
    } finally {
      Files.move(folder.resolve("kept.npy"), labels);
    }
    var names = new ArrayList<String>();
    try (var in = Files.newInputStream(archive)) {
      TarGz.read(
          in,
          entry -> {
            var name = entry.name().substring(PLACE.length());
            names.add(name);
            assertArrayEquals(
                Files.readAllBytes(folder.resolve("seg/labels").resolve(name)), entry.content());
          });
    }
    assertEquals(List.of("test_00000.png", "test_00001.png"), names);
  }

  @Test
  void noArchiveIsWrittenIfAnImageIsMissing() throws IOException {
    var image = data.resolve("JPEGImages/test_00001.jpg");
    var whole = Files.readAllBytes(image);
    var archive = folder.resolve("results.tgz");
    try (var network = network()) {
      Files.write(image, new byte[] {1});
      var thrown =
          assertThrows(
              DataException.class,
              () ->
                  VocTestArchive.write(
                      network,
                      Protocol.Name.VOC,
                      Competition.COMP6,
                      archive,
                      InferenceListener.NONE));
      assertTrue(thrown.getMessage().contains("test_00001"), thrown.getMessage());
      assertFalse(Files.exists(archive));
    } finally {
      Files.write(image, whole);
    }
  }

  @Test
  void theCheckNamesEveryKindOfFault() throws IOException {
    var good = ImageWriter.png(map(3, 2, 6));
    ImageWriter.writePng(Picture.filled(3, 2, 0), folder.resolve("rgb.png"));
    VocTestArchive.check(archive(good, "a"), Competition.COMP6, ONE, 7);
    refused("label 6", archive(good, "a"), 6);
    refused("a.png is missing", archive(good), 7);
    refused("b.png is not in the test list", archive(good, "a", "b"), 7);
    refused("a.png is a duplicate", archive(good, "a", "a"), 7);
    refused("2×3 px, but the image is 3×2", archive(ImageWriter.png(map(2, 3, 0)), "a"), 7);
    refused("not a palette PNG", archive(Files.readAllBytes(folder.resolve("rgb.png")), "a"), 7);
    refused("not a palette PNG", archive(new byte[] {1, 2, 3}, "a"), 7);
    var cut = archive(good, "a");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 60));
    refused("the server would reject the archive", cut, 7);
  }

  private void refused(String part, Path archive, int classes) {
    var thrown =
        assertThrows(
            DataException.class,
            () -> VocTestArchive.check(archive, Competition.COMP6, ONE, classes));
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
  }

  private Path archive(byte[] png, String... names) throws IOException {
    var file = folder.resolve("a.tgz");
    try (var out = Files.newOutputStream(file);
        var writer = new TarGz.Writer(out)) {
      for (var name : names) {
        writer.add(PLACE + name + ".png", png);
      }
    }
    return file;
  }

  private static LabelMap map(int widthPx, int heightPx, int label) {
    var labels = new byte[widthPx * heightPx];
    labels[0] = (byte) label;
    return new LabelMap(MemorySegment.ofArray(labels), widthPx, heightPx);
  }
}
