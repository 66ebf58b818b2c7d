package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.data.Finding.Kind;
import toco.image.ImageSize;
import toco.image.Resources;

/// What the check of a data set says about masks.
class MaskCheckTest extends CheckedDataSet {
  /// 255 is ignored, so a binary mask drawn with it would score nothing.
  @Test
  void masksOfOnly0And255AreAnErrorUntilTheyAreExplained() {
    var pets = new String[] {"data.classNames=[cat]", "data.maskValues=0,255"};
    mask("v", 40, 30, 255);
    csv("a,cat\nb\nc,cat\nv,cat\nw\n");
    assertVerdict(false, pets[0]);
    var found = findings(check(pets[0]));
    assertNamed(found, Kind.NO_CLASS_IN_MASKS, "none of the 2 masks shows a class");
    assertNamed(found, Kind.NO_CLASS_IN_MASKS, root.resolve("masks/v.png").toString());
    assertNamed(found, Kind.NO_CLASS_IN_MASKS, "set data.maskValues=0,255");
    assertEquals(List.of("v"), found.get(Kind.IGNORED_MASK));
    assertEquals(
        List.of("v: the mask shows no class, the label cat"), found.get(Kind.MASK_AND_LABEL));
    assertVerdict(true, pets);
    var explained = check(pets);
    assertEquals(Map.of(), findings(explained), explained.text());
    assertEquals(Map.of(0, 1, 1, 1), explained.splits().get(1).maskLabels());
    // the same where masks are the labels
    LabelFiles.write(root, "train.txt", "v\n");
    var fromMasks = new String[] {pets[0], "data.labelsFromMasks=true", "data.trainList=train.txt"};
    assertNamed(findings(check(fromMasks)), Kind.BAD_LABELS, "set data.maskValues=0,255");
  }

  @Test
  void masksOfBackgroundAloneAreAWarning() {
    mask("v", 40, 30, 0);
    var report = check();
    assertTrue(report.usable(), report.text());
    assertNamed(findings(report), Kind.NO_CLASS_IN_MASKS, "all are background");
    assertVerdict(true);
  }

  /// Labels from 0 with 255 as background look like valid labels, but for other classes.
  @Test
  void masksOfOtherClassesThanTheLabelAreNamed() {
    mask("v", 40, 30, 2);
    assertEquals(
        List.of("v: the mask shows dog, the label cat"),
        findings(check()).get(Kind.MASK_AND_LABEL));
  }

  @Test
  void masksDrawnOnTheTurnedPictureAreRecognised() throws IOException {
    var exif = Resources.path("decode-cases/exif6.jpg");
    var size = ImageSize.read(exif);
    Files.copy(exif, root.resolve("x.jpg"));
    mask("x", size.heightPx(), size.widthPx(), 1);
    csv("a,cat\nb,dog\nc,cat\nv,cat\nw\nx,cat\n");
    LabelFiles.write(root, "val.txt", "v\nw\nx\n");
    assertVerdict(false);
    var found = findings(check());
    assertNamed(found, Kind.MASK_SIZE, "as viewers turn it, by the EXIF orientation 6");
    assertEquals(List.of("x"), found.get(Kind.EXIF_ORIENTATION));
    mask("x", size.widthPx(), size.heightPx(), 1);
    assertVerdict(true); // pixels are read as stored
    mask("v", 30, 40, 1);
    assertNamed(findings(check()), Kind.MASK_SIZE, "width and height are exchanged");
  }
}
