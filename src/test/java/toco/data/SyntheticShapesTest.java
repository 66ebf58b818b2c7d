package toco.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.config.ClassNames;
import toco.config.SyntheticConfig.Variant;
import toco.data.SyntheticShapes.Options;
import toco.data.SyntheticShapes.Outcome;
import toco.image.Resources;

class SyntheticShapesTest {
  private static final Options FEW = new Options(1, Variant.LIVELY, 6, 2, 3);

  @TempDir Path folder;

  @Test
  void writesAVocDataSetWhoseLabelsAgreeWithItsMasks() {
    assertEquals(Outcome.WRITTEN, SyntheticShapes.write(folder, FEW));
    var data = open("train");
    data.requireMasks();
    assertEquals(6, data.size());
    assertEquals(2, open("val").size());
    assertEquals(3, open("test").size());
    assertEquals(SyntheticShapes.CLASS_NAMES, data.classNames());
    var listed = ClassNames.read(folder.resolve("lists/classes.txt")); // for data.classNamesFile
    assertEquals(SyntheticShapes.CLASS_NAMES, listed);
    var fromMasks =
        VocDataset.openWithLabelsFromMasks(
                VocFiles.of(folder, "train"), SyntheticShapes.CLASS_NAMES)
            .labels();
    try (var arena = Arena.ofConfined()) {
      for (int i = 0; i < data.size(); i++) {
        var sample = data.sample(i);
        var image = sample.readImage(arena);
        assertEquals(96, image.widthPx());
        assertEquals(96, sample.readMask(image, arena).heightPx());
        assertArrayEquals(fromMasks.multiHot(sample.name()), sample.labels());
      }
    }
  }

  /// If these hashes change, so do the images: published results on the set no longer hold, and the
  /// generator's version must be incremented.
  @Test
  void imagesNeverChange() {
    assertEquals("c6cef3c76314cc72 087b1ad625248b72", fingerprint(Variant.PLAIN));
    assertEquals("020361727d9583f1 3364f6dce2332e0a", fingerprint(Variant.LIVELY));
  }

  /// The distribution of the set, measured on 3,000 layouts of each variant: a class is in 27–32 %
  /// of the images, and objects cover 24.3 % of the area, or 18.4 % if lively. Bounds: about 5
  /// standard errors of 1,000 layouts.
  @ParameterizedTest
  @EnumSource
  void classesAreBalancedAndObjectsCoverTheirShare(Variant variant) {
    int images = 1000;
    var perClass = new int[6];
    long foreground = 0;
    for (int i = 0; i < images; i++) {
      var scene = new SyntheticScene(11, 1, i, variant);
      float[] labels = scene.labels();
      for (int k = 0; k < 6; k++) {
        perClass[k] += (int) labels[k];
      }
      for (byte label : scene.mask()) {
        foreground += label != 0 ? 1 : 0;
      }
    }
    for (int count : perClass) {
      assertEquals(0.285, (double) count / images, 0.075);
    }
    double expected = variant == Variant.PLAIN ? 0.243 : 0.184;
    assertEquals(expected, foreground / (images * 9216.0), 0.02);
  }

  @Test
  void aCompleteSetIsReusedAndOneWithOtherOptionsRefused() throws IOException {
    SyntheticShapes.write(folder, FEW);
    Path image = folder.resolve("JPEGImages/train_00003.jpg");
    var before = Files.getLastModifiedTime(image);
    assertEquals(Outcome.REUSED, SyntheticShapes.write(folder, FEW));
    assertEquals(before, Files.getLastModifiedTime(image));
    var others = new Options(2, Variant.LIVELY, 6, 2, 3);
    var e = assertThrows(DataException.class, () -> SyntheticShapes.write(folder, others));
    assertTrue(e.getMessage().contains("another synthetic set"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
    assertEquals(Outcome.REUSED, SyntheticShapes.write(folder, FEW));
  }

  @Test
  void anUnfinishedSetIsCompletedToTheSameFiles() throws IOException {
    SyntheticShapes.write(folder, FEW);
    Path image = folder.resolve("JPEGImages/train_00003.jpg");
    byte[] pixels = Files.readAllBytes(image);
    // as after a kill: no note of completion, files missing, one partly written
    Files.move(folder.resolve("synthetic.txt"), folder.resolve("synthetic.unfinished.txt"));
    Files.delete(image);
    Files.delete(folder.resolve("lists/cls_labels_onehot.npy"));
    Path left = folder.resolve("JPEGImages/.train_00003.jpg.77-1.tmp");
    Files.write(left, new byte[9]);
    assertEquals(Outcome.COMPLETED, SyntheticShapes.write(folder, FEW));
    assertArrayEquals(pixels, Files.readAllBytes(image));
    assertTrue(Files.notExists(left));
    open("train").requireMasks();
  }

  @Test
  void aFolderWithOtherFilesIsLeftAlone() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "mine");
    var e = assertThrows(DataException.class, () -> SyntheticShapes.write(folder, FEW));
    assertTrue(e.getMessage().contains("not empty"), e.getMessage());
    assertTrue(Files.notExists(folder.resolve("JPEGImages")));
  }

  @Test
  void labelsAreInTheOrderOfTheClassNames() {
    for (var kind : ShapeKind.values()) {
      assertEquals(
          kind.name().toLowerCase(Locale.ROOT), SyntheticShapes.CLASS_NAMES.get(kind.label - 1));
    }
    assertEquals(ShapeKind.values().length, SyntheticShapes.CLASS_NAMES.size());
  }

  private static String fingerprint(Variant variant) {
    var scene = new SyntheticScene(1, 1, 0, variant);
    String mask = Resources.sha256(MemorySegment.ofArray(scene.mask())).substring(0, 16);
    return mask + " " + Resources.sha256(MemorySegment.ofArray(scene.paint())).substring(0, 16);
  }

  private VocDataset open(String split) {
    return VocDataset.open(VocFiles.of(folder, split), SyntheticShapes.CLASS_NAMES);
  }
}
