package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static toco.data.LabelFiles.PETS;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.config.Config;
import toco.config.Split;
import toco.image.ImageWriter;
import toco.image.Picture;

class FolderClassesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "cats/a.jpg dogs/a.jpg, cats dogs",
    "cats/2020/a.jpg dogs/beach/2021/a.jpg dogs/b, cats dogs dogs",
    "pets/cats/a.jpg pets/dogs/b.jpg, cats dogs",
    "train/cats/a.jpg val/cats/b.jpg Test/dogs/c.jpg, cats cats dogs",
    "data/train/cats/a.jpg data/val/dogs/b.jpg, cats dogs",
    "cats/train/a.jpg dogs/train/a.jpg, cats dogs",
    "cats/a.jpg b.jpg dogs/c.jpg, cats dogs",
    "cats/a.jpg cats/b.jpg, cats cats",
    "cats/a.jpg cats/old/b.jpg, old",
    "a.jpg b.jpg, ''"
  })
  void theFirstFolderThatDiffersIsTheClass(String images, String classes) {
    var found = FolderClasses.of(Arrays.asList(images.split(" ")));
    assertEquals(classes, String.join(" ", found.values()));
  }

  private void image(String... names) {
    for (var name : names) {
      ImageWriter.writePng(Picture.filled(9, 8, 0xFF), folder.resolve(name));
    }
  }

  /// Files of the same name in several folders are different images; masks are none.
  @Test
  void aDataSetCanBeLabelledByItsFolders() {
    image("cat/a.png", "dog/a.png", "dog/deep/a.png", "Teddy Bear/b.png", "masks/cat/a.png");
    var config =
        Config.parse(
            "",
            "test",
            List.of(
                "data.layout=folder",
                "data.root=" + folder,
                "data.labels=.",
                "data.classNames=" + PETS));
    var data = Dataset.open(config.data(), Split.TRAIN);
    var shown =
        IntStream.range(0, data.size())
            .mapToObj(i -> data.name(i) + " " + classesOf(data.name(i), data.labels(), PETS))
            .collect(Collectors.toSet());
    assertEquals(
        Set.of("cat/a [cat]", "dog/a [dog]", "dog/deep/a [dog]", "Teddy Bear/b [teddy bear]"),
        shown);
  }

  @Test
  void whatIsNoClassIsNamed() {
    image("cat/a.png", "horse/b.png");
    assertRefused(() -> ClassLabels.read(folder, PETS), "horse/b: unknown class 'horse'");
    assertEquals(List.of("cat", "horse"), ClassLabels.classNames(folder));
  }

  @Test
  void imagesWithoutFoldersAreNoLabels() {
    image("a.png");
    assertRefused(() -> ClassLabels.read(folder, PETS), "a folder of images for each class");
    assertThrows(DataException.class, () -> ClassLabels.read(folder.resolve("none"), PETS));
  }
}
