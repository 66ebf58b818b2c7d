package toco.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static toco.model.EncoderSwitchesTest.CLIP;
import static toco.model.EncoderSwitchesTest.DINOV2;
import static toco.model.EncoderSwitchesTest.NO_KEY_BIAS;
import static toco.model.EncoderSwitchesTest.PLAIN;
import static toco.model.EncoderSwitchesTest.ROPE_ALONE;
import static toco.model.EncoderSwitchesTest.ROUNDING;
import static toco.model.EncoderSwitchesTest.assertClose;
import static toco.model.EncoderSwitchesTest.difference;
import static toco.model.EncoderSwitchesTest.encoder;
import static toco.model.EncoderSwitchesTest.images;
import static toco.model.EncoderSwitchesTest.network;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Networks with different switches that compute the same.
@TensorTest
class EquivalentEncodersTest {
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
