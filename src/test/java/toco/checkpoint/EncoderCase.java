package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import toco.torch.Tensor;

/// Encoders by timm's names, and what loading a file of them by a publisher's names must give.
abstract class EncoderCase {
  @TempDir Path folder;

  static Map<String, Tensor> plain() {
    return PublishedNames.random(false, false, 0, 1, true);
  }

  static Map<String, Tensor> dinov2() {
    return PublishedNames.random(true, false, 0, 1, true);
  }

  static Map<String, Tensor> registers() {
    return PublishedNames.random(true, false, 4, 0, true);
  }

  static Map<String, Tensor> clip() {
    return PublishedNames.random(false, true, 0, 1, true);
  }

  /// DINOv3: queries and values have a bias.
  static Map<String, Tensor> dinov3() {
    var weights = PublishedNames.random(true, false, 4, 0, false);
    var split = new LinkedHashMap<String, Tensor>();
    weights.forEach((name, tensor) -> {
      if (name.endsWith("qkv.bias")) {
        split.put(name.replace("qkv.bias", "q_bias"), tensor.slice(0, 0, 32).contiguous());
        split.put(name.replace("qkv.bias", "v_bias"), tensor.slice(0, 64, 96).contiguous());
      } else {
        split.put(name, tensor);
      }
    });
    return split;
  }

  private Path file(PublishedNames published) {
    var file = folder.resolve("x.safetensors");
    var contiguous = new LinkedHashMap<String, Tensor>();
    published.weights().forEach((name, tensor) -> contiguous.put(name, tensor.contiguous()));
    SafeTensors.write(file, contiguous, Map.of());
    return file;
  }

  private static Map<String, Tensor> parameters(Map<String, Tensor> timms) {
    var parameters = new LinkedHashMap<String, Tensor>();
    timms.forEach((name, tensor) -> parameters.put("encoder." + name, tensor.zerosLike()));
    return parameters;
  }

  /// Loads the file into a network of the shapes of timm's weights and compares.
  ///
  /// @return the summary for the log
  final String loads(Map<String, Tensor> timms, PublishedNames published) {
    var parameters = parameters(timms);
    var done = StateDict.loadEncoder(file(published), parameters, List.of());
    timms.forEach((name, tensor) ->
        assertArrayEquals(
            tensor.toFloatArray(), parameters.get("encoder." + name).toFloatArray(), 1e-6f, name));
    return done;
  }

  final void refuses(Map<String, Tensor> timms, PublishedNames published, String... words) {
    var file = file(published);
    var parameters = parameters(timms);
    assertRefused(file, () -> StateDict.loadEncoder(file, parameters, List.of()), words);
    parameters.values().forEach(tensor -> assertFalse(tensor.abs().sum().item() > 0));
  }

  static void says(String done, String... words) {
    for (var word : words) {
      assertTrue(done.contains(word), done);
    }
  }
}
