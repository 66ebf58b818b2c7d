package toco.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.config.Layout;
import toco.image.Resources;

class OneHotNpyTest {
  private static final String VOC = "data/photos/lists/cls_labels_onehot.npy";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "numpy1-protocol2", "numpy1-protocol3", "numpy1-protocol4", "numpy1-protocol5",
        "numpy2-protocol2", "numpy2-protocol3", "numpy2-protocol4", "numpy2-protocol5"
      })
  void readsWhatEitherNumpyWritesInEveryProtocol(String name) {
    var labels = OneHotNpy.read(Resources.path("one-hot/" + name + ".npy"));
    assertEquals(List.of("2007_000032", "café_1"), List.copyOf(labels.keySet()));
    assertArrayEquals(new float[] {1, 0, 1}, labels.get("2007_000032"));
    assertArrayEquals(new float[] {0, 1, 0}, labels.get("café_1"));
  }

  @Test
  void readsOtherNumberTypesAndNumpyStrings() {
    var labels = OneHotNpy.read(Resources.path("one-hot/float64-big-endian.npy"));
    assertArrayEquals(new float[] {1, 0}, labels.get("a"));
    assertArrayEquals(new float[] {0, 1}, labels.get("b"));
    assertArrayEquals(new float[] {1, 0}, labels.get("c"));
  }

  /// Keys and values as programs make them: `int(name.replace("_", ""))`, lists, bools.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "integer-keys.npy",
        "numpy-integer-keys.npy",
        "bools.npy",
        "lists.npy",
        "lists-of-bools.npy",
        "object-arrays.npy",
        "rows.npy",
        "dict.npz",
        "arrays.npz"
      })
  void readsOtherKeysValuesAndArchives(String file) {
    var labels =
        LabelSource.read(Resources.path("one-hot/" + file), new ClassIndex(LabelFiles.PETS));
    var names = List.of("2007_000032", "2007_000033");
    var listed = labels.renamed(new ImageReferences(names)::findOrStem);
    assertEquals(names, List.copyOf(listed.names()));
    assertArrayEquals(new float[] {1, 0, 1}, listed.multiHot("2007_000032"));
    assertArrayEquals(new float[] {0, 1, 0}, listed.multiHot("2007_000033"));
  }

  @Test
  void aBackgroundColumnIsNamed() {
    LabelFiles.assertRefused(
        () -> ClassLabels.read(Resources.path("one-hot/with-background.npy"), LabelFiles.PETS),
        "2007_000032",
        "4 values, expected 3, one per class without the background");
  }

  /// A label of VOC's 20 classes holds those of a subset, on request.
  @Test
  void columnsOfOtherClassesAreLeftOutOnRequest() {
    var pets = List.of("dog", "cat");
    var values = new float[20];
    for (var name : List.of("cat", "horse")) {
      values[Layout.VOC.classNames().indexOf(name)] = 1;
    }
    var file = folder.resolve("voc.npy");
    OneHotNpy.write(file, Map.of("a", values, "b", new float[20]));
    LabelFiles.assertRefused(
        () -> ClassLabels.read(file, pets), "20 values, expected 2", "data.otherClasses=ignore");
    var keys = List.of("data.classNames=[dog, cat]", "data.otherClasses=ignore");
    var labels = LabelSource.read(file, ClassIndex.of(Config.parse("", "test", keys).data()));
    assertArrayEquals(new float[] {0, 1}, labels.multiHot("a"));
    assertArrayEquals(new float[2], labels.multiHot("b"));
    assertEquals(List.of(file + ": labels of other classes left out: 1 (horse 1)"), labels.notes());
  }

  @Test
  void readsTheLabelsOfThePhotographs() {
    var labels = OneHotNpy.read(Resources.path(VOC));
    float[] expected = new float[20];
    expected[Layout.VOC.classNames().indexOf("aeroplane")] = 1;
    expected[Layout.VOC.classNames().indexOf("person")] = 1;
    assertArrayEquals(expected, labels.get("astronaut"));
    assertEquals(3, labels.size());
  }

  @Test
  void roundTripIsExact() {
    var random = new Random(5);
    var written = new LinkedHashMap<String, float[]>();
    for (int i = 0; i < 700; i++) {
      var values = new float[i % 90];
      for (int k = 0; k < values.length; k++) {
        values[k] = random.nextFloat();
      }
      written.put("Bild_ü_" + i, values);
    }
    OneHotNpy.write(folder.resolve("l.npy"), written);
    var read = OneHotNpy.read(folder.resolve("l.npy"));
    assertEquals(List.copyOf(written.keySet()), List.copyOf(read.keySet()));
    written.forEach((name, values) -> assertArrayEquals(values, read.get(name)));
    OneHotNpy.write(folder.resolve("empty.npy"), Map.of());
    assertTrue(OneHotNpy.read(folder.resolve("empty.npy")).isEmpty());
  }

  @Test
  void aPickleThatNamesAnythingElseIsRefusedAndNotExecuted() {
    var e =
        assertThrows(
            DataException.class,
            () -> OneHotNpy.read(Resources.path("one-hot/calls-os-system.npy")));
    assertTrue(e.getMessage().contains("posix.system"), e.getMessage());
  }

  @Test
  void otherFilesAreRefusedInOneLineThatNamesThem() throws IOException {
    assertRefused(Resources.path("one-hot/plain-array.npy"), "plain array");
    Path text = folder.resolve("text.npy");
    Files.writeString(text, "a b c");
    assertRefused(text, "no numpy array");
    Files.write(text, new byte[0]);
    assertRefused(text, "damaged or cut off");
    assertRefused(folder.resolve("missing.npy"), "no labels file");
  }

  /// Every cut and 2,000 random changes of a byte: read, or refused by a DataException.
  @Test
  void damagedFilesAreReadOrRefused() throws IOException {
    byte[] whole = Resources.bytes(VOC);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThrows(DataException.class, () -> OneHotNpy.read(cut, "cut.npy"));
    }
    var random = new Random(6);
    for (int i = 0; i < 2000; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
      try {
        OneHotNpy.read(damaged, "damaged.npy");
      } catch (DataException e) {
        assertTrue(e.getMessage().contains("damaged.npy"), e.getMessage());
      }
    }
  }

  /// A Python 2 pickle keeps text and bytes in the same kind of string.
  @Test
  void readsPythonTwoStrings() throws IOException {
    String pickle =
        "\u0080\u0002cnumpy.core.multiarray\n"
            + "_reconstruct\n"
            + "q\u0000cnumpy\n"
            + "ndarray\n"
            + "q\u0001K\u0000\u0085U\u0001b\u0087R(K\u0001)cnumpy\n"
            + "dtype\n"
            + "q\u0002U\u0002O8K\u0000K\u0001\u0087R(K\u0003U\u0001|NNNJ\u00ff\u00ff\u00ff\u00ff"
            + "J\u00ff\u00ff\u00ff\u00ffK?tb\u0089]}U\u0001ah\u0000h\u0001K\u0000\u0085"
            + "U\u0001b\u0087R"
            + "(K\u0001K\u0001\u0085h\u0002U\u0002f4K\u0000K\u0001\u0087R(K\u0003U\u0001<NNN"
            + "J\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff\u00ff\u00ff"
            + "K\u0000tb\u0089U\u0004\u0000\u0000\u0080?tbsatb.";
    String header = "{'descr': '|O', 'fortran_order': False, 'shape': (), }\n";
    String file = "\u0093NUMPY\u0001\u0000" + (char) header.length() + "\u0000" + header + pickle;
    Path path = folder.resolve("python2.npy");
    Files.write(path, file.getBytes(StandardCharsets.ISO_8859_1));
    assertArrayEquals(new float[] {1}, OneHotNpy.read(path).get("a"));
  }

  private static void assertRefused(Path file, String reason) {
    var e = assertThrows(DataException.class, () -> OneHotNpy.read(file));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
