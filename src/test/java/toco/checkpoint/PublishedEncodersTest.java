package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Files as publishers wrote them: every form of a network gives the weights that timm's has.
@TensorTest
final class PublishedEncodersTest {
  private static final Path WEIGHTS = TestFiles.resource("golden-encoders/weights");

  /// Every file or folder but timm's, by name: `dinov2.hf`.
  static Stream<String> publications() throws IOException {
    try (var files = Files.list(WEIGHTS)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("refuse") && !name.contains(".timm."))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("publications")
  void everyFormOfANetworkHasTheSameWeights(String name) {
    var family = name.substring(0, name.indexOf('.'));
    var expected = loaded(WEIGHTS.resolve(family + ".timm.safetensors"), family);
    var got = loaded(WEIGHTS.resolve(name), family);
    expected.forEach((parameter, tensor) ->
        assertArrayEquals(
            tensor.toFloatArray(), got.get(parameter).toFloatArray(), 2e-6f, parameter));
    assertTrue(got.get("encoder.norm.weight").abs().sum().item() > 0);
    assertEquals(expected.keySet(), got.keySet());
  }

  /// The parameters of a network of the shapes in timm's file, loaded from a file.
  private static Map<String, Tensor> loaded(Path file, String family) {
    var parameters = new LinkedHashMap<String, Tensor>();
    SafeTensors.read(WEIGHTS.resolve(family + ".timm.safetensors"))
        .tensors()
        .forEach((name, tensor) -> {
          if (!name.startsWith("head.")) {
            var own = name.replaceFirst("gamma_([12])", "ls$1.gamma");
            parameters.put("encoder." + own, Tensor.zeros(tensor.shape().sizes()));
          }
        });
    var _ = StateDict.loadEncoder(file, parameters, List.of());
    return parameters;
  }

  @Test
  void aNetworkWithoutAClassTokenIsRefused() {
    var file = WEIGHTS.resolve("refuse_siglip.timm.safetensors");
    assertRefused(
        file, () -> loaded(file, "clip"), "no class token", "pooling by attention", "script:PATH");
  }

  @Test
  void aSwigluNetworkIsRefused() {
    var file = WEIGHTS.resolve("refuse_dinov2_giant.original.pth");
    assertRefused(file, () -> loaded(file, "clip"), "DINOv2", "SwiGLU", "script:PATH");
  }
}
