package toco.model;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.cam.SmallNetwork;
import toco.recipe.more.AttributeLoss;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Laws of MoRe's network; its values are golden cases.
@TensorTest
class MoreNetworkTest {
  private static final int CLASSES = 3;

  private static MoreNetwork network(String... overrides) {
    Rng.manualSeed(4);
    return new MoreNetwork(SmallNetwork.CONFIG.with(overrides).model(), Device.CPU);
  }

  private static double difference(Tensor a, Tensor b) {
    assertEquals(a.shape(), b.shape());
    return a.sub(b).abs().amax().item();
  }

  private static Map<String, Tensor> gradients(
      MoreNetwork model, Tensor images, boolean checkpoint) {
    model.checkpointActivations(checkpoint);
    var tokens = model.encode(images);
    var loss =
        model.classTokens(tokens).square().sum().add(tokens.auxTokens().square().sum().mul(0.1));
    model.backward(loss);
    var gradients = new LinkedHashMap<String, Tensor>();
    model
        .params()
        .all()
        .forEach((name, weight) -> {
          if (weight.grad() != null) {
            gradients.put(name, weight.grad().clone());
          }
        });
    return gradients;
  }

  /// The trained position embedding gets its gradient through the recomputed blocks too.
  @Test
  void activationCheckpointingGivesTheSameGradients() {
    var images = Tensor.randn(2, 3, 48, 40);
    try (var plain = network();
        var checkpointed = network()) {
      var expected = gradients(plain, images, false);
      var actual = gradients(checkpointed, images, true);
      assertEquals(expected.keySet(), actual.keySet());
      assertTrue(requireNonNull(expected.get("encoder.pos_embed")).norm().item() > 0);
      expected.forEach(
          (name, gradient) -> assertTrue(difference(gradient, actual.get(name)) < 1e-4, name));
    }
  }

  /// Class tokens alone, or of later images, skip parts of the last block.
  @Test
  void partsOfAPassEqualTheWhole() {
    try (var model = network();
        var _ = GradMode.noGrad()) {
      var images = Tensor.randn(3, 3, 40, 32);
      var whole = model.encode(images);
      assertArrayEquals(new long[] {3, CLASSES, 16}, whole.clsToken().shape().sizes());
      assertArrayEquals(new long[] {3, 20, 16}, whole.patchTokens().shape().sizes());
      assertTrue(difference(whole.clsToken(), model.encodeClass(images)) < 1e-5);
      var part = model.encode(images, 1);
      assertTrue(difference(whole.clsToken(), part.clsToken()) < 1e-5);
      assertTrue(
          difference(whole.patchTokens().slice(0, 0, 1), part.tokens().patchTokens()) < 1e-5);
      assertEquals(3, model.patchTokensOfBlocks(images).size());
      assertArrayEquals(
          new long[] {3, 20, 16}, model.patchTokensOfBlocks(images).getFirst().shape().sizes());
    }
  }

  /// Class tokens that start equal stay equal, and their loss is ln K (published: 2.9957 at first).
  @Test
  void equalClassTokensStayEqual() {
    try (var model = network()) {
      try (var _ = GradMode.noGrad()) {
        var all = model.params().all();
        var token = requireNonNull(all.get("encoder.cls_token"));
        var _ = token.copy_(token.slice(1, 4, 5).expand(1, 4 + CLASSES, -1).clone());
        var positions = requireNonNull(all.get("encoder.pos_embed")).slice(1, 4, 4 + CLASSES);
        var _ = positions.copy_(positions.slice(1, 0, 1).expand(1, CLASSES, -1).clone());
      }
      var tokens = model.classTokens(model.encode(Tensor.randn(2, 3, 32, 32)));
      assertTrue(difference(tokens.slice(1, 0, 1), tokens.slice(1, 2, 3)) < 1e-4);
      assertEquals(Math.log(CLASSES), AttributeLoss.of(tokens, 0.07).item(), 1e-3);
    }
  }

  /// Every encoder that ToCo can train, with several class tokens in place of one.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.variant.position=rope",
        "model.variant.position=learned_patches",
        "model.variant.registerTokens=2",
        "model.distilled=true",
        "model.frozenBlocks=2",
        "model.frozenBlocks=all",
        "model.auxLayer=-1",
      })
  void otherEncodersHaveAClassTokenPerClass(String override) {
    try (var model = network(override)) {
      var tokens = model.encode(Tensor.randn(2, 3, 40, 32));
      var classTokens = model.classTokens(tokens);
      assertArrayEquals(new long[] {2, CLASSES, 16}, classTokens.shape().sizes());
      assertArrayEquals(new long[] {2, 20, 16}, tokens.patchTokens().shape().sizes());
      assertArrayEquals(new long[] {2, 16, 5, 4}, tokens.auxMap().shape().sizes());
      model.backward(classTokens.square().sum());
      boolean isFrozen = override.contains("frozen");
      assertEquals(
          isFrozen, requireNonNull(model.params().all().get("encoder.cls_token")).grad() == null);
    }
  }

  /// MoRe resamples to the stored grid too, if the image is not square in pixels.
  @Test
  void positionsAreKeptForSquareImagesOnly() {
    var stored = Tensor.randn(1, 7 + 16, 8);
    assertEquals(0, difference(stored, PositionEmbedding.resampleTrained(stored, 7, 4, 4, true)));
    var resampled = PositionEmbedding.resampleTrained(stored, 7, 4, 4, false);
    assertTrue(difference(stored, resampled) > 0.01);
    assertEquals(0, difference(stored.slice(1, 0, 7), resampled.slice(1, 0, 7)));
    try (var model = network();
        var _ = GradMode.noGrad()) {
      var square = Tensor.randn(1, 3, 38, 38); // 4 × 4 whole patches of 8
      var whole = model.encode(square.slice(2, 0, 32).slice(3, 0, 32).contiguous());
      assertTrue(difference(whole.patchTokens(), model.encode(square).patchTokens()) < 1e-6);
      var wide = square.slice(2, 0, 32).contiguous();
      assertTrue(difference(whole.patchTokens(), model.encode(wide).patchTokens()) > 1e-4);
    }
  }

  @Test
  void theUnusedLayersAreWeightsWithoutGradientThatInferenceDoesNotNeed() {
    try (var model = network()) {
      var unused =
          List.of(
              "encoder.head.weight",
              "encoder.head.bias",
              "graph_layer._fc1.0.weight",
              "graph_layer._fc1.0.bias");
      model.backward(model.classTokens(model.encode(Tensor.randn(1, 3, 32, 32))).sum());
      for (var name : unused) {
        assertNull(requireNonNull(model.params().all().get(name), name).grad(), name);
        assertTrue(!model.params().trainable().containsKey(name), name);
        assertTrue(!model.inferenceWeights().containsKey(name), name);
      }
      assertEquals(model.params().all().size() - 4, model.inferenceWeights().size());
      assertTrue(model.params().trainable().containsKey("encoder.pos_embed"));
    }
  }

  @Test
  void aTorchScriptEncoderIsRefused() {
    var config =
        SmallNetwork.CONFIG.with(
            "model.encoder=script:net.pt",
            "model.imageSizePx=null",
            "model.depth=null",
            "model.numHeads=null");
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> new MoreNetwork(config.model(), Device.CPU));
    assertTrue(e.getMessage().contains("model.encoder must be 'own' for MoRe"), e.getMessage());
  }
}
