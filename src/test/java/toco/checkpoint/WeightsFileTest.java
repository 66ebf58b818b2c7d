package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.golden;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
final class WeightsFileTest {
  private static final WeightsFile.Form PLAIN = new WeightsFile.Form("", null);

  @TempDir Path folder;

  private StateDict state(String name, Map<String, Tensor> tensors) {
    return new StateDict(folder.resolve(name), tensors);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.safetensors", "x.pth", "x.pt"})
  void everyFormatKeepsEveryBit(String name) {
    var weights = StateDict.load(golden("micro.safetensors"));
    var file = folder.resolve(name);
    WeightsFile.write(file, weights.tensors(), PLAIN);
    assertTrue(WeightsDifference.of(weights, StateDict.load(file)).isEmpty());
  }

  @Test
  void aFormSetsPrefixAndDtypeButLeavesIntegers() {
    var file = folder.resolve("x.safetensors");
    var tensors = Map.of("w", Tensor.ones(2), "n", Tensor.ones(2).to(DType.INT64));
    WeightsFile.write(file, tensors, new WeightsFile.Form("module.", DType.BFLOAT16));
    var written = SafeTensors.read(file).tensors();
    assertEquals(DType.BFLOAT16, written.get("module.w").dtype());
    assertEquals(DType.INT64, written.get("module.n").dtype());
    assertThrows(IllegalArgumentException.class, () -> new WeightsFile.Form("", DType.INT32));
  }

  @Test
  void anUnknownExtensionIsRefused() {
    var file = folder.resolve("weights.bin");
    assertRefused(file, () -> WeightsFile.requireWritable(file), ".safetensors, .pth or .pt");
  }

  @Test
  void theMeanIsTakenOfEachWeight() {
    var mean =
        WeightsFile.mean(
            List.of(
                state("a", Map.of("w", Tensor.full(1, DType.FLOAT32, Device.CPU, 2))),
                state("b", Map.of("w", Tensor.full(2, DType.FLOAT32, Device.CPU, 2))),
                state("c", Map.of("w", Tensor.full(6, DType.FLOAT32, Device.CPU, 2)))));
    assertArrayEquals(new float[] {3, 3}, mean.get("w").toFloatArray());
  }

  @Test
  void differentNetworksAreNotAveraged() {
    var one = state("one", Map.of("w", Tensor.ones(2)));
    for (var other :
        List.of(
            Map.of("v", Tensor.ones(2)),
            Map.of("w", Tensor.ones(3)),
            Map.of("w", Tensor.ones(2), "v", Tensor.ones(1)))) {
      var second = state("second", other);
      assertRefused(second.source(), () -> WeightsFile.mean(List.of(one, second)), "same network");
    }
    var counts = state("counts", Map.of("n", Tensor.ones(1).to(DType.INT64)));
    var others = state("others", Map.of("n", Tensor.zeros(1).to(DType.INT64)));
    assertRefused(
        others.source(), () -> WeightsFile.mean(List.of(counts, others)), "integers that differ");
  }

  @Test
  void aDifferenceNamesTensorsAndAmounts() {
    var first = state("a", Map.of("w", Tensor.ones(2), "same", Tensor.ones(1)));
    var second =
        state(
            "b",
            Map.of(
                "w", Tensor.full(1.5, DType.FLOAT32, Device.CPU, 2),
                "same", Tensor.ones(1),
                "more", Tensor.ones(1)));
    var difference = WeightsDifference.of(first, second);
    assertEquals(List.of("more"), difference.onlySecond());
    assertEquals(1, difference.equal());
    assertEquals(List.of(new WeightsDifference.Changed("w", "", 0.5, 0.5)), difference.changed());
  }
}
