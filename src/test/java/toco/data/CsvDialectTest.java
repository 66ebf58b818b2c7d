package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.PETS;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.DataConfig.OtherClasses;

/// Tables of labels as spreadsheets and other tools write them.
class CsvDialectTest {
  private static final String BOM = "\uFEFF";

  @TempDir Path folder;

  /// Each of these says: a.jpg shows cat and dog, b.jpg nothing, c.jpg teddy bear.
  @ParameterizedTest
  @ValueSource(
      strings = {
        // separators and line ends
        "a.jpg;cat;dog\r\nb.jpg\r\nc.jpg;teddy bear\r\n",
        "a.jpg\tcat\tdog\nb.jpg\t\t\nc.jpg\tteddy bear\t\n",
        "a.jpg|cat|dog\rb.jpg||\rc.jpg|teddy bear|\r",
        "sep=;\r\na.jpg;cat;dog\r\nb.jpg;;\r\nc.jpg;teddy bear;\r\n",
        "SEP=:\na.jpg:cat:dog\nb.jpg:\nc.jpg:teddy bear\n",
        "\"sep=|\"\n\na.jpg|cat|dog\n\n|\nb.jpg\nc.jpg|teddy bear",
        "b.jpg\na.jpg cat dog\nc.jpg teddy bear\n",
        // several classes in a field
        "image,labels\na.jpg,cat;dog\nb.jpg,\nc.jpg,teddy bear\n",
        "a.jpg,cat|dog\nb.jpg,\nc.jpg,teddy bear\n",
        "a.jpg,\"cat, dog\"\nb.jpg,\"\"\nc.jpg,\"teddy bear\"\n",
        "image;tags\na.jpg;dog, cat\nb.jpg;\nc.jpg;teddy bear\n",
        "image,tags\na.jpg,dog cat\nb.jpg,\nc.jpg,teddy bear\n",
        "image,tags\n"
            + "a.jpg,\"[\"\"cat\"\",\"\"dog\"\"]\"\n"
            + "b.jpg,[]\n"
            + "c.jpg,\"[\"\"teddy bear\"\"]\"\n",
        "image,tags\na.jpg,\"['cat', 'dog']\"\nb.jpg,\"[]\"\nc.jpg,['teddy bear']\n",
        "image,tags\na.jpg,['cat', 'dog']\nb.jpg,[]\nc.jpg,(teddy bear)\n",
        "image;tags\na.jpg;[\"cat\",\"dog\"]\nb.jpg;{}\nc.jpg;{teddy bear}\n",
        "image,tags\na.jpg,\"cat\ndog\"\nb.jpg,\nc.jpg,teddy bear\n",
        // names in another spelling
        "a.jpg,Cat, DOG \nb.jpg\nc.jpg,Teddy_Bear\n",
        "a.jpg,\u00A0cat,dog\nb.jpg\nc.jpg,teddy-bear\n",
        // columns of zeros and ones
        "filename,cat,dog,teddy bear\na.jpg,1,1,0\nb.jpg,0,0,0\nc.jpg,0,0,1\n",
        "Filename,Teddy Bear,Cat,Dog\na.jpg,0.0,1.0,1.0\nb.jpg,0.0,0.0,0.0\nc.jpg,1.0,0.0,0.0\n",
        "Datei;cat;dog;teddy bear\na.jpg;1,0;1,0;0,0\nb.jpg;0,0;0,0;0,0\nc.jpg;0,0;0,0;1,0\n",
        "img,cat,dog,teddy bear\na.jpg,TRUE,true,False\nb.jpg,no,No,NO\nc.jpg,n,f,Yes\n",
        "image;cat;dog;teddy bear\na.jpg;x;X;\nb.jpg\nc.jpg;;;x\n",
        "cat,dog,teddy bear,image\n1,1,0,a.jpg\n0,0,0,b.jpg\n0,0,1,c.jpg\n",
        "id,cat,dog,teddy bear\na.jpg,1,1,0\nb.jpg,0,0,0\nc.jpg,0,0,1\n",
        BOM + ",image_id,cat,dog,teddy_bear\n0,a.jpg,1,1,0\n1,b.jpg,0,0,0\n2,c.jpg,0,0,1\n",
        "\"file\",\"Cat\",\"Dog\",\"Teddy Bear\"\n"
            + "\"a.jpg\",\"1\",\"1\",\"0\"\n"
            + "b.jpg,0,0,0\n"
            + "c.jpg,0,0,1\n",
        "image,width,height,cat,dog,teddy bear\n"
            + "a.jpg,9,9,1,1,0\n"
            + "b.jpg,9,9,0,0,0\n"
            + "c.jpg,9,9,0,0,1\n",
        // several columns of labels
        "image,label_1,label_2\na.jpg,cat,dog\nb.jpg,,\nc.jpg,teddy bear,\n",
        "image,label1,label2\na.jpg,cat,dog\nb.jpg,,\nc.jpg,,teddy bear\n",
        "image_id,labels\na.jpg,cat dog\nb.jpg,\nc.jpg,teddy bear\n",
        "image,id,choice,annotator\na.jpg,1,\"{\"\"choices\"\":[\"\"cat\"\",\"\"dog\"\"]}\",1\n"
            + "b.jpg,2,,1\nc.jpg,3,teddy bear,1\n",
        // headers
        "ImageID,LabelName\na.jpg,cat\na.jpg,dog\nb.jpg,\nc.jpg,teddy bear\n",
        " File Name , Class \na.jpg,cat\na.jpg,dog\nb.jpg,\nc.jpg,teddy bear\n",
        "label,path\ncat,a.jpg\ndog,a.jpg\n,b.jpg\nteddy bear,c.jpg\n",
        ",filename,category\n0,a.jpg,cat;dog\n1,b.jpg,\n2,c.jpg,teddy bear\n",
        "id;Datei;Klasse\n7;a.jpg;cat,dog\n8;b.jpg;\n9;c.jpg;teddy bear\n",
        "Bild;Klasse\na.jpg;cat\na.jpg;dog\nb.jpg;\nc.jpg;teddy bear\n",
        "#filename,label,label\na.jpg,cat,dog\nb.jpg,,\nc.jpg,teddy bear,\n",
        "filename,labels\na.jpg,cat,dog\nb.jpg\nc.jpg,teddy bear\n",
        "filename,labels,,\na.jpg,cat,dog,\nb.jpg,,,\nc.jpg,teddy bear,,\n",
        "filename,label,class_name\na.jpg,0,cat\na.jpg,1,dog\nb.jpg,,\nc.jpg,2,teddy bear\n",
        "filename,width,height,class,xmin\na.jpg,4,3,cat,1\na.jpg,4,3,dog,1\n"
            + "b.jpg,4,3,,\nc.jpg,4,3,teddy bear,0\n",
        // no header
        "cat,a.jpg\ndog,a.jpg\n,b.jpg\nteddy bear,c.jpg\n",
        "0,a.jpg,cat;dog\n1,b.jpg,\n2,c.jpg,teddy bear\n",
        "a.jpg,10,20,cat\na.jpg,5,6,dog\nb.jpg,,,\nc.jpg,1,2,teddy bear\n",
        // comments
        "# by hand, \"2024\na.jpg,cat,dog\n#b.jpg,cat\nb.jpg\n# \nc.jpg,teddy bear\n",
      })
  void everyDialectIsRead(String text) {
    assertThree(read(text));
  }

  @Test
  void excelAndOtherProgramsUseTheirOwnCharacterSets() {
    var text = "Bild\tLabel\r\nä.jpg\tcat\r\n“b” €.jpg\tdog\r\n";
    for (var charset : List.of("UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252")) {
      var encoded = text.getBytes(Charset.forName(charset));
      assertUmlauts(encoded);
      if (!charset.equals("windows-1252")) {
        assertUmlauts((BOM + text).getBytes(Charset.forName(charset)));
      }
    }
    assertTrue(
        notes(text.getBytes(Charset.forName("windows-1252"))).contains("read as Windows-1252"));
    assertFalse(notes(text.getBytes(StandardCharsets.UTF_8)).contains("Windows"));
  }

  private void assertUmlauts(byte[] text) {
    var labels = ClassLabels.read(LabelFiles.write(folder, "l.csv", text), PETS);
    assertEquals(List.of("ä.jpg", "“b” €.jpg"), List.copyOf(labels.names()));
    assertEquals(List.of("dog"), classesOf("“b” €.jpg", labels, PETS));
  }

  private String notes(byte[] text) {
    var labels = ClassLabels.read(LabelFiles.write(folder, "l.csv", text), PETS);
    return String.join("\n", labels.notes());
  }

  /// Names without extension, as Kaggle's tables have them.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "id,cat,dog\nx1,1,1\nx2,0,0\nx3,0,1\n",
        "id,cat,dog\n1,1,1\n2,0,0\n3,0,1\n",
        "image_id,dog,cat,horse\n0017aa,1,1,0\n00e5,0,0,1\n1e3,1,0,0\n",
        "image_name,tags\nx1,cat dog\nx2,\nx3,dog\n",
        "name;labels\nx1;cat|dog\nx2;\nx3;dog\n",
      })
  void namesNeedNoExtension(String text) {
    var classes = new ClassIndex(List.of("cat", "dog", "teddy bear", "horse"));
    var labels = CsvLabels.read(LabelFiles.write(folder, "k.csv", text), classes);
    var names = List.copyOf(labels.names());
    assertEquals(3, names.size());
    assertEquals(List.of("cat", "dog"), classesOf(names.get(0), labels, classes.names()));
    assertFalse(classesOf(names.get(1), labels, classes.names()).contains("cat"));
    assertEquals(List.of("dog"), classesOf(names.get(2), labels, classes.names()));
  }

  /// A probability is neither 0 nor 1, and its threshold is the user's choice.
  @Test
  void probabilitiesAreRefused() {
    assertRefused(
        () -> read("id,cat,dog,teddy bear\na.jpg,0.97,0.2,0\nb.jpg,0.5,0,1\n"),
        ":2: '0.97' for class 'cat'; expected 1 or 0",
        "compare probabilities with a threshold first");
  }

  @Test
  void whatIsNotReadIsNoted() {
    var labels = read("#by hand\nfile,width,label,note\na.jpg,4,cat,ok\n# b.jpg,4,dog\n");
    var file = folder.resolve("labels.csv");
    assertEquals(
        List.of(file + ": 2 comment lines (#) skipped", file + ": columns not read: width, note"),
        labels.notes());
  }

  /// A first line in other words is a header only before lines that all name image files.
  @Test
  void aGuessedHeaderIsNoted() {
    assertEquals(
        List.of(folder.resolve("labels.csv") + ": read as a header: Bild, Klasse"),
        read("Bild;Klasse\na.jpg;cat\n").notes());
    assertEquals(2, read("a\nb.jpg\n").names().size());
    assertRefused(() -> read("a,dgo\nb.jpg,cat\nc,dog\n"), "labels.csv:1: unknown class 'dgo'");
  }

  /// The separator is not one that occurs inside the fields.
  @Test
  void fieldsMayHoldOtherSeparators() {
    assertEquals(
        List.of("a, 1.jpg", "b;2.jpg"),
        List.copyOf(read("image;label\na, 1.jpg;cat\n\"b;2.jpg\";dog\n").names()));
    assertEquals(List.of("a;1.jpg"), List.copyOf(read("image,label\na;1.jpg,cat\n").names()));
  }

  @Test
  void otherClassesAreLeftOutOnRequest() {
    var file =
        LabelFiles.write(folder, "l.csv", "image,label\na,cat;cow\nb,cow\nc,polar bear\nd,dog\n");
    assertRefused(() -> ClassLabels.read(file, PETS), "l.csv:2: ", "data.otherClasses=ignore");
    var labels = LabelFiles.readIgnoringOthers(file);
    assertEquals(List.of("cat"), classesOf("a", labels, PETS));
    assertEquals(List.of(), classesOf("b", labels, PETS));
    assertEquals(
        List.of(file + ": labels of other classes left out: 3 (cow 2, polar bear 1)"),
        labels.notes());
  }

  /// Neither a class in an ambiguous field nor a number is silently another class.
  @Test
  void onlyWhatIsClearlyAnotherClassIsLeftOut() {
    var spaces = LabelFiles.write(folder, "l.csv", "image,label\na,dog\nb,hot dog\n");
    assertRefused(
        () -> LabelFiles.readIgnoringOthers(spaces),
        "l.csv:3: 'hot dog' may be one class",
        "separate classes");
    var joined = LabelFiles.write(folder, "l.csv", "image,label\na,dog\nb,hot_dog\n");
    assertEquals(List.of(), classesOf("b", LabelFiles.readIgnoringOthers(joined), PETS));
    var number = LabelFiles.write(folder, "l.csv", "image,label\na,1\nb,hot_dog\n");
    assertRefused(() -> LabelFiles.readIgnoringOthers(number), "l.csv:2: unknown class '1'");
  }

  /// A class whose name is a number or differs from another only in its spelling is exact.
  @Test
  void exactNamesTakePrecedence() {
    var file = LabelFiles.write(folder, "l.csv", "a.jpg,1\nb.jpg,0\nc.jpg,Cat\nd.jpg,cat\n");
    var classes = List.of("0", "1", "cat", "Cat");
    var labels = ClassLabels.read(file, classes);
    assertEquals(List.of("1"), classesOf("a.jpg", labels, classes));
    assertEquals(List.of("0"), classesOf("b.jpg", labels, classes));
    assertEquals(List.of("Cat"), classesOf("c.jpg", labels, classes));
    assertEquals(List.of("cat"), classesOf("d.jpg", labels, classes));
    var neither = LabelFiles.write(folder, "l.csv", "a.jpg,CAT\n");
    assertRefused(() -> ClassLabels.read(neither, classes), "unknown class 'CAT'");
  }

  /// A check reports all lines with an error.
  @Test
  void readingContinuesAfterAWrongLine() {
    var file = LabelFiles.write(folder, "l.csv", "image,cat,dog\na,1,0\nb,2,0\n,1,1\nc,0,1\n");
    var found = new ArrayList<String>();
    var classes = new ClassIndex(PETS, PETS, OtherClasses.ERROR, e -> found.add(e.getMessage()));
    assertEquals(List.of("a", "b", "c"), List.copyOf(CsvLabels.read(file, classes).names()));
    assertEquals(2, found.size(), found.toString());
    assertTrue(found.get(0).contains("l.csv:3: '2' for class 'cat'"), found.toString());
    assertTrue(found.get(1).contains("l.csv:4: the name of the image"), found.toString());
  }

  private static void assertThree(ClassLabels labels) {
    assertEquals(3, labels.names().size(), labels.names().toString());
    assertEquals(List.of("cat", "dog"), classesOf("a.jpg", labels, PETS));
    assertEquals(List.of(), classesOf("b.jpg", labels, PETS));
    assertEquals(List.of("teddy bear"), classesOf("c.jpg", labels, PETS));
  }

  private ClassLabels read(String text) {
    return ClassLabels.read(LabelFiles.write(folder, "labels.csv", text), PETS);
  }
}
