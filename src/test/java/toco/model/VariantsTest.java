package toco.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.config.Config;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class VariantsTest {
  /// The encoder's parameter counts equal timm's, without the classifier head.
  @ParameterizedTest
  @CsvSource({
    "deit_tiny_patch16_224, 5524416, 192",
    "deit_small_patch16_224, 21665664, 384",
    "deit_base_patch16_224, 85798656, 768",
    "deit_tiny_distilled_patch16_224, 5524800, 192",
    "deit_small_distilled_patch16_224, 21666432, 384",
    "deit_base_patch16_384, 86090496, 768",
    "vit_large_patch16_224, 303301632, 1024",
  })
  void encoderHasThePublishedSizeAndRunsAtAnyImageSize(String backbone, long weights, long width) {
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad();
        var model = model(backbone)) {
      long encoder =
          model.params().all().entrySet().stream()
              .filter(entry -> entry.getKey().startsWith("encoder."))
              .mapToLong(entry -> entry.getValue().numel())
              .sum();
      assertEquals(weights, encoder);
      var tokens = model.encode(Tensor.randn(1, 3, 64, 96));
      assertArrayEquals(new long[] {1, width}, tokens.clsToken().shape().sizes());
      assertArrayEquals(new long[] {1, 24, width}, tokens.patchTokens().shape().sizes());
      assertArrayEquals(new long[] {1, width, 4, 6}, tokens.auxMap().shape().sizes());
    }
  }

  @Test
  void theEarlySmallVitHasNoQkvBias() {
    try (var model = model("vit_small_early_patch16_224")) {
      var names = model.params().all().keySet();
      assertEquals(false, names.contains("encoder.blocks.0.attn.qkv.bias"));
      assertEquals(true, names.contains("encoder.blocks.7.attn.qkv.weight"));
      assertEquals(false, names.contains("encoder.blocks.8.attn.qkv.weight"));
    }
  }

  @Test
  void theTeacherStartsAsACopyAndIsAnEmaOfTheStudent() {
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad();
        var model = model("deit_tiny_patch16_224")) {
      var student = model.params().all().get("proj_head.mlp.0.weight");
      var teacher = model.params().all().get("proj_head_t.mlp.0.weight");
      assertEquals(0, student.sub(teacher).abs().amax().item());
      var before = teacher.clone();
      var _ = student.add_(Tensor.ones(1), 1);
      model.updateTeacher();
      assertEquals(
          0.1, teacher.sub(before).mean().item(), 1e-5); // (1 − 0.9) · the student's change
    }
  }

  private static Toco model(String backbone) {
    var small =
        new String[] {
          "model.backbone=" + backbone,
          "model.decoderChannels=8",
          "model.projectionHidden=16",
          "model.projectionBottleneck=8",
          "model.projectionOut=8"
        };
    return new Toco(Config.defaults().with(small).model(), Device.CPU);
  }
}
