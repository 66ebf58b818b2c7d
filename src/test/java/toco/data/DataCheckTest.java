package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.data.Finding.Kind;
import toco.image.ImageSize;
import toco.image.ReadOptions;

class DataCheckTest extends CheckedDataSet {
  /// Labels of annotation tools are checked like a table: an image that is missing, one that has no
  /// label, an unknown class by its place, and what training uses of the rest.
  @ParameterizedTest
  @ValueSource(strings = {"annotations.xml", "project-1.json"})
  void labelsOfAnnotationToolsAreChecked(String name) {
    var images = List.of("a.png=cat", "/x/b.PNG=dog", "v=cat", "lost.jpg=cat", "w=cta");
    var text = new StringBuilder(name.endsWith("xml") ? "<annotations>\n" : "[\n");
    for (var image : images) {
      var parts = image.split("=");
      text.append(
          name.endsWith("xml")
              ? "<image name='%s'><tag label='%s'/></image>%n".formatted(parts[0], parts[1])
              : "%s{\"image\": \"%s\", \"choice\": \"%s\"}%n"
                  .formatted(text.length() > 2 ? "," : "", parts[0], parts[1]));
    }
    LabelFiles.write(root, name, text + (name.endsWith("xml") ? "</annotations>" : "]"));
    var report = check("data.labels=" + name);
    var found = findings(report);
    assertEquals(List.of("sub/c"), found.get(Kind.NOT_TRAINED_ON), report.text());
    assertNamed(found, Kind.MISSING_IMAGE, "lost (line 5 of " + root.resolve(name));
    assertNamed(found, Kind.BAD_LABELS, name + ":6");
    assertNamed(found, Kind.BAD_LABELS, "unknown class 'cta'; did you mean 'cat'?");
    assertVerdict(false, "data.labels=" + name);
    LabelFiles.write(
        root,
        name,
        text.toString().replace("cta", "dog").replace("lost.jpg", "sub/c.png")
            + (name.endsWith("xml") ? "</annotations>" : "]"));
    assertVerdict(true, "data.labels=" + name);
  }

  @Test
  void aValidDataSetIsUsableAndCounted() {
    var report = check();
    assertTrue(report.usable(), report.text());
    assertEquals(
        Map.of(Kind.CLASS_IN_NO_MASK, List.of("dog", "teddy bear")),
        findings(report),
        report.text());
    var train = report.splits().getFirst();
    assertEquals(
        new ArrayList<>(List.of(2, 1, 1)), new ArrayList<>(train.balance().perClass().values()));
    assertEquals(3, train.images());
    assertEquals(List.of(40, 40, 40), train.sizes().width());
    assertEquals(3, train.sizes().belowCrop());
    var val = report.splits().get(1);
    assertEquals(2, val.masks());
    assertEquals(1, val.balance().withoutClass());
    for (var part :
        List.of(
            "cat ",
            "66.7 %  ####",
            "(no class)",
            "masks of 2 images; labels: 0 in 1, 1 in 1;",
            "\nusable")) {
      assertTrue(report.text().contains(part), report.text());
    }
  }

  /// One check reports all problems.
  @Test
  void everyProblemIsFoundAtOnce() throws IOException {
    image("unlabelled", 9, 9);
    image("e", 5, 5);
    var whole = Files.readAllBytes(root.resolve("b.png"));
    Files.write(root.resolve("b.png"), Arrays.copyOf(whole, whole.length / 2));
    mask("v", 30, 40, 1);
    mask("w", 40, 30, 7);
    for (var name : List.of("x", "y", "z")) {
      image(name, 40, 30);
    }
    LabelFiles.write(root, "masks/x.png", "no PNG");
    LabelFiles.write(root, "train.txt", "a\nb\nc\na\ngone\ne\n");
    LabelFiles.write(root, "val.txt", "v\nw\nx\ny\na\n");
    csv("a,cat\nb,cta\nc,cat\nv\nw\nx\ny\nz\nlost,dog\nelsewhere,dog\ngone,dog\n");
    var found = findings(check("data.trainList=train.txt"));
    assertEquals(
        List.of("gone (line 5 of " + root.resolve("train.txt") + ")"),
        found.get(Kind.MISSING_IMAGE));
    assertEquals(List.of("e"), found.get(Kind.UNLABELLED));
    assertEquals(List.of("a"), found.get(Kind.LISTED_TWICE));
    assertEquals(List.of("a"), found.get(Kind.TRAINED_ON));
    assertEquals(List.of("lost", "elsewhere"), found.get(Kind.LABEL_WITHOUT_IMAGE));
    assertEquals(List.of("unlabelled"), found.get(Kind.NOT_TRAINED_ON));
    assertEquals(List.of("teddy bear"), found.get(Kind.EMPTY_CLASS));
    assertEquals(List.of("y", "a"), found.get(Kind.MISSING_MASK));
    assertNamed(found, Kind.BAD_LABELS, "labels.csv:2: unknown class 'cta'; did you mean 'cat'?");
    assertNamed(found, Kind.UNREADABLE_IMAGE, root.resolve("b.png").toString());
    assertNamed(found, Kind.UNREADABLE_MASK, root.resolve("masks/x.png").toString());
    assertNamed(found, Kind.MASK_SIZE, "v.png is 30×40 px, its image is 40×30 px");
    assertNamed(found, Kind.MASK_LABEL, "label 7");
    assertEquals(List.of("dog", "teddy bear"), found.get(Kind.CLASS_IN_NO_MASK));
    assertNamed(found, Kind.MASK_AND_LABEL, "v: the mask shows cat, the label no class");
    assertEquals(15, found.size(), found.toString());
  }

  /// What reading skipped is in the report of the split whose labels they are, once.
  @Test
  void whatLabelsLeaveOutIsReported() {
    csv("# by hand\na,cat;cow\nb,dog\nc,teddy bear\nv,cat\nw,cow\n");
    assertFalse(check().usable());
    var report = check("data.otherClasses=ignore");
    assertTrue(report.usable(), report.text());
    var file = root.resolve("labels.csv");
    var notes = findings(report).get(Kind.LABEL_NOTE);
    assertEquals(
        List.of(
            file + ": 1 comment lines (#) skipped",
            file + ": labels of other classes left out: 2 (cow 2)"),
        notes);
  }

  /// In masks of this layout, other classes follow those of data.classNames.
  @Test
  void otherClassesInMasksAreBackgroundOnRequest() {
    csv("a,cat\nb,dog\nc,teddy bear\nv,cat\nw,cow\n");
    mask("w", 40, 30, 4);
    assertNamed(findings(check()), Kind.MASK_LABEL, "label 4");
    var report = check("data.otherClasses=ignore");
    assertTrue(report.usable(), report.text());
    assertEquals(List.of("w"), findings(report).get(Kind.OTHER_CLASS_IN_MASK));
    assertFalse(findings(report).containsKey(Kind.MASK_AND_LABEL), report.text());
  }

  /// Annotations after a damaged one are checked, too.
  @Test
  void everyDamagedAnnotationIsReported() {
    var head = "<annotation><object><name>";
    LabelFiles.write(root, "xml/a.xml", head + "cat</name></object></annotation>");
    LabelFiles.write(root, "xml/b.xml", head + "dog</nam");
    LabelFiles.write(root, "xml/c.xml", head + "cow</name></object></annotation>");
    var found = findings(check("data.labels=xml"));
    assertNamed(found, Kind.BAD_LABELS, root.resolve("xml/b.xml").toString());
    assertNamed(found, Kind.BAD_LABELS, "c.xml:1: unknown class 'cow'");
  }

  /// The report says usable exactly if opening and reading the data succeeds.
  @Test
  void theVerdictAgreesWithTraining() throws IOException {
    assertVerdict(true);
    csv("a,cat\nb,dog\nc,dog\nv\nw\ngone,cat\n");
    assertVerdict(false);
    csv("a,cat\nb,dgo\nv\nw\n");
    assertVerdict(false);
    csv("a;cat\n");
    assertVerdict(false);
    csv("a,cat\nb,dog\nv\n");
    assertVerdict(false); // w has no label
    csv("a,cat\nb,dog\nv\nw\n");
    assertVerdict(true); // c is not in the training set
    assertVerdict(true, "data.valList=no.txt", "data.trainList=val.txt");
    assertVerdict(false, "data.trainList=no.txt");
    assertVerdict(false, "data.labels=no.csv");
    assertVerdict(false, "data.imageDir=no");
    assertVerdict(false, "data.layout=voc");
    assertVerdict(false, "train.samplesPerProcess=5");
    Files.delete(root.resolve("masks/w.png"));
    assertVerdict(false); // one mask of two
    Files.delete(root.resolve("masks/v.png"));
    assertVerdict(true); // none: no evaluation
    LabelFiles.write(root, "a.png", "no PNG");
    assertVerdict(false);
    assertTrue(check("data.onBadSample=skip").usable());
    Files.delete(root.resolve("labels.csv"));
    assertVerdict(false);
  }

  @Test
  void headersShowSizesButNotDamage() throws IOException {
    var whole = Files.readAllBytes(root.resolve("b.png"));
    Files.write(root.resolve("b.png"), Arrays.copyOf(whole, whole.length / 2));
    var config = config();
    var report = DataCheck.run(config, true, (_, _, _) -> {});
    assertTrue(report.usable(), report.text());
    assertEquals(List.of(40, 40, 40), report.splits().getFirst().sizes().width());
    assertFalse(DataCheck.run(config, false, (_, _, _) -> {}).usable());
  }

  @Test
  void progressIsReportedForEveryImage() {
    var reported = new ConcurrentLinkedQueue<String>();
    DataCheck.run(
        config("data.workers=3"),
        false,
        (split, done, total) -> reported.add(split + " " + done + "/" + total));
    var sorted = reported.stream().sorted().toList();
    assertEquals(List.of("train 1/3", "train 2/3", "train 3/3", "val 1/2", "val 2/2"), sorted);
  }

  @Test
  void onlyTheFirstFewAreShown() {
    var names = new ArrayList<String>();
    for (int i = 0; i < 12; i++) {
      names.add("gone" + i);
    }
    csv("a,cat\nb,dog\nc,teddy bear\nv\nw\n" + String.join("\n", names) + "\n");
    var text = check().text();
    assertTrue(text.contains("the image is missing: 12\n"), text);
    assertTrue(text.contains(" and 7 more\n"), text);
    assertFalse(text.contains("gone7"), text);
  }

  @Test
  void otherFormatsAreCountedAndTheListedOneIsNamed() {
    for (var file : List.of("photo.gif", "sub/x.psd", "sub/y.psd")) {
      LabelFiles.write(root, file, "");
    }
    csv("a,cat\nb,dog\nphoto,cat\nB.PNG,dog\nv\nw\n");
    var found = findings(check());
    assertEquals(
        List.of(
            "1 .gif, such as " + root.resolve("photo.gif"),
            "2 .psd, such as " + root.resolve("sub/x.psd")),
        found.get(Kind.OTHER_FORMAT));
    var csv = root.resolve("labels.csv");
    assertNamed(
        found, Kind.MISSING_IMAGE, "photo (line 3 of %s), but there is photo.gif".formatted(csv));
    assertNamed(found, Kind.MISSING_IMAGE, "B (line 4 of %s), but there is b.png".formatted(csv));
  }

  /// As in Pillow, levels of 16-bit grey are cut, not scaled.
  @Test
  void sixteenBitGreyThatBecomesWhiteIsAWarning() throws IOException {
    var grey = new BufferedImage(4, 1, BufferedImage.TYPE_USHORT_GRAY);
    grey.getRaster().setSamples(0, 0, 4, 1, 0, new int[] {7, 254, 256, 65_535});
    ImageIO.write(grey, "png", root.resolve("a.png").toFile());
    var report = check();
    assertTrue(report.usable(), report.text());
    assertNamed(
        findings(report),
        Kind.GREY_16,
        root.resolve("a.png") + " is a 16-bit grey PNG: levels above 255 are read as white, 50 %");
    grey.getRaster().setSamples(0, 0, 4, 1, 0, new int[] {0, 1, 2, 254});
    ImageIO.write(grey, "png", root.resolve("a.png").toFile());
    assertNull(findings(check()).get(Kind.GREY_16)); // nothing is cut
  }

  /// Masks are drawn upright, so their size is that of the turned image, whether pixels or only
  /// headers are read.
  @Test
  void turnedImagesHaveUprightMasksInAnyFormat() throws IOException {
    var cases = Path.of("src/test/resources/format-cases");
    var names = List.of("orientation6.webp", "orientation7.tif", "orientation8.png", "rgb.bmp");
    var list = new StringBuilder();
    for (var name : names) {
      var stem = name.substring(0, name.indexOf('.'));
      Files.copy(cases.resolve(name), root.resolve(name));
      list.append(stem).append('\n');
      var turned = ImageSize.read(root.resolve(name), new ReadOptions(null, true, 1));
      var mask =
          new BufferedImage(turned.widthPx(), turned.heightPx(), BufferedImage.TYPE_3BYTE_BGR);
      mask.setRGB(0, 0, 0x800000); // class 1 in the VOC palette
      ImageIO.write(mask, "bmp", root.resolve("masks/" + stem + ".bmp").toFile());
    }
    csv("a,cat\nb,dog,cat\nc,teddy bear\n" + list.toString().replace("\n", ",cat\n"));
    LabelFiles.write(root, "val.txt", list.toString());

    var stored = findings(check());
    assertEquals(3, stored.getOrDefault(Kind.EXIF_ORIENTATION, List.of()).size());
    assertEquals(3, stored.getOrDefault(Kind.MASK_SIZE, List.of()).size());
    assertNamed(stored, Kind.MASK_SIZE, "set data.exif=apply");
    assertVerdict(false);
    for (var fast : List.of(true, false)) {
      var report = DataCheck.run(config("data.exif=apply"), fast, (_, _, _) -> {});
      var kinds = findings(report).keySet();
      assertFalse(kinds.contains(Kind.EXIF_ORIENTATION), report.text());
      assertFalse(kinds.contains(Kind.MASK_SIZE), report.text());
      assertFalse(kinds.contains(Kind.UNREADABLE_MASK), report.text());
    }
    assertVerdict(true, "data.exif=apply");
  }
}
