package toco.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.SIX_FLOATS;
import static toco.checkpoint.TestFiles.archive;
import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.golden;
import static toco.checkpoint.TestFiles.pickle;
import static toco.checkpoint.TestFiles.tensor;
import static toco.checkpoint.TestFiles.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.TensorTest;

/// A file that holds anything but weights is refused with one line and with little memory, and
/// nothing in it is executed.
@TensorTest
final class HostilePickleTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "posix\nsystem",
        "os\nsystem",
        "builtins\neval",
        "builtins\nexec",
        "torch\nload",
        "torch.storage\n_load_from_bytes",
        "torch.jit\nload",
        "collections\ndefaultdict",
        "numpy.core.multiarray\n_other",
        "torch._utils\n_rebuild_other",
        "codecs\nencode"
      })
  void namesOffTheListAreRefusedByName(String global) throws IOException {
    var file =
        archive(
            folder.resolve("x.pth"),
            pickle(0x80, 2, "c" + global + "\n(" + text("touch pwned") + "tR."),
            Map.of());
    assertRefused(
        file,
        () -> TorchPickle.read(file),
        global.replace('\n', '.'),
        "torch.save(model.state_dict()");
    var names = global.split("\n");
    var modern =
        archive(
            folder.resolve("y.pth"),
            pickle(0x80, 4, text(names[0]) + text(names[1]), 0x93, ")R."),
            Map.of());
    assertRefused(modern, () -> TorchPickle.read(modern), global.replace('\n', '.'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // would make, run or import things
        "(cos\\nsystem\\no. | os.system",
        "(ios\\nsystem\\n. | os.system",
        "N\u0081. | expected list or tuple",
        "(o. | without a class",
        "N\u0082. | opcode",
        // take more than there is
        "t. | takes more",
        "R. | takes more",
        "(R. | takes more",
        "h\u0005. | not been read",
        "X\u007f\0\0\0abc. | ends too soon",
        "(K\u0001 | ends too soon",
        "}(K\u0001u. | without a value",
        "}()Nu. | (key): None",
        "}NNa. | appended",
        "ctorch\\nFloatStorage\\n)R. | unexpected StorageType",
        "(X\u0003\0\0\0footQ. | outside the pickle",
      })
  void malformedPicklesAreRefused(String code, String word) throws IOException {
    var file = archive(folder.resolve("x.pth"), latin(code.replace("\\n", "\n")), Map.of());
    assertRefused(file, () -> TorchPickle.read(file), word);
  }

  @Test
  void tensorsOutsideTheirStorageAreRefused() throws IOException {
    for (var bad : new String[] {tensor(4, 3, 1, 6), tensor(0, 4, 2, 6), tensor(7, 0, 1, 6)}) {
      var file =
          archive(
              folder.resolve("x.pth"),
              pickle("}" + text("w") + bad + "s."),
              Map.of("0", SIX_FLOATS));
      assertRefused(file, () -> TorchPickle.read(file), "outside its storage");
    }
  }

  @Test
  void missingStoragesAndOtherSizesAreRefused() throws IOException {
    var code = pickle("}" + text("w") + tensor(0, 6, 1, 6) + "s.");
    var none = archive(folder.resolve("none"), code, Map.of("../0", SIX_FLOATS, "1", SIX_FLOATS));
    assertRefused(none, () -> TorchPickle.read(none), "is missing");
    var small = archive(folder.resolve("small"), code, Map.of("0", Arrays.copyOf(SIX_FLOATS, 20)));
    assertRefused(small, () -> TorchPickle.read(small), "should have 24 bytes");
  }

  /// Doubling a tuple forty times would take 2⁴⁰ steps to walk, print or hash.
  @Test
  void nestedReferencesDoNotExplode() throws IOException {
    var code = new StringBuilder("}" + text("w") + ")");
    for (int i = 0; i < 40; i++) {
      code.append("q\0h\0\u0086");
    }
    var value = archive(folder.resolve("value"), latin(code + "s."), Map.of());
    assertRefused(value, () -> TorchPickle.read(value), "state dict");
    var key = archive(folder.resolve("key"), latin(code + "Ns."), Map.of());
    assertRefused(key, () -> TorchPickle.read(key), "it holds");
    var self = archive(folder.resolve("self"), latin("]q\0h\0a."), Map.of());
    assertRefused(self, () -> TorchPickle.read(self), "state dict");
  }

  @Test
  void endlessStacksAndHugeNumbersAreRefused() throws IOException {
    var stack = archive(folder.resolve("stack"), latin(")".repeat(2_000_000) + "."), Map.of());
    assertRefused(stack, () -> TorchPickle.read(stack), "unfinished");
    var number =
        archive(folder.resolve("number"), latin("\u008a\u00ff" + "x".repeat(255) + "."), Map.of());
    assertRefused(number, () -> TorchPickle.read(number), "integer of 255 bytes");
    var name = archive(folder.resolve("name"), latin("c" + "x".repeat(100_000)), Map.of());
    assertRefused(name, () -> TorchPickle.read(name), "name");
  }

  /// Without limits, a file of 64 MB could make objects of four gigabytes.
  @Test
  void manyObjectsAreRefused() throws IOException {
    var popped = archive(folder.resolve("popped"), latin("]0".repeat(5_000_000) + "}."), Map.of());
    assertRefused(popped, () -> TorchPickle.read(popped), "objects");
    var memo = new StringBuilder();
    for (int i = 0; i < 1_100_000; i++) {
      memo.append(i == 0 ? ")" : "").append("\u0094");
    }
    var remembered = archive(folder.resolve("memo"), latin(memo + "."), Map.of());
    assertRefused(remembered, () -> TorchPickle.read(remembered), "remembered objects");
  }

  @Test
  void wrappersThatContainThemselvesAreRefused() throws IOException {
    var loop =
        archive(folder.resolve("loop"), pickle("}q", 0, text("model") + "h", 0, "s."), Map.of());
    assertRefused(loop, () -> TorchPickle.read(loop), "model: a dict of 1 entry");
  }

  @Test
  void otherObjectsThanAStateDictAreNamed() throws IOException {
    var epoch =
        archive(
            folder.resolve("epoch"),
            pickle("}(" + text("epoch") + "K", 3, text("net") + "}u."),
            Map.of());
    assertRefused(epoch, () -> TorchPickle.read(epoch), "epoch: 3, net: a dict");
    var list = archive(folder.resolve("list"), pickle("]."), Map.of());
    assertRefused(list, () -> TorchPickle.read(list), "expected a state dict");
  }

  @Test
  void everyTruncationOfAnArchiveIsRefused() throws IOException {
    var small =
        archive(
            folder.resolve("whole"),
            pickle("}" + text("w") + tensor(0, 6, 1, 6) + "s."),
            Map.of("0", SIX_FLOATS));
    refusesEveryCut(Files.readAllBytes(small), 1);
  }

  @Test
  void truncationsOfAStreamAreRefused() throws IOException {
    refusesEveryCut(Files.readAllBytes(golden("micro_legacy.pth")), 4999);
  }

  @Test
  void flippedBytesAreDetectedOrHarmless() throws IOException {
    var whole =
        Files.readAllBytes(
            archive(
                folder.resolve("whole"),
                pickle("}" + text("w") + tensor(0, 6, 1, 6) + "s."),
                Map.of("0", SIX_FLOATS)));
    var file = folder.resolve("flipped");
    for (int i = 4; i < whole.length; i++) {
      var bytes = whole.clone();
      bytes[i] ^= 0x41;
      Files.write(file, bytes);
      try {
        // names in local headers and dates are not used: with these changed, the weights are intact
        assertArrayEquals(
            new float[] {0, 1, 2, 3, 4, 5}, TorchPickle.read(file).get("w").toFloatArray());
      } catch (CheckpointException e) {
        assertTrue(e.getMessage().startsWith(file.toString()));
      }
    }
  }

  private void refusesEveryCut(byte[] whole, int step) throws IOException {
    var file = folder.resolve("cut");
    for (int length = 0; length < whole.length; length += step) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(file, () -> TorchPickle.read(file));
    }
  }

  private static byte[] latin(String code) {
    return code.getBytes(ISO_8859_1);
  }
}
