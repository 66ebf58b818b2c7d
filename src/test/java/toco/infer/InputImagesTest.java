package toco.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.data.DataException;

/// Results are never read as images and never written over another file of this run or of the user.
class InputImagesTest {
  private static final Set<String> KINDS = Set.of("labels", "overlay");

  @TempDir Path folder;

  private Path put(String path) throws IOException {
    var file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.exists(file) ? file : Files.createFile(file);
  }

  private List<String> names(Path out, Path... inputs) {
    return InputImages.find(List.of(inputs), out, KINDS).images().stream()
        .map(InputImage::name)
        .toList();
  }

  /// Runs twice: what the first run wrote is no image of the second.
  private void requireSame(Path images, Path out, Path again) throws IOException {
    var first = names(out, images);
    for (var name : first) {
      put(folder.relativize(out.toAbsolutePath().normalize()) + "/labels/" + name + ".png");
    }
    assertEquals(first, names(again, images), out + " and " + again);
    assertEquals(first, names(folder.resolve("elsewhere"), images), "another folder of results");
  }

  @Test
  void resultsAreNotReadByWhateverPathTheyWereNamed() throws IOException {
    var images = put("photos/a.jpg").getParent();
    put("photos/sub/b.png");
    var link = Files.createSymbolicLink(folder.resolve("link"), images);
    var relative = Path.of("").toAbsolutePath().relativize(images);
    requireSame(images, images, images);
    requireSame(images, images, link);
    requireSame(link, images.resolve("out"), relative.resolve("sub/../out/"));
    requireSame(relative, images.resolve("sub"), link.resolve("sub"));
  }

  /// An older version did not mark its folders.
  @Test
  void unmarkedResultsInTheFolderOfResultsAreNotRead() throws IOException {
    put("photos/a.jpg");
    put("photos/out/labels/a.png");
    put("photos/out/cam/a.png");
    put("photos/out/b.jpg");
    var photos = folder.resolve("photos");
    assertEquals(List.of("a", "out/b"), names(photos.resolve("out"), photos));
  }

  @Test
  void resultsAmongImagesOfTheUserAreRefusedBeforeAnythingIsWritten() throws IOException {
    put("photos/labels/a.png");
    var photos = folder.resolve("photos");
    var e = assertThrows(DataException.class, () -> names(photos, photos));
    assertTrue(e.getMessage().contains("labels, which holds images to read"), e.getMessage());
    var file = photos.resolve("labels/a.png");
    assertThrows(DataException.class, () -> names(photos, file));
    assertEquals(1, Files.list(photos.resolve("labels")).count());
    assertTrue(Files.notExists(photos.resolve("overlay")));
  }

  @Test
  void aFolderOfResultsThatCannotBeIsFoundFirst() throws IOException {
    var image = put("photos/a.jpg");
    for (var out : List.of(image, image.resolve("x"), Path.of("/proc/toco"))) {
      var e = assertThrows(IllegalArgumentException.class, () -> names(out, image));
      assertTrue(e.getMessage().contains("cannot write to the folder " + out), e.getMessage());
    }
  }

  @Test
  void namesDifferAlsoWhereCaseAndSpellingDoNotCount() throws IOException {
    for (var path :
        List.of("IMG_1.jpg", "img_1.JPG", "\u00c4.png", "A\u0308.jpg", "b.jpg", "b.png")) {
      put("photos/" + path);
    }
    assertEquals(
        Set.of("IMG_1.jpg", "img_1.JPG~2", "A\u0308.jpg", "\u00c4.png", "b.jpg", "b.png"),
        Set.copyOf(names(folder.resolve("out"), folder.resolve("photos"))));
  }

  @Test
  void severalInputsGiveEachImageOnceUnderItsOwnName() throws IOException {
    var a = put("a/IMG_1.jpg");
    var b = put("b/IMG_1.jpg");
    var png = put("b/IMG_1.png");
    var other = put("c/b/IMG_1.jpg");
    put("a/IMG_2.jpg");
    var out = folder.resolve("out");
    assertEquals(List.of("IMG_1"), names(out, a, a, folder.resolve("b/../a/IMG_1.jpg")));
    assertEquals(List.of("a/IMG_1", "b/IMG_1"), names(out, a, b));
    assertEquals(List.of("IMG_1.jpg", "IMG_1.png"), names(out, b, png));
    assertEquals(List.of("IMG_1", "IMG_2"), names(out, a.getParent(), a));
    assertEquals(List.of("b/IMG_1.jpg", "a/IMG_1", "b/IMG_1.jpg~2"), names(out, b, a, other));
  }

  @Test
  void namesOfClassFilesAreFree() {
    var taken = new java.util.HashSet<>(Set.of("x", "x.cat"));
    assertEquals("x.cat_", ResultNames.free("x.cat", taken));
    assertEquals("x.Cat__", ResultNames.free("x.Cat", taken));
    assertEquals("x.dog", ResultNames.free("x.dog", taken));
  }
}
