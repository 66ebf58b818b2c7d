package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.SafeTensors;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Golden cases of the published MoRe.
@TensorTest(scope = false)
class MoreParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden-more");

  /// Every recorded component, at the tolerances that came with the recorded results.
  @Test
  void everyCasePasses() {
    var report = Parity.run(GOLDEN);
    var missed = report.rows().stream().filter(row -> !row.pass()).toList();
    assertEquals(List.of(), missed);
    assertEquals(44, report.cases());
    assertEquals(List.of(), report.unsupported());
  }

  /// A figure of every kind of case, changed by little more than its tolerance.
  @ParameterizedTest
  @CsvSource({
    "more_attri_loss-identical, out.loss, 1.0003",
    "more_cre_loss-coco, out.loss, 1.0002",
    "more_ure_loss, out.tokens_at, 2",
    "more_ure_loss, out.roi, 2",
    "more_seg_loss, out.loss, 1.0002",
    "more_masks-voc, out.mask_after, 2",
    "more_encoder-wide, out.class_attention, 1.001",
    "more_encoder_grad, out.grad_param_encoder.pos_embed, 1.01",
    "more_network-wide, out.attention_map, 1.001",
    "more_gca, out.top_index, 2",
    "more_pretrained, out.pos_embed, 1.001",
    "more_lam-single, out.lam, 1.001",
    "more_param_groups, out.param_encoder.head.bias, 1.000001",
    "more_param_groups, out.lr, 1.00001",
    "more_lam_eval-cam2seg, out.keys, 2",
    "more_validation, out.miou, 1.1",
    "more_eval_multi_scale, out.label, 2",
    "more_train_trajectory-coco, out.grad_norm, 1.001",
  })
  void aChangedFigureIsMissed(String file, String tensor, double factor, @TempDir Path folder)
      throws IOException {
    Files.copy(GOLDEN.resolve("micro.safetensors"), folder.resolve("micro.safetensors"));
    try (var _ = TensorScope.open()) {
      var contents = SafeTensors.read(GOLDEN.resolve(file + ".safetensors"));
      var tensors = new LinkedHashMap<>(contents.tensors());
      var changed = tensors.get(tensor).mul(factor);
      tensors.put(tensor, changed.to(tensors.get(tensor).dtype()));
      SafeTensors.write(folder.resolve("case.safetensors"), tensors, contents.metadata());
    }
    var missed =
        Parity.run(folder).rows().stream()
            .filter(row -> !row.pass())
            .map(Parity.Row::tensor)
            .toList();
    assertEquals(List.of(tensor), missed);
  }

  /// Another constant in a case's parameters is another method.
  @ParameterizedTest
  @CsvSource({
    "more_cre_loss, 0.0001, 0.001",
    "more_ure_loss, 44, 43",
    "more_gca, ': 2,', ': 3,'",
    "more_eval_multi_scale, sum, max",
    "more_validation, bkg_thre, threshold",
  })
  void otherParametersAreMissed(String file, String from, String to, @TempDir Path folder)
      throws IOException {
    Files.copy(GOLDEN.resolve("micro.safetensors"), folder.resolve("micro.safetensors"));
    try (var _ = TensorScope.open()) {
      var contents = SafeTensors.read(GOLDEN.resolve(file + ".safetensors"));
      var metadata = new LinkedHashMap<>(contents.metadata());
      var params = metadata.get("params");
      assertTrue(params.contains(from), params);
      metadata.put("params", params.replace(from, to));
      SafeTensors.write(folder.resolve("case.safetensors"), contents.tensors(), metadata);
    }
    assertTrue(Parity.run(folder).failed() > 0);
  }

  @Test
  void anUnknownCaseIsUnsupported(@TempDir Path folder) {
    try (var _ = TensorScope.open()) {
      SafeTensors.write(
          folder.resolve("more_else.safetensors"),
          Map.of("out.y", Tensor.ones(1)),
          Map.of("case", "more_else", "params", "{}"));
    }
    var report = Parity.run(folder);
    assertEquals(List.of("more_else.safetensors"), report.unsupported());
    assertEquals(0, report.cases());
  }

  /// Networks of any patch and grid: the configuration's sizes of crops do not limit them.
  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6, 7, 8, 10, 12, 14, 16, 20})
  void anyPatchHasAConfiguration(int patch, @TempDir Path folder) {
    try (var _ = TensorScope.open()) {
      var micro = SafeTensors.read(GOLDEN.resolve("micro.safetensors"));
      var config =
          micro
              .metadata()
              .get("config")
              .replace("\"patch_size\": 8", "\"patch_size\": " + patch)
              .replace("\"image_size\": 64", "\"image_size\": " + 6 * patch);
      SafeTensors.write(
          folder.resolve("micro.safetensors"),
          Map.of("encoder.norm.bias", Tensor.ones(1)),
          Map.of("config", config));
    }
    try (var _ = TensorScope.open()) {
      var config = MicroNetwork.moreConfig(folder).with("cam.scales=[1, 0.5, 0.75, 1.25, 1.5]");
      assertEquals(patch, config.model().encoderShape().patchSizePx());
      assertEquals(6, config.model().encoderShape().gridSize());
    }
  }
}
