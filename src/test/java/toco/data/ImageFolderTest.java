package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
  void imagesAreFoundAnywhereBeneath() throws IOException {
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
  void aReferenceMeansAnImageByTheEndOfItsPath() {
    put("b.jpg", "a/x.jpg", "a/c/y.PNG", "d/c/y.jpg");
    var images = scan();
    for (var reference : List.of("x", "x.jpg", "a/x", "a/x.jpg", "./a/x", "a\\x.jpg")) {
      assertEquals(Optional.of("a/x"), images.find(reference), reference);
    }
    assertEquals(Optional.of("a/c/y"), images.find("y.PNG"));
    assertEquals(Optional.of("d/c/y"), images.find("d/c/y"));
    for (var reference : List.of("X", "x.png", "/x", "c/x", "", "..", "../b", "/")) {
      assertEquals(Optional.empty(), images.find(reference), reference);
    }
    assertRefused(() -> images.find("y"), "'y' means several images", "a/c/y.PNG", "d/c/y.jpg");
    assertRefused(() -> images.find("c/y"), "means several images");
  }

  /// A path that is exact counts, though another image's path ends with it.
  @Test
  void theExactPathComesFirst() {
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
    assertRefused(() -> images.find("x"), "means several images");
  }

  @Test
  void whatCannotBeSearchedIsNamed() throws IOException {
    assertRefused(
        () -> ImageFolder.scan(folder.resolve("no"), folder), folder.resolve("no").toString());
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    assertRefused(this::scan, "loop is a link that leads back");
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
