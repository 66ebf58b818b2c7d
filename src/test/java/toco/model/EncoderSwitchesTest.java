package toco.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Laws of the encoder for every combination of switches that a publisher uses, and some others.
@TensorTest
class EncoderSwitchesTest {
  static final String PLAIN = "depth=3";
  static final String DINOV2 = "variant.layerScale=true variant.resampling=original";
  private static final String REGISTERS =
      "variant.layerScale=true variant.registerTokens=4 variant.position=learned_patches"
          + " variant.resampling=timm";
  private static final String DEIT3 = "variant.layerScale=true variant.position=learned_patches";
  static final String CLIP =
      "variant.preNorm=true variant.patchBias=false variant.activation=quick_gelu"
          + " layerNormEps=1e-5";
  private static final String DINOV3 =
      "variant.layerScale=true variant.registerTokens=4 variant.position=rope"
          + " variant.keyBias=false";
  private static final String DINOV3_NO_BIAS = DINOV3 + " qkvBias=false";
  static final String ROPE_ALONE = "variant.position=rope";
  private static final String DISTILLED_REGISTERS = "distilled=true variant.registerTokens=2";
  static final String NO_KEY_BIAS = "variant.keyBias=false";

  static final double ROUNDING = 2e-5; // of tokens of size 1 to 10

  /// A small network whose every parameter counts: LayerScale and biases far from 0 and 1.
  static Toco network(String switches) {
    return network(switches, null);
  }

  private static Toco network(String switches, DType autocast) {
    var set = new ArrayList<String>();
    for (var each :
        ("imageSizePx=40 patchSizePx=8 embedDim=32 depth=3 numHeads=2 auxLayer=-2 decoderChannels=8"
                + " projectionHidden=8 projectionBottleneck=8 projectionOut=8 "
                + switches)
            .split(" ")) {
      set.add("model." + each);
    }
    set.add(0, "model.backbone=custom");
    Rng.manualSeed(7);
    var config = Config.defaults().with(set.toArray(String[]::new));
    var model = new Toco(config.model(), Device.CPU, autocast);
    try (var _ = GradMode.noGrad()) {
      encoder(model)
          .forEach((name, weight) -> {
            double mean = name.matches(".*norm\\w*\\.weight|.*gamma") ? 1 : 0;
            var _ = weight.normal_(mean, 0.3);
          });
    }
    return model;
  }

  static Map<String, Tensor> encoder(Toco model) {
    var encoder = new LinkedHashMap<String, Tensor>();
    model
        .params()
        .all()
        .forEach((name, weight) -> {
          if (name.startsWith("encoder.")) {
            encoder.put(name.substring("encoder.".length()), weight);
          }
        });
    return encoder;
  }

  static Tensor images(long count) {
    Rng.manualSeed(8);
    return Tensor.randn(count, 3, 24, 56); // a grid of 3 × 7
  }

  static double difference(Tensor a, Tensor b) {
    assertEquals(a.shape(), b.shape());
    return a.sub(b).abs().amax().item();
  }

  static void assertClose(Tensor expected, Tensor actual, double relative) {
    double limit = relative * Math.max(1, expected.abs().amax().item());
    double difference = difference(expected, actual);
    assertTrue(difference <= limit, difference + " > " + limit);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PLAIN,
        DINOV2,
        REGISTERS,
        DEIT3,
        CLIP,
        DINOV3,
        DINOV3_NO_BIAS,
        ROPE_ALONE,
        DISTILLED_REGISTERS,
        NO_KEY_BIAS
      })
  void theClassTokenAloneIsThatOfAllTokens(String switches) {
    try (var model = network(switches);
        var _ = GradMode.noGrad()) {
      var images = images(3);
      var all = model.encode(images);
      assertClose(all.clsToken(), model.encodeClass(images), ROUNDING);
      var some = model.encode(images, 1);
      assertClose(all.clsToken(), some.clsToken(), ROUNDING);
      assertClose(all.patchTokens().slice(0, 0, 1), some.tokens().patchTokens(), ROUNDING);
      assertClose(all.auxTokens().slice(0, 0, 1), some.tokens().auxTokens(), ROUNDING);
    }
  }

  /// One patch token per patch, in rows of the grid, at any size; the others are dropped.
  @ParameterizedTest
  @ValueSource(strings = {PLAIN, REGISTERS, DEIT3, CLIP, DINOV3, DISTILLED_REGISTERS})
  void patchTokensAreThoseOfTheGrid(String switches) {
    try (var model = network(switches);
        var _ = GradMode.noGrad()) {
      var tokens = model.encode(images(2));
      assertArrayEquals(new long[] {2, 32, 3, 7}, tokens.patchMap().shape().sizes());
      assertArrayEquals(new long[] {2, 32, 3, 7}, tokens.auxMap().shape().sizes());
      assertArrayEquals(new long[] {2, 32}, tokens.clsToken().shape().sizes());
      var perBlock = model.patchTokensOfBlocks(images(2));
      assertEquals(3, perBlock.size());
      assertEquals(0, difference(tokens.auxTokens(), perBlock.get(1)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, DINOV2, REGISTERS, CLIP, DINOV3, DINOV3_NO_BIAS})
  void checkpointedActivationsGiveTheSameGradients(String switches) {
    var kept = gradients(switches, false);
    var recomputed = gradients(switches, true);
    assertEquals(kept.keySet(), recomputed.keySet());
    kept.forEach((name, gradient) -> assertEquals(0, difference(gradient, recomputed.get(name))));
  }

  private static Map<String, Tensor> gradients(String switches, boolean checkpointed) {
    try (var model = network(switches)) {
      model.checkpointActivations(checkpointed);
      var tokens = model.encode(images(2));
      model.backward(
          tokens
              .patchTokens()
              .square()
              .sum()
              .add(tokens.auxTokens().sum())
              .add(tokens.clsToken().square().sum()));
      var gradients = new LinkedHashMap<String, Tensor>();
      model
          .params()
          .trainable()
          .forEach((name, weight) -> {
            if (name.startsWith("encoder.")) {
              var gradient = weight.grad();
              assertTrue(gradient != null && gradient.abs().amax().item() > 0, name);
              gradients.put(name, gradient.clone());
            }
          });
      return gradients;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, DINOV2, REGISTERS, CLIP, DINOV3})
  void bfloat16IsFiniteAndNear(String switches) {
    try (var exact = network(switches);
        var rounded = network(switches, DType.BFLOAT16)) {
      var expected = exact.encode(images(2));
      var tokens = rounded.encode(images(2));
      assertEquals(DType.FLOAT32, tokens.patchTokens().dtype());
      assertClose(expected.patchTokens(), tokens.patchTokens(), 0.1);
      assertTrue(difference(expected.patchTokens(), tokens.patchTokens()) > 0);
      rounded.backward(tokens.patchTokens().square().sum());
      rounded
          .params()
          .trainable()
          .forEach((name, weight) -> {
            var gradient = weight.grad();
            assertTrue(gradient == null || Double.isFinite(gradient.abs().amax().item()), name);
          });
    }
  }

  /// timm's names, of `VisionTransformer`, and of `Eva` for biases without that of keys.
  @Test
  void parametersHaveTimmsNames() {
    try (var dinov3 = network(DINOV3);
        var plain = network(PLAIN);
        var clip = network(CLIP)) {
      var all = encoder(dinov3);
      var added = new TreeSet<>(all.keySet());
      added.removeAll(encoder(plain).keySet());
      added.removeIf(name -> name.matches("blocks\\.[12]\\..*"));
      assertEquals(
          new TreeSet<>(
              List.of(
                  "reg_token",
                  "blocks.0.attn.q_bias",
                  "blocks.0.attn.v_bias",
                  "blocks.0.ls1.gamma",
                  "blocks.0.ls2.gamma")),
          added);
      assertArrayEquals(new long[] {1, 4, 32}, all.get("reg_token").shape().sizes());
      assertEquals(false, all.containsKey("pos_embed"));
      assertEquals(false, all.containsKey("blocks.0.attn.qkv.bias"));
      assertTrue(encoder(clip).keySet().containsAll(List.of("norm_pre.weight", "norm_pre.bias")));
      assertEquals(false, encoder(clip).containsKey("patch_embed.proj.bias"));
    }
  }

  /// Registers take part in attention: the other tokens depend on them.
  @ParameterizedTest
  @ValueSource(strings = {REGISTERS, DINOV3})
  void patchTokensAttendToRegisters(String switches) {
    try (var model = network(switches);
        var _ = GradMode.noGrad()) {
      var before = model.encode(images(1)).patchTokens();
      var _ = encoder(model).get("reg_token").normal_(0, 1);
      assertTrue(difference(before, model.encode(images(1)).patchTokens()) > 1e-3);
    }
  }
}
