package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static toco.data.LabelFiles.PETS;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.DataConfig.OtherClasses;

class CsvLabelsTest {
  @TempDir Path folder;

  @Test
  void aLineNamesAnImageAndItsClasses() {
    var labels = read("a.jpg,cat\nsub/b,dog,cat\nc,\nd\n");
    assertEquals(List.of("a.jpg", "sub/b", "c", "d"), List.copyOf(labels.names()));
    assertEquals(List.of("cat"), classesOf("a.jpg", labels, PETS));
    assertEquals(List.of("cat", "dog"), classesOf("sub/b", labels, PETS));
    assertEquals(List.of(), classesOf("c", labels, PETS));
    assertEquals(List.of(), classesOf("d", labels, PETS));
  }

  /// Without known classes, the table itself says which there are.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.jpg,Dog\nb.jpg,cat;dog\nc,\nd.jpg,\"cat, teddy bear\"\n",
        "name,label,width\na,Dog,1\nb,\"dog;cat\",0\nc,,1\nd,teddy bear,0\n",
        "name,teddy bear,cat,Dog\na,0,0,1\nb,,1,x\nc,0,0,0\n",
        "a.jpg,teddy bear,1\nb.jpg,cat,0\nc.jpg,Dog,2\n"
      })
  void classesAreFoundInTheTable(String table) {
    var file = LabelFiles.write(folder, "labels.csv", table);
    assertEquals(List.of("cat", "Dog", "teddy bear"), ClassLabels.classNames(file));
  }

  @Test
  void numbersAndNpyNameNoClass() {
    var numbers = LabelFiles.write(folder, "numbers.csv", "a.jpg,1\nb.jpg,2\n");
    assertRefused(() -> ClassLabels.classNames(numbers), "numbers.csv:1", "a number does not say");
    var npy = LabelFiles.write(folder, "labels.npy", new byte[0]);
    assertRefused(() -> ClassLabels.classNames(npy), "labels.npy has no names of classes");
    var missing = folder.resolve("missing.csv");
    assertRefused(() -> ClassLabels.classNames(missing), "there is no labels file");
  }

  /// As spreadsheets write CSV: byte order mark, Windows line ends, quotes, empty cells.
  @Test
  void csvOfSpreadsheetsIsRead() {
    var labels =
        read(
            "\uFEFFName,Label 1,Label 2\r\n\r\n\"a, the 1st \"\"cat\"\".jpg\",\"cat\",\r\n"
                + " b.jpg , \"teddy bear\" ,dog\r\n,,\r\n\"two\nlines.jpg\",cat\rold mac.jpg,dog");
    assertEquals(
        List.of("a, the 1st \"cat\".jpg", "b.jpg", "two\nlines.jpg", "old mac.jpg"),
        List.copyOf(labels.names()));
    assertEquals(List.of("dog", "teddy bear"), classesOf("b.jpg", labels, PETS));
    assertEquals(List.of("cat"), classesOf("two\nlines.jpg", labels, PETS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"name,label,label", "Image,class", "filename", "file_name,cat,kind"})
  void theFirstLineMayBeAHeader(String header) {
    assertEquals(List.of("a"), List.copyOf(read(header + "\na,cat\n").names()));
  }

  @Test
  void anImageCalledImageIsNotAHeader() {
    assertEquals(List.of("image", "name"), List.copyOf(read("image,cat\nname\n").names()));
  }

  @Test
  void anImageOnSeveralLinesHasTheClassesOfAll() {
    var labels = read("a,cat\nb,dog\na,dog\n");
    assertEquals(List.of("cat", "dog"), classesOf("a", labels, PETS));
    assertEquals(folder.resolve("labels.csv") + ":1", labels.origin("a"));
  }

  @Test
  void errorsNameTheFileAndLine() {
    refuses("a,cat\nb,dgo\n", "labels.csv:2: unknown class 'dgo'; did you mean 'dog'?");
    refuses("a,cat\nb,zebra\n", "labels.csv:2: unknown class 'zebra'; the classes are cat, dog");
    refuses("a,1\n", "labels.csv:1: unknown class '1'; a number does not say which class");
    refuses("name,cat,dog\na,1,0\nb,0,0.7\n", "labels.csv:3: '0.7' for class 'dog'; expected 1");
    refuses("name,cat,dgo\na,1,0\n", "labels.csv:1: unknown class 'dgo'; did you mean 'dog'?");
    refuses("name,score\na,high\n", "labels.csv:1: none of the columns name, score holds classes");
    refuses("name,label,x\na,cat,1,dog\n", "labels.csv:2: 4 fields, but the header has 3");
    refuses("a,cat\n\n,dog\n", "labels.csv:3: the name of the image is missing");
    refuses("a,cat\nb,\"dog\nc,cat\n", "labels.csv:2: the quote that opens here is never closed");
    refuses("a,\"cat\" dog\n", "labels.csv:1: text after a quoted field");
    refuses("", "labels.csv names no image");
    refuses("name,label\n", "labels.csv names no image");
    refuses("x".repeat(70_000), "labels.csv:1: a line has more than 65536 characters");
    refuses("a,cat\nb,\0dog\n", "labels.csv:2: a zero byte");
    var binary = LabelFiles.write(folder, "labels.csv", new byte[] {'a', (byte) 0x81, ',', 'b'});
    assertRefused(() -> ClassLabels.read(binary, PETS), binary.toString(), "not text in UTF-8");
    assertRefused(() -> ClassLabels.read(folder.resolve("no.csv"), PETS), "no labels file");
    var text = LabelFiles.write(folder, "labels.doc", "a,cat\n");
    assertRefused(() -> ClassLabels.read(text, PETS), "labels.doc is not a labels file");
  }

  /// A check continues, to report all of them.
  @Test
  void unknownClassesCanBeCollected() {
    var file = LabelFiles.write(folder, "labels.csv", "a,cat,dgo\nb,ct\nc,dog\n");
    var found = new ArrayList<String>();
    var labels =
        LabelSource.read(
            file, new ClassIndex(PETS, PETS, OtherClasses.ERROR, e -> found.add(e.getMessage())));
    assertEquals(2, found.size(), found.toString());
    assertEquals(List.of("cat"), classesOf("a", labels, PETS));
    assertEquals(List.of(), classesOf("b", labels, PETS));
    assertEquals(3, labels.names().size());
  }

  private ClassLabels read(String text) {
    return ClassLabels.read(LabelFiles.write(folder, "labels.csv", text), PETS);
  }

  private void refuses(String text, String... parts) {
    assertRefused(() -> read(text), parts);
  }
}
