package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskFolderTest {
  @TempDir Path masks;

  @Test
  void otherFormatsAreFoundAfterPng() {
    var tiff = write("IMG_1.tif");
    var affixed = write("IMG_2_mask.BMP");
    write("IMG_3.tif");
    write("IMG_3.webp");
    var folder = new MaskFolder(masks);
    assertEquals(tiff, folder.find("IMG_1"));
    assertEquals(affixed, folder.find("IMG_2"));
    assertEquals("IMG_3.tif and IMG_3.webp could both be it; keep one", folder.similar("IMG_3"));
    var png = write("IMG_1.png");
    assertEquals(png, new MaskFolder(masks).find("IMG_1"));
  }

  private Path write(String name) {
    return LabelFiles.write(masks, name, "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "beach/IMG_1.png",
        "beach/IMG_1.PNG",
        "beach/IMG_1.jpg.png",
        "beach/IMG_1_mask.png",
        "beach/IMG_1-mask.png",
        "beach/mask_IMG_1.png",
        "beach/IMG_1_seg.png",
        "beach/IMG_1_Label.png",
        "beach/IMG_1_labels.Png",
        "beach/IMG_1_gt.png",
        "beach/IMG_1_gtFine_labelIds.png",
        "beach/IMG_1.jpg_mask.png",
        "IMG_1.png",
        "IMG_1_mask.png",
        "masks/deep/IMG_1_segmentation.png"
      })
  void theMaskIsFoundByItsName(String path) {
    write("beach/IMG_10_mask.png");
    write("beach/XIMG_1.png");
    write("beach/IMG_1_2.png");
    var mask = write(path);
    assertEquals(mask, new MaskFolder(masks).find("beach/IMG_1", true, null));
  }

  @Test
  void theExactNameComesFirst() {
    write("IMG_1_mask.png");
    write("IMG_1.PNG");
    var exact = write("IMG_1.png");
    assertEquals(exact, new MaskFolder(masks).find("IMG_1"));
  }

  @Test
  void twoFilesOfOneRankAreAmbiguous() {
    write("IMG_1_mask.png");
    write("IMG_1_gt.png");
    var folder = new MaskFolder(masks);
    assertEquals(masks.resolve("IMG_1.png"), folder.find("IMG_1"));
    assertEquals(
        "IMG_1_gt.png and IMG_1_mask.png could both be it; keep one", folder.similar("IMG_1"));
  }

  @Test
  void aMaskInAnotherFolderIsOnlyThatOfAUniqueName() {
    write("other/IMG_1.png");
    var folder = new MaskFolder(masks);
    assertEquals(masks.resolve("beach/IMG_1.png"), folder.find("beach/IMG_1", false, null));
    assertEquals(masks.resolve("other/IMG_1.png"), folder.find("beach/IMG_1", true, null));
  }

  @Test
  void anImageIsNotItsOwnMask() {
    var image = write("IMG_1.png");
    var folder = new MaskFolder(masks);
    assertEquals("", folder.similar("IMG_1", true, image));
    var mask = write("IMG_1_mask.png");
    assertEquals(mask, new MaskFolder(masks).find("IMG_1", true, image));
  }

  @Test
  void whatIsThereInsteadIsNamed() {
    var missing = new MaskFolder(masks.resolve("no"));
    assertEquals("there is no folder " + masks.resolve("no"), missing.content());
    assertEquals(masks + " is empty", new MaskFolder(masks).content());
    write("IMG_1.gif");
    write("IMG_2_mask.psd");
    var folder = new MaskFolder(masks);
    assertEquals(
        "there is IMG_1.gif, but a mask must be a PNG, TIFF, BMP or WebP", folder.similar("IMG_1"));
    assertEquals("", folder.similar("IMG_3"));
    assertTrue(folder.content().endsWith(" has 2 files, such as IMG_1.gif"), folder.content());
  }
}
