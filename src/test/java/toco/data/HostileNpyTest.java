package toco.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A `.npy` file that holds anything but labels is refused with one line, with memory in proportion
/// to the file, and nothing in it is executed.
class HostileNpyTest {
  private static final String HEADER = "{'descr': '|O', 'fortran_order': False, 'shape': (), }\n";

  /// Puts the classes on the stack that arrays are made of: memo 0 `_reconstruct`, 1 `ndarray`, 2
  /// `dtype`.
  private static final String CLASSES =
      "\u0080\3cnumpy.core.multiarray\n_reconstruct\nq\0cnumpy\nndarray\nq\1cnumpy\ndtype\nq\2";

  /// An array without elements.
  private static final String EMPTY = "h\0h\1K\0\u0085C\1b\u0087R";

  /// The memory that reading may allocate, in bytes per byte of the file: the limit on objects
  /// allows some 16, copies that growing arrays leave behind included; and a constant for the rest.
  private static final long MEMORY_FACTOR = 32;

  private static final long MEMORY_BASE = 8 << 20;
  private static final int MANY = 2_000_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  private static byte[] file(String pickle) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(("\u0093NUMPY\1\0" + (char) HEADER.length() + "\0").getBytes(ISO_8859_1));
    out.writeBytes(HEADER.getBytes(ISO_8859_1));
    out.writeBytes(pickle.getBytes(ISO_8859_1));
    return out.toByteArray();
  }

  /// A file whose only object is a dict with these items.
  private static byte[] dict(String prologue, String items) {
    return file(
        (CLASSES + prologue + EMPTY + "(K\1)h\2U\2O8K\0K\1\u0087R\u0089]}(" + items + "uatb."));
  }

  private static void assertRefused(byte[] file, String... words) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    var e = assertThrows(DataException.class, () -> OneHotNpy.read(file, "x.npy"));
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    var message = e.getMessage();
    for (var word : words) {
      assertTrue(message.contains(word), message);
    }
    assertTrue(message.contains("x.npy"), message);
    assertEquals(1, message.lines().count(), message);
    long allowed = MEMORY_BASE + MEMORY_FACTOR * file.length;
    assertTrue(allocated < allowed, "%,d bytes, allowed %,d".formatted(allocated, allowed));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "posix\nsystem",
        "os\nsystem",
        "builtins\neval",
        "builtins\ngetattr",
        "__builtin__\nexec",
        "_codecs\ndecode",
        "numpy\nload",
        "numpy\nfromfile",
        "numpy.core.multiarray\nfromstring",
        "torch._utils\n_rebuild_tensor_v2",
        "collections\nOrderedDict"
      })
  void namesOffTheListAreRefusedByName(String global) {
    var called = global.replace('\n', '.');
    assertRefused(file("\u0080\2c" + global + "\nU\13touch pwned\u0085R."), called, "run code");
    var names = global.split("\n");
    var modern = "\u0080\4%s%s\u0093)R.".formatted(text(names[0]), text(names[1]));
    assertRefused(file(modern), called);
  }

  private static String text(String value) {
    return "\u008c" + (char) value.length() + value;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // would make, run or import things
        "(cos\\nsystem\\no. | os.system",
        "(ios\\nsystem\\n. | 0x69",
        "\u0082\u0001. | 0x82",
        "Ppersistent\\n. | 0x50",
        "NQ. | outside the pickle",
        // take more than there is
        "t. | takes more",
        "R. | takes more",
        "s. | takes more",
        "h\u0005. | not been read",
        "}(K\u0001u. | without a value",
        "}()Nu. | neither text nor number",
        "}NNa. | appended",
        // use a value as something that it is not
        "NNR. | unexpected",
        "Nb. | takes more",
        "cnumpy\\ndtype\\nK\u0001\u0085R. | unexpected integer (expected string)",
        "cnumpy\\ndtype\\n)R. | a tuple of 0 entries",
        "cnumpy\\nndarray\\n)R. | a call of numpy.ndarray",
        "cnumpy\\nndarray\\nNb. | unexpected",
        "}Nb. | unexpected",
      })
  void malformedPicklesAreRefused(String code, String word) {
    assertRefused(file(code.replace("\\n", "\n")), word);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X\u00ff\u00ff\u00ff\u007f", // two gigabytes of str, of Python 2's str, of bytes
        "T\u00ff\u00ff\u00ff\u007f",
        "B\u00ff\u00ff\u00ff\u007f",
        "X\u00ff\u00ff\u00ff\u00ff", // −1
        "B\0\0\0\u0080",
        "\u008d\0\0\0\0\0\0\0\u0040", // 2⁶² bytes of str, of bytes, of bytearray
        "\u008e\0\0\0\0\0\0\0\u0040",
        "\u0096\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
        "C\u00ff" // one byte less than declared follows
      })
  void declaredLengthsBeyondTheFileTakeNoMemory(String code) {
    assertRefused(file(code + "x".repeat(254)), "ends too soon");
  }

  @Test
  void longNamesAndIntegersAreRefused() {
    assertRefused(file("c" + "x".repeat(100_000)), "a name of more than");
    assertRefused(file("\u008a\u00ff" + "x".repeat(255) + "."), "an integer of 255 bytes");
  }

  @Test
  void deepNestingIsHarmless() {
    assertRefused(file("N" + "\u0085".repeat(MANY) + "."), "objects");
    assertRefused(file("]".repeat(MANY) + "a".repeat(MANY - 1) + "."), "objects");
    int some = 20_000; // within the limits
    assertRefused(file("N" + "\u0085".repeat(some) + "."), "something other than a dict");
    var nested = text("a") + "]".repeat(some) + "a".repeat(some - 1);
    assertRefused(dict("", nested), "a label that is no list of numbers");
    assertRefused(file("]q\0h\0a."), "something other than a dict"); // a list in itself
    assertRefused(dict("", text("a") + "}q\3" + text("b") + "h\3s"), "no array for 'a'");
  }

  @Test
  void endlessObjectsAreRefused() {
    assertRefused(file("N" + "\u0094".repeat(MANY) + "."), "remembered objects");
    assertRefused(file("Nr\u00ff\u00ff\u00ff\u007f."), "remembered objects");
    assertRefused(file(")".repeat(MANY) + "."), "unfinished objects");
    assertRefused(file("(".repeat(MANY) + "."), "unfinished objects");
    assertRefused(file("}0".repeat(MANY) + "."), "objects");
    assertRefused(file("](" + ("}".repeat(50_000) + "e(").repeat(40) + "."), "objects");
  }

  /// Every array would get its own copy of one long value: gigabytes from a file of one megabyte.
  @Test
  void arraysThatShareBytesDoNotMultiplyThem() {
    var values = "B\0\0\20\0" + "\0".repeat(1 << 20) + "q\3"; // 1 MB
    var items = new StringBuilder();
    for (int i = 0; i < 4000; i++) {
      items.append(text("%05d".formatted(i))).append(EMPTY);
      items.append("(K\1J\0\0\20\0\u0085h\2U\2u1K\0K\1\u0087R\u0089h\3tb");
    }
    assertRefused(dict(values, items.toString()), "more data than the file has");
  }

  /// Every scalar would be its own string of 10,000 characters.
  @Test
  void scalarsThatShareBytesDoNotMultiplyThem() {
    var type = "h\2U\5U9999K\0K\1\u0087Rq\3";
    var values = "B\u003c\u009c\0\0" + "a\0\0\0".repeat(9999) + "q\4";
    var scalar = "cnumpy.core.multiarray\nscalar\nq\5";
    var items = "(" + "h\5h\3h\4\u0086R".repeat(100_000) + "e";
    assertRefused(dict(type + values + scalar, text("a") + "]" + items), "more data than the file");
  }

  /// The limits in proportion to the file admit dicts with the shortest names and arrays, here of
  /// more entries than any data set has.
  @Test
  void theSmallestEntriesAreWithinTheLimits() throws IOException {
    var labels = new LinkedHashMap<String, float[]>();
    for (int i = 0; i < 300_000; i++) {
      labels.put(Integer.toString(i, Character.MAX_RADIX), new float[] {1});
    }
    var written = folder.resolve("l.npy");
    OneHotNpy.write(written, labels);
    assertEquals(labels.keySet(), OneHotNpy.read(written).keySet());

    var items = new StringBuilder(); // as pickle protocol 4 writes them, with everything memoized
    for (var name : labels.keySet()) {
      items.append(text(name)).append("\u0094h\0h\1K\0\u0085\u0094C\1b\u0087\u0094R\u0094");
      items.append("(K\1K\1\u0085\u0094h\3\u0089C\4\0\0\u0080?\u0094t\u0094b");
    }
    var modern = dict("h\2U\2f4K\0K\1\u0087Rq\3", items.toString());
    Files.write(folder.resolve("modern.npy"), modern);
    var read = OneHotNpy.read(folder.resolve("modern.npy"));
    assertEquals(labels.keySet(), read.keySet());
    assertArrayEquals(new float[] {1}, read.get("0"));
  }
}
