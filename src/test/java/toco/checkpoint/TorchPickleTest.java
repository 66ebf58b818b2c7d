package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.SIX_FLOATS;
import static toco.checkpoint.TestFiles.archive;
import static toco.checkpoint.TestFiles.golden;
import static toco.checkpoint.TestFiles.pickle;
import static toco.checkpoint.TestFiles.tensor;
import static toco.checkpoint.TestFiles.text;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
final class TorchPickleTest {
  @TempDir Path folder;

  /// The same weights in three formats are bit-identical.
  @ParameterizedTest
  @CsvSource({"micro.pth,module.", "micro_legacy.pth,''", "micro_deit_pretrained.pth,''"})
  void formatsOfTheSameStateDictAgree(String file, String prefix) {
    var expected = SafeTensors.read(golden("micro.safetensors")).tensors();
    var read = TorchPickle.read(golden(file));
    boolean encoderOnly = file.contains("deit");
    int compared = 0;
    for (var line : read.entrySet()) {
      var name = line.getKey();
      var twin = expected.get(encoderOnly ? "encoder." + name : name.substring(prefix.length()));
      if (twin != null) {
        assertSame(twin, line.getValue());
        compared++;
      }
    }
    assertEquals(
        encoderOnly ? read.size() - 2 : expected.size(),
        compared); // the other file has no head.weight and head.bias
    assertTrue(compared > 50);
  }

  @Test
  void viewsStridesParametersAndStateDictMetadataAreRead() throws IOException {
    var ordered = "ccollections\nOrderedDict\n)R(";
    var state =
        text("middle")
            + tensor(2, 3, 1, 6)
            + text("everyOther")
            + tensor(1, 3, 2, 6)
            + text("parameter")
            + "ctorch._utils\n_rebuild_parameter\n("
            + tensor(0, 6, 1, 6)
            + "Nccollections\nOrderedDict\n)RtR"
            + text("none")
            + tensor(0, 0, 1, 6);
    var file =
        archive(
            folder.resolve("x.pth"),
            pickle(0x80, 2, ordered + state + "u}" + text("_metadata") + "}sb."),
            Map.of("0", SIX_FLOATS));
    var tensors = TorchPickle.read(file);
    assertArrayEquals(new float[] {2, 3, 4}, tensors.get("middle").toFloatArray());
    assertArrayEquals(new float[] {1, 3, 5}, tensors.get("everyOther").toFloatArray());
    assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, tensors.get("parameter").toFloatArray());
    assertEquals(0, tensors.get("none").numel());
  }

  private static void assertSame(Tensor expected, Tensor got) {
    assertEquals(expected.info().shape(), got.info().shape());
    assertArrayEquals(
        expected.segment().toArray(ValueLayout.JAVA_BYTE),
        got.segment().toArray(ValueLayout.JAVA_BYTE));
  }
}
