package toco.prepare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.prepare.MiniVoc.ALL;
import static toco.prepare.MiniVoc.write;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Layout;
import toco.data.ClassLabels;
import toco.data.OneHotNpy;
import toco.image.MaskDecoder;

class VocPreparationTest extends VocCase {
  private List<Integer> labels(String name) {
    try (var arena = Arena.ofConfined()) {
      var map = MaskDecoder.decode(root.resolve("SegmentationClassAug/" + name + ".png"), arena);
      var labels = new ArrayList<Integer>();
      for (var value : map.labels().toArray(ValueLayout.JAVA_BYTE)) {
        labels.add(value & 0xFF);
      }
      return labels;
    }
  }

  @Test
  void onlyWhatIsNeededIsUnpackedAndListsLabelsAndMasksAreMade() throws IOException {
    var prepared = prepare();
    assertEquals(complete(), files(root));
    assertEquals(Map.of("train", 2, "val", 1, "train_aug", 4), prepared.lists());
    assertEquals(5, prepared.images());
    assertEquals(5, prepared.masks());
    assertEquals(List.of(), prepared.settings());
    assertEquals(MiniVoc.AUG, Files.readAllLines(root.resolve("lists/train_aug.txt")));
    assertEquals(MiniVoc.TRAIN, Files.readAllLines(root.resolve("lists/train.txt")), "sorted");
    assertEquals(MiniVoc.VAL, Files.readAllLines(root.resolve("lists/val.txt")));
    assertArrayEquals(
        MiniVoc.voc().get("JPEGImages/2008_000008.jpg"),
        Files.readAllBytes(root.resolve("JPEGImages/2008_000008.jpg")));

    var labels = OneHotNpy.read(root.resolve("lists/cls_labels_onehot.npy"));
    assertEquals(ALL, labels.keySet().stream().sorted().toList());
    var classes = Layout.VOC.classNames();
    var values = labels.get("2007_000032");
    assertEquals(1, values[classes.indexOf("cat")]);
    assertEquals(1, values[classes.indexOf("person")]);
    assertEquals(0, values[classes.indexOf("dog")]);

    assertEquals(List.of(0, 8, 8, 0, 0, 0, 20, 0, 0, 0, 0, 0), labels("2008_000002"), "SBD's");
    assertTrue(labels("2007_000032").stream().allMatch(label -> label == 15), "VOC's first");
    assertTrue(prepared.text().contains("train 2, val 1, train_aug 4"), prepared.text());
  }

  @Test
  void aSecondRunNeedsNoArchives() throws IOException {
    prepare();
    var before = Files.getLastModifiedTime(root.resolve("lists/train.txt"));
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("voc.tar"));
    messages.clear();
    var prepared = prepare(release, options(from.toString()));
    assertEquals(5, prepared.images());
    assertEquals(before, Files.getLastModifiedTime(root.resolve("lists/train.txt")));
    assertEquals(List.of(root + " was prepared before"), messages);
  }

  /// However far an earlier run came, the next one makes the same, and unpacks only what is
  /// missing.
  @Test
  void anInterruptedRunIsResumed() throws IOException {
    prepare();
    var whole = new LinkedHashMap<String, byte[]>();
    for (var name : complete()) {
      whole.put(name, Files.readAllBytes(root.resolve(name)));
    }
    Files.delete(root.resolve("prepared.json"));
    Files.delete(root.resolve("lists/cls_labels_onehot.npy"));
    Files.delete(root.resolve("JPEGImages/2008_000008.jpg"));
    Files.delete(root.resolve("SegmentationClassAug/2008_000008.png"));
    Files.write(root.resolve("Annotations/2007_000032.xml"), new byte[] {1}); // of another program
    Files.write(root.resolve("JPEGImages/.0123456789abcdef.tmp"), new byte[7]); // of a killed one
    messages.clear();
    prepare();
    assertTrue(messages.contains("unpacking voc.tar 2/2"), messages.toString());
    assertTrue(messages.contains("unpacking benchmark.tgz 1/1"), messages.toString());
    assertEquals(complete(), files(root));
    for (var file : whole.entrySet()) {
      assertArrayEquals(
          file.getValue(), Files.readAllBytes(root.resolve(file.getKey())), file.getKey());
    }
  }

  @Test
  void withoutSbdThereIsNoTrainAug() throws IOException {
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("benchmark.tgz"));
    var prepared = prepare(release, options(from.toString()));
    assertEquals(Map.of("train", 2, "val", 1), prepared.lists());
    assertEquals(3, prepared.images());
    assertEquals(List.of("data.trainList=lists/train.txt"), prepared.settings());
    assertFalse(Files.exists(root.resolve("lists/train_aug.txt")));

    MiniVoc.writeArchives(from); // now it is there
    assertEquals(4, prepare().lists().get("train_aug"));
    assertEquals(complete(), files(root));
    assertEquals(ALL.size(), OneHotNpy.read(root.resolve("lists/cls_labels_onehot.npy")).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"VOCdevkit/VOC2012", "VOC2012", "."})
  void anUnpackedReleaseUnderTheRootIsUsedWhereItIs(String below) throws IOException {
    var home = root.resolve(below).normalize();
    MiniVoc.voc().forEach((name, content) -> write(home.resolve(name), content));
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("voc.tar"));
    var prepared = prepare(release, options(from.toString()));
    assertEquals(home, prepared.root());
    assertEquals(5, prepared.masks());
    assertTrue(files(home).containsAll(complete()));
    assertTrue(messages.stream().noneMatch(line -> line.contains(".jpg")), messages.toString());
  }

  @Test
  void anUnpackedReleaseElsewhereIsLinked() throws IOException {
    MiniVoc.voc()
        .forEach((name, content) -> write(from.resolve("VOCdevkit/VOC2012/" + name), content));
    MiniVoc.sbd()
        .forEach((name, content) -> write(from.resolve("benchmark_RELEASE/" + name), content));
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("voc.tar"));
    Files.delete(from.resolve("benchmark.tgz"));
    assertEquals(5, prepare(release, options(from.toString())).masks());
    assertTrue(Files.isSymbolicLink(root.resolve("JPEGImages")));
    assertTrue(Files.isRegularFile(root.resolve("JPEGImages/2008_000008.jpg")));
    assertEquals(4, Files.readAllLines(root.resolve("lists/train_aug.txt")).size());
  }

  @Test
  void theUsersFilesAreKept() throws IOException {
    var mask = MiniVoc.mask(7);
    write(root.resolve("SegmentationClassAug/2007_000033.png"), mask);
    write(root.resolve("lists/val.txt"), MiniVoc.lines(MiniVoc.VAL.reversed()));
    prepare();
    assertArrayEquals(
        mask, Files.readAllBytes(root.resolve("SegmentationClassAug/2007_000033.png")));

    Files.delete(root.resolve("prepared.json"));
    write(root.resolve("lists/val.txt"), MiniVoc.lines(List.of("2007_000999")));
    refused(this::prepare, "lists/val.txt lists other names than the archives; move it away");
  }

  @Test
  void thePublishedLabelsAreComparedWithTheAnnotations() throws IOException {
    prepare();
    var file = root.resolve("lists/cls_labels_onehot.npy");
    var labels = OneHotNpy.read(file);
    Files.delete(root.resolve("prepared.json"));
    messages.clear();
    prepare();
    assertTrue(messages.contains(file + " has the same labels for 5 images"), messages.toString());

    labels.get("2007_000039")[3] = 1;
    OneHotNpy.write(file, labels);
    Files.delete(root.resolve("prepared.json"));
    refused(this::prepare, "other labels for '2007_000039' than the annotations");
    assertEquals(1, ClassLabels.read(file, Layout.VOC.classNames()).multiHot("2007_000039")[3]);
  }
}
