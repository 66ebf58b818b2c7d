package toco.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.SIX_FLOATS;
import static toco.checkpoint.TestFiles.archive;
import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.pickle;
import static toco.checkpoint.TestFiles.tensor;
import static toco.checkpoint.TestFiles.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.TensorTest;

/// Files as people have them: weights among other things load, with the rest listed and nothing
/// executed; what holds no weights is named in one line.
@TensorTest
final class WildWeightsTest {
  private static final float[] SIX = {0, 1, 2, 3, 4, 5};

  @TempDir Path folder;

  private Path saved(String pickle) throws IOException {
    return archive(folder.resolve("x.pth"), pickle.getBytes(ISO_8859_1), Map.of("0", SIX_FLOATS));
  }

  private static String weights(String name) {
    return "}" + text(name) + tensor(0, 6, 1, 6) + "s";
  }

  @Test
  void foreignObjectsAreListedAndNotExecuted() throws IOException {
    var pwned = folder.resolve("pwned");
    var file =
        saved(
            "\u0080\u0004}("
                + text("args")
                + "cargparse\nNamespace\n)\u0081}"
                + text("lr")
                + "K\1sb"
                + text("evil")
                + "cposix\nsystem\n("
                + text("touch " + pwned)
                + "tR"
                + text("epoch")
                + "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n("
                + text("i8")
                + "tRC\1\3tR"
                + text("config")
                + "comegaconf.dictconfig\nDictConfig\n)\u0081("
                + text("a")
                + "K\1u"
                + text("seen")
                + "\u008f(K\1K\2\u0090"
                + text("when")
                + "cdatetime\ndatetime\n(C\1x"
                + "tR"
                + text("pairs")
                + "}(K\1K\2\u0086K\3u"
                + text("model")
                + weights("w")
                + "u.");
    var found = StateDict.load(file);
    assertArrayEquals(SIX, found.tensor("w").toFloatArray());
    assertEquals("model", found.origin().key());
    assertEquals(
        List.of("args", "evil", "epoch", "config", "seen", "when", "pairs"),
        List.copyOf(found.origin().skipped().keySet()));
    assertEquals("argparse.Namespace", found.origin().skipped().get("args"));
    assertEquals("a numpy scalar", found.origin().skipped().get("epoch"));
    assertTrue(found.origin().notExecuted().contains("posix.system"));
    assertFalse(Files.exists(pwned));
  }

  @ParameterizedTest
  @CsvSource({
    "model_ema, optimizer, model_ema",
    "teacher, student, teacher",
    "student, teacher, teacher",
    "model_ema, model, model",
    "net, acc, net",
    "state_dict, zzz, state_dict",
    "weights, optimizer_state, weights"
  })
  void theBestStateDictIsTakenAndNamed(String first, String second, String taken)
      throws IOException {
    var file = saved("}(" + text(first) + weights("w") + text(second) + weights("w") + "u.");
    var found = StateDict.load(file);
    assertEquals(taken, found.origin().key());
    var other = taken.equals(first) ? second : first;
    assertEquals("a state dict of 1 tensor", found.origin().skipped().get(other));
  }

  @Test
  void wrappersInWrappersAndInForeignDictsAreOpened() throws IOException {
    var inner = "ccollections\ndefaultdict\n(c__builtin__\nlist\ntR" + weights("w").substring(1);
    var file = saved("}" + text("checkpoint") + "}" + text("net") + inner + "ss.");
    assertEquals("checkpoint.net", StateDict.load(file).origin().key());
  }

  @Test
  void aWholeModuleIsNamedWithTheRemedy() throws IOException {
    var module = "cmynet\nVit\n)\u0081}" + text("_modules") + "}sb";
    var whole = saved(module + ".");
    assertRefused(whole, () -> StateDict.load(whole), "whole module, 'mynet.Vit'", "FILE");
    var inside = saved("}" + text("ema") + module + "s.");
    assertRefused(inside, () -> StateDict.load(inside), "['ema'].state_dict()");
  }

  /// A tensor of another kind does not hide the others; if it is needed, the reason is given.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ctorch._utils\\n_rebuild_qtensor\\n)R | a quantized tensor",
        "ctorch._utils\\n_rebuild_sparse_tensor\\n)R | a sparse tensor",
        "ctorch._utils\\n_rebuild_meta_tensor_no_storage\\n)R | no values",
        "ctorch._tensor\\n_rebuild_from_type_v2\\n(ctorch._utils\\n_rebuild_wrapper_subclass\\n"
            + "ctorch.distributed.tensor\\nDTensor\\n)NtR | full_state_dict=True",
        "cnumpy.core.multiarray\\n_reconstruct\\n)R | a numpy array",
      })
  void tensorsOfOtherKindsAreSkippedAndNamed(String code, String words) throws IOException {
    var file =
        saved("}(" + text("a") + tensor(0, 6, 1, 6) + text("q") + code.replace("\\n", "\n") + "u.");
    var found = StateDict.load(file);
    assertArrayEquals(SIX, found.tensor("a").toFloatArray());
    assertTrue(found.origin().skipped().get("q").contains(words));
    assertRefused(
        file,
        () -> found.into(Map.of("a", found.tensor("a"), "q", found.tensor("a"))),
        "q (which is",
        words);
  }

  @Test
  void complexStoragesAndDtypesOfTheirOwnAreSkipped() throws IOException {
    var complex =
        tensor(0, 3, 1, 3).replace("FloatStorage", "ComplexFloatStorage").replace("0ctorch", "1c");
    var file =
        saved(
            "}("
                + text("a")
                + tensor(0, 6, 1, 6)
                + text("c")
                + complex.replace(text("0"), text("1"))
                + "u.");
    assertTrue(StateDict.load(file).origin().skipped().get("c").contains("complex64"));
  }

  @Test
  void expandedTensorsAreReadIfTheyAreSmall() throws IOException {
    var file = saved("}" + text("w") + tensor(2, 7, 0, 6) + "s.");
    assertArrayEquals(
        new float[] {2, 2, 2, 2, 2, 2, 2}, StateDict.load(file).tensor("w").toFloatArray());
  }

  @Test
  void elementsOfABigEndianMachineAreSwapped() throws IOException {
    var big = ByteBuffer.allocate(24).order(ByteOrder.BIG_ENDIAN);
    for (var value : SIX) {
      big.putFloat(value);
    }
    var file = folder.resolve("big.pth");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      TestFiles.store(zip, "a/data.pkl", (weights("w") + ".").getBytes(ISO_8859_1));
      TestFiles.store(zip, "a/byteorder", "big".getBytes(UTF_8));
      TestFiles.store(zip, "a/data/0", big.array());
    }
    assertArrayEquals(SIX, StateDict.load(file).tensor("w").toFloatArray());
  }

  /// torch.serialization.set_crc32_options(False). A single wrong checksum still means damage, see
  /// [HostilePickleTest].
  @ParameterizedTest
  @ValueSource(ints = {0, 0xdeadbeef})
  void archivesWithoutChecksumsLoad(int crc) throws IOException {
    var file = saved(weights("w") + ".");
    var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 46 <= bytes.capacity(); at++) {
      if (bytes.getInt(at) == 0x02014b50) {
        bytes.putInt(at + 16, crc);
      }
    }
    Files.write(file, bytes.array());
    assertArrayEquals(SIX, StateDict.load(file).tensor("w").toFloatArray());
  }

  @Test
  void aZipOfFilesAndARepackedFileAreNamed() throws IOException {
    var several = folder.resolve("several.zip");
    try (var zip = new ZipOutputStream(Files.newOutputStream(several))) {
      for (var name : List.of("readme.txt", "best.pth")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(1);
      }
    }
    assertRefused(several, () -> StateDict.load(several), "2 files ('best.pth', …)", "unpack it");
    var arrays = folder.resolve("x.npz");
    try (var zip = new ZipOutputStream(Files.newOutputStream(arrays))) {
      zip.putNextEntry(new ZipEntry("w.npy"));
    }
    assertRefused(arrays, () -> StateDict.load(arrays), "numpy arrays (.npz)", "from_numpy");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/annex/objects/SHA256E-s3--ab.pth | git annex get",
        "version https://git-lfs.github.com/spec/v1 | git lfs pull",
        "<!DOCTYPE html><html> | web page",
        "\u00ef\u00bb\u00bf<html> | web page",
        "Repository not found | a text",
        "{\"error\":\"Access denied\"} | server's error",
        "BZh9 rest | bzip2",
        "\u00fd7zXZ rest | xz",
        "(\u00b5/\u00fd rest | Zstandard",
        "GGUF rest | llama.cpp",
      })
  void filesThatAreSomethingElseAreNamed(String start, String words) throws IOException {
    var file = Files.write(folder.resolve("x.pth"), start.getBytes(ISO_8859_1));
    assertRefused(file, () -> StateDict.load(file), words);
  }

  /// With the name of its producer, and without.
  @ParameterizedTest
  @ValueSource(strings = {"\b\b\22\4toco", "\b\7:\300\2"})
  void anOnnxNetworkIsNamed(String start) throws IOException {
    var file = Files.write(folder.resolve("x.onnx"), start.getBytes(ISO_8859_1));
    assertRefused(file, () -> StateDict.load(file), "an ONNX network");
  }

  @Test
  void emptyAndUnfinishedDownloadsAndDanglingLinksAreNamed() throws IOException {
    var zeros = Files.write(folder.resolve("zeros.pth"), new byte[4096]);
    assertRefused(zeros, () -> StateDict.load(zeros), "download is incomplete");
    var empty = Files.write(folder.resolve("empty.pth"), new byte[0]);
    assertRefused(empty, () -> StateDict.load(empty), "empty");
    var link = Files.createSymbolicLink(folder.resolve("l.pth"), folder.resolve("gone"));
    assertRefused(link, () -> StateDict.load(link), "link to a file that does not exist");
    var shards = Files.createDirectory(folder.resolve("dcp"));
    Files.write(shards.resolve("__0_0.distcp"), new byte[1]);
    assertRefused(shards, () -> StateDict.load(shards), "dcp_to_torch");
  }

  @Test
  void aFolderOfTransformersAndItsShardsLoad() throws IOException {
    var one = Files.createDirectory(folder.resolve("one"));
    Files.move(saved(weights("w") + "."), one.resolve("pytorch_model.bin"));
    assertArrayEquals(SIX, StateDict.load(one).tensor("w").toFloatArray());
    var two = Files.createDirectory(folder.resolve("two"));
    Files.move(saved(weights("w") + "."), two.resolve("a.bin"));
    Files.writeString(
        two.resolve("pytorch_model.bin.index.json"), "{\"weight_map\":{\"w\":\"a.bin\"}}");
    assertArrayEquals(SIX, StateDict.load(two).tensor("w").toFloatArray());
  }
}
