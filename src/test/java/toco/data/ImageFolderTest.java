package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path folder;
  @TempDir Path elsewhere;

  @Test
  void imagesAreFoundInAllSubFolders() throws IOException {
    for (var path :
        List.of(
            "b.JPG",
            "a/x 1.jpeg",
            "a/deep/down/é.PNG",
            "a/x 1.txt",
            ".hidden/h.jpg",
            "._b.jpg",
            "masks/b.png",
            "a/masks/m.png",
            "README")) {
      put(path);
    }
    LabelFiles.write(elsewhere, "linked.jpg", "");
    Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    assertEquals(
        List.of("a/deep/down/é", "a/masks/m", "a/x 1", "b", "link/linked"),
        List.copyOf(scan().byName().keySet()));
  }

  @Test
  void everyEndingOfJpegAndPngIsRead() {
    put("a.jfif", "b.JPE", "c.JPG", "d.Png", "e.JpEg", "f.JFIF");
    assertEquals(List.of("a", "b", "c", "d", "e", "f"), List.copyOf(scan().byName().keySet()));
    assertEquals(Optional.of("a"), scan().find("a.jfif"));
    assertEquals(Optional.empty(), scan().unreadImages());
  }

  @Test
  void otherFormatsAreCountedAndNamed() {
    put("a.jpg", "b.bmp", "sub/c.BMP", "d.webp", ".e.gif", "masks/f.tif", "g.txt", "labels.npy");
    assertEquals(
        Optional.of(
            ("files in formats that are not read: 2 .bmp, 1 .webp, such as %s; convert images to"
                    + " PNG or JPEG")
                .formatted(folder.resolve("b.bmp"))),
        scan().unreadImages());
    assertTrue(scan().unreadFiles().orElseThrow().contains("2 .bmp, 1 .npy, 1 .webp"));
  }

  @Test
  void aReferenceMatchesTheEndOfAPath() {
    put("b.jpg", "a/x.jpg", "a/c/y.PNG", "d/c/y.jpg");
    var images = scan();
    for (var reference :
        List.of(
            "x", "x.jpg", "a/x", "a/x.jpg", "./a/x", "a\\x.jpg", "x.png", "/home/x", "pets/a/x")) {
      assertEquals(Optional.of("a/x"), images.find(reference), reference);
    }
    assertEquals(Optional.of("a/c/y"), images.find("y.PNG"));
    assertEquals(Optional.of("d/c/y"), images.find("d/c/y"));
    for (var reference : List.of("X", "c/x", "", "..", "a/b", "/")) {
      assertEquals(Optional.empty(), images.find(reference), reference);
    }
    assertRefused(() -> images.find("y"), "'y' matches several images", "a/c/y.PNG", "d/c/y.jpg");
    assertRefused(() -> images.find("c/y"), "matches several images");
  }

  /// An exact path wins over another image's path that ends with it.
  @Test
  void theExactPathWins() {
    put("x.jpg", "a/x.jpg");
    assertEquals(Optional.of("x"), scan().find("x.jpg"));
    assertEquals(Optional.of("x"), scan().find("x"));
  }

  @Test
  void filesThatDifferInTheirExtensionKeepIt() {
    put("x.jpg", "x.png", "y.jpg");
    var images = scan();
    assertEquals(List.of("x.jpg", "x.png", "y"), List.copyOf(images.byName().keySet()));
    assertEquals(Optional.of("x.png"), images.find("x.png"));
    assertRefused(() -> images.find("x"), "matches several images");
  }

  @Test
  void unreadableFoldersAreNamed() throws IOException {
    assertRefused(
        () -> ImageFolder.scan(folder.resolve("no"), folder), folder.resolve("no").toString());
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    assertRefused(this::scan, "loop is a link back into");
  }

  private void put(String... paths) {
    for (var path : paths) {
      LabelFiles.write(folder, path, "");
    }
  }

  private ImageFolder scan() {
    return ImageFolder.scan(folder, folder.resolve("masks"));
  }
}
