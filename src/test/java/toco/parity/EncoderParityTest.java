package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.SafeTensors;
import toco.config.VitVariant.Resampling;
import toco.files.Json;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Golden cases of timm, transformers and the publishers' own classes.
@TensorTest(scope = false)
class EncoderParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden-encoders");

  private static Path file(String name) {
    return GOLDEN.resolve(name + ".safetensors");
  }

  /// The same tokens, gradients and positions as the publishers', from weights in several forms;
  /// unsupported encoders are refused with the reason.
  @Test
  void everyCasePassesFromEveryFormOfItsWeights() {
    var report = Parity.run(GOLDEN);
    assertEquals(List.of(), report.rows().stream().filter(row -> !row.pass()).toList());
    assertEquals(List.of(), report.unsupported());
    assertEquals(21, report.cases()); // two of them refusals
    for (var form : List.of("timm", "hf", "openai", "original")) {
      assertTrue(
          report.rows().stream().anyMatch(row -> row.tensor().endsWith(" from " + form)), form);
    }
  }

  /// A network with another switch is not the recorded one: the case misses or cannot be loaded.
  @ParameterizedTest
  @CsvSource({
    "enc_clip_quickgelu-80x48, activation, '\"gelu\"'",
    "enc_clip_quickgelu-80x48, layer_norm_eps, 1e-6",
    "enc_clip_quickgelu-80x48, pre_norm, false",
    "enc_clip_quickgelu-80x48, patch_bias, true",
    "enc_dinov2-56x84, layer_scale, false",
    "enc_dinov2-56x84, num_heads, 2",
    "enc_dinov2_reg-56x98, register_tokens, 2",
    "enc_dinov3-48x112, num_heads, 2",
    "grad_dinov3-48x112, layer_norm_eps, 1e-3",
    "layer_scale_fold, layer_norm_eps, 1e-3",
  })
  void anotherSwitchIsMissed(String name, String key, String value, @TempDir Path folder)
      throws IOException {
    write(folder, name, "(\"" + key + "\": )[^,}]+", "$1" + value);
    var report = Parity.run(folder);
    assertTrue(report.failed() > 0, () -> report.rows().toString());
  }

  /// The rule is read from the recorded call.
  @Test
  void anotherRuleOfResamplingIsMissed(@TempDir Path folder) throws IOException {
    write(folder, "enc_dinov2-56x84", ", antialias=True", "");
    var missed = Parity.run(folder).rows().stream().filter(row -> !row.pass()).toList();
    assertEquals(3, missed.size());
    missed.forEach(row -> assertTrue(row.tensor().startsWith("out.timm."), row.tensor()));
  }

  @Test
  void aFormThatIsNotThereIsNamedAndTheOthersRun(@TempDir Path folder) throws IOException {
    write(folder, "enc_clip_gelu-64x64", "clip.openai.pt", "missing.pt");
    var rows = Parity.run(folder).rows();
    assertEquals(1, rows.stream().filter(row -> !row.pass()).count());
    var failed = rows.stream().filter(row -> !row.pass()).findFirst().orElseThrow();
    assertEquals("out.* from openai", failed.tensor());
    assertTrue(failed.note().contains("missing.pt"), failed.note());
    assertTrue(rows.stream().anyMatch(row -> row.tensor().endsWith(" from timm")));
  }

  /// Weights that can be loaded are no refusal.
  @Test
  void weightsThatAreNotRefusedAreMissed(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("weights"));
    Files.copy(file("quick_gelu"), folder.resolve("quick_gelu.safetensors"));
    Files.copy(
        GOLDEN.resolve("weights/deit3.timm.safetensors"),
        folder.resolve("weights/refuse_deit3.safetensors"));
    var failed = Parity.run(folder).rows().stream().filter(row -> !row.pass()).toList();
    assertEquals(
        List.of("refuse_deit3.safetensors"), failed.stream().map(Parity.Row::file).toList());
  }

  @Test
  void casesOfRealNetworksNeedTheirWeights(@TempDir Path folder) {
    try (var _ = TensorScope.open()) {
      SafeTensors.write(
          folder.resolve("real.safetensors"),
          Map.of("out.timm.cls_token", Tensor.ones(1)),
          Map.of("case", "dinov2_real", "params", "{}"));
    }
    var report = Parity.run(folder);
    assertEquals(0, report.cases());
    var reason = report.skipped().get("real.safetensors");
    assertTrue(reason.contains("--weights DIR") && reason.contains("dinov2-small"), reason);
    var e = assertThrows(CheckpointException.class, () -> Parity.run(folder, folder, Device.CPU));
    assertTrue(e.getMessage().contains("dinov2-small"), e.getMessage());
  }

  /// Sizes of the recipe's crops do not limit the patch sizes of cases.
  @ParameterizedTest
  @ValueSource(ints = {5, 10, 12, 14, 32})
  void anyPatchSizeHasAConfiguration(int patch) {
    var arch =
        """
        {"arch": {"image_size": %s, "patch_size": %s, "embed_dim": 24, "depth": 2, "num_heads": 2,
          "mlp_ratio": 4, "qkv_bias": true, "patch_bias": true, "layer_norm_eps": 1e-6,
          "layer_scale": true, "register_tokens": 0, "class_token_position": true,
          "position": "learned", "pre_norm": false, "activation": "gelu"}, "aux_layer": -1}
        """
            .formatted(4 * patch, patch);
    var golden = new GoldenCase("enc_x", "x", Json.MAPPER.readTree(arch), Map.of(), Device.CPU);
    var model = new GoldenEncoder(golden, GOLDEN).model(Resampling.TIMM, true);
    assertEquals(patch, model.encoderShape().patchSizePx());
  }

  /// A copy of a case with changed parameters, next to links to all weights.
  private static void write(Path folder, String name, String regex, String replacement)
      throws IOException {
    Files.createSymbolicLink(folder.resolve("weights"), GOLDEN.resolve("weights").toAbsolutePath());
    try (var _ = TensorScope.open()) {
      var contents = SafeTensors.read(file(name));
      var params = contents.metadata().get("params");
      var changed = params.replaceAll(regex, replacement);
      assertTrue(!changed.equals(params), "nothing changed");
      SafeTensors.write(
          folder.resolve(name + ".safetensors"),
          contents.tensors(),
          Map.of("case", contents.metadata().get("case"), "params", changed));
    }
  }
}
