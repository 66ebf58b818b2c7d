package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.files.ResultFolder;

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
    put("a.jpg", "b.gif", "sub/c.GIF", "d.heic", ".e.gif", "masks/f.psd", "g.txt", "labels.npy");
    assertEquals(
        Optional.of(
            ("files in formats that are not read: 2 .gif, 1 .heic, such as %s; convert images to"
                    + " PNG or JPEG")
                .formatted(folder.resolve("b.gif"))),
        scan().unreadImages());
    assertTrue(scan().unreadFiles().orElseThrow().contains("2 .gif, 1 .heic, 1 .npy"));
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
  }

  /// What systems, cameras and archivers leave behind is no image, and nothing ends the search.
  @Test
  void whatCannotBeReadIsNamedAndTheRestIsFound() throws Exception {
    put(
        "a.jpg",
        "@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg",
        ".thumbnails/a.png",
        "__MACOSX/._a.jpg",
        "lost+found/l.jpg",
        "System Volume Information/s.jpg",
        "$RECYCLE.BIN/r.jpg",
        "Thumbs.db",
        "sub/b.png");
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    Files.createSymbolicLink(folder.resolve("sub/up"), folder);
    Files.createSymbolicLink(folder.resolve("dangling.jpg"), folder.resolve("gone.jpg"));
    var pipe = folder.resolve("pipe.png");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    var closed = Files.createDirectory(folder.resolve("closed"));
    closed.toFile().setReadable(false);
    closed.toFile().setExecutable(false);
    try {
      var images = scan();
      assertEquals(List.of("a", "dangling", "sub/b"), List.copyOf(images.byName().keySet()));
      var skipped = new ArrayList<>(List.of(pipe + ": it is a device or pipe"));
      if (!Files.isReadable(closed)) { // it is to root
        skipped.add(closed + ": permission denied");
      }
      assertEquals(Set.copyOf(skipped), Set.copyOf(images.skipped()));
    } finally {
      closed.toFile().setReadable(true);
      closed.toFile().setExecutable(true);
    }
  }

  @Test
  void foldersOfResultsAndExceptionsAreSkippedByWhateverPath() {
    put("a.jpg", "sub/b.jpg", "masks/b.png");
    ResultFolder.create(folder.resolve("old results"));
    put("old results/deep/a.png");
    var other = folder.resolve("sub/../masks/");
    var images = ImageFolder.scan(folder, other);
    assertEquals(List.of("a", "sub/b"), List.copyOf(images.byName().keySet()));
    assertEquals(List.of(folder.resolve("old results")), images.results());
    var named = ImageFolder.scan(folder.resolve("old results"), other);
    assertEquals(List.of("deep/a"), List.copyOf(named.byName().keySet()), "named itself");
  }

  /// A folder with files of the user does not become one of results.
  @Test
  void aFolderInUseIsNotMarked() {
    put("a.jpg");
    assertFalse(ResultFolder.create(folder));
    assertTrue(ResultFolder.create(folder, Set.of("a.jpg")));
  }

  @Test
  void namesAreUniqueWhateverTheyAreLike() {
    put("x.jpg", "x.png", "x.jpg.png", "x.jpg.png.jpg", "y.jpg.png", "y.jpg");
    assertEquals(
        List.of("x.jpg", "x.jpg.png", "x.jpg.png.jpg", "x.png", "y", "y.jpg"),
        List.copyOf(scan().byName().keySet()));
    assertEquals(folder.resolve("x.jpg.png"), scan().byName().get("x.jpg.png"));
  }

  /// Accents are one or two characters on different systems.
  @Test
  void eitherSpellingOfAccentsMatches() {
    var composed = "\u00c4/B\u00e4r";
    var decomposed = "A\u0308/Ba\u0308r";
    put(decomposed + ".jpg", "c/\u00fc.png");
    var images = scan();
    for (var reference : List.of(composed, composed + ".jpg", "B\u00e4r", decomposed)) {
      assertEquals(Optional.of(decomposed), images.find(reference), reference);
    }
    assertEquals(Optional.of("c/\u00fc"), images.find("u\u0308.png"));
  }

  /// Bytes that are no text, quotes, blanks and the like: every file is found once and can be read.
  @Test
  void anyNameIsFound() throws Exception {
    var names = List.of("-rf", "a b", " lead", "100%", "#1", "it's \"so\"", "two\nlines", "$HOME");
    for (var name : names) {
      put(name + ".jpg");
    }
    var printf = "cd '%s' && touch \"$(printf 'caf\\351.jpg')\" \"$(printf 'caf\\350.jpg')\"";
    var shell = new ProcessBuilder("sh", "-c", printf.formatted(folder)).start();
    assertEquals(0, shell.waitFor());
    var images = scan().byName();
    assertEquals(names.size() + 2, images.size());
    assertTrue(images.keySet().containsAll(names), images.toString());
    assertTrue(images.values().stream().allMatch(Files::isRegularFile), images.toString());
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
