package toco.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  private static final String PLAIN = "depth=3";
  private static final String DINOV2 = "variant.layerScale=true variant.resampling=original";
  private static final String REGISTERS =
      "variant.layerScale=true variant.registerTokens=4 variant.position=learned_patches"
          + " variant.resampling=timm";
  private static final String DEIT3 = "variant.layerScale=true variant.position=learned_patches";
  private static final String CLIP =
      "variant.preNorm=true variant.patchBias=false variant.activation=quick_gelu"
          + " layerNormEps=1e-5";
  private static final String DINOV3 =
      "variant.layerScale=true variant.registerTokens=4 variant.position=rope"
          + " variant.keyBias=false";
  private static final String DINOV3_NO_BIAS = DINOV3 + " qkvBias=false";
  private static final String ROPE_ALONE = "variant.position=rope";
  private static final String DISTILLED_REGISTERS = "distilled=true variant.registerTokens=2";
  private static final String NO_KEY_BIAS = "variant.keyBias=false";

  private static final double ROUNDING = 2e-5; // of tokens of size 1 to 10

  /// A small network whose every parameter counts: LayerScale and biases far from 0 and 1.
  private static Toco network(String switches) {
    return network(switches, null);
  }

  private static Toco network(String switches, DType autocast) {
    var set = new java.util.ArrayList<String>();
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

  private static Map<String, Tensor> encoder(Toco model) {
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

  private static Tensor images(long count) {
    Rng.manualSeed(8);
    return Tensor.randn(count, 3, 24, 56); // a grid of 3 × 7
  }

  private static double difference(Tensor a, Tensor b) {
    assertEquals(a.shape(), b.shape());
    return a.sub(b).abs().amax().item();
  }

  private static void assertClose(Tensor expected, Tensor actual, double relative) {
    double limit = relative * Math.max(1, expected.abs().amax().item());
    double difference = difference(expected, actual);
    assertTrue(difference <= limit, difference + " > " + limit);
  }

  private static void copy(Map<String, Tensor> from, Map<String, Tensor> to) {
    try (var _ = GradMode.noGrad()) {
      to.forEach((name, weight) -> {
        var value = from.get(name);
        if (value != null && value.shape().equals(weight.shape())) {
          var _ = weight.copy_(value);
        }
      });
    }
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

  /// timm folds the class token's position into the token; the network is the same.
  @Test
  void aRowForTheClassTokenCanBeAddedToTheToken() {
    try (var withRow = network(DINOV2);
        var without = network(DINOV2 + " variant.position=learned_patches");
        var _ = GradMode.noGrad()) {
      var from = encoder(withRow);
      var to = encoder(without);
      copy(from, to);
      var positions = from.get("pos_embed"); // [1, 1 + 25, D]
      var _ = to.get("pos_embed").copy_(positions.slice(1, 1, Long.MAX_VALUE));
      var _ = to.get("cls_token").copy_(from.get("cls_token").add(positions.slice(1, 0, 1)));
      var expected = withRow.encode(images(2));
      var actual = without.encode(images(2));
      assertClose(expected.clsToken(), actual.clsToken(), ROUNDING);
      assertClose(expected.patchTokens(), actual.patchTokens(), ROUNDING);
    }
  }

  /// Factors of 1 change nothing, and with factors of 0 blocks add nothing.
  @ParameterizedTest
  @ValueSource(strings = {PLAIN, CLIP, ROPE_ALONE})
  void layerScaleMultipliesWhatBlocksAdd(String switches) {
    try (var plain = network(switches);
        var scaled = network(switches + " variant.layerScale=true");
        var _ = GradMode.noGrad()) {
      var weights = encoder(scaled);
      copy(encoder(plain), weights);
      fillGammas(weights, 1);
      assertEquals(
          0,
          difference(
              plain.encode(images(2)).patchTokens(), scaled.encode(images(2)).patchTokens()));
      fillGammas(weights, 0);
      var perBlock = scaled.patchTokensOfBlocks(images(2));
      assertEquals(0, difference(perBlock.get(0), perBlock.get(2)));
    }
  }

  private static void fillGammas(Map<String, Tensor> weights, double value) {
    weights.forEach((name, weight) -> {
      if (name.endsWith("gamma")) {
        var _ = weight.copy_(Tensor.ones(32).mul(value));
      }
    });
  }

  /// Separate biases are a joint one that is 0 for keys, with and without rotation.
  @ParameterizedTest
  @ValueSource(strings = {PLAIN, ROPE_ALONE})
  void keysWithoutBiasHaveABiasOfZero(String switches) {
    try (var joint = network(switches);
        var separate = network(switches + " " + NO_KEY_BIAS);
        var _ = GradMode.noGrad()) {
      var to = encoder(joint);
      var from = encoder(separate);
      copy(from, to);
      for (int block = 0; block < 3; block++) {
        var name = "blocks." + block + ".attn.";
        var parts = List.of(from.get(name + "q_bias"), Tensor.zeros(32), from.get(name + "v_bias"));
        var _ = to.get(name + "qkv.bias").copy_(Tensor.cat(parts, 0));
      }
      assertEquals(
          0,
          difference(
              joint.encode(images(2)).patchTokens(), separate.encode(images(2)).patchTokens()));
      assertEquals(0, difference(joint.encodeClass(images(2)), separate.encodeClass(images(2))));
    }
  }
}
