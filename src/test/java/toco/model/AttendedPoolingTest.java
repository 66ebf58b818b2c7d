package toco.model;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.config.Config;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Functional;
import toco.torch.Functional.Pair;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// `model.attendedPooling`: the classes that an image shows are pooled where its class token looks.
@TensorTest
class AttendedPoolingTest {
  private static final int WIDTH = 8;
  private static final int HEADS = 2;

  private static Network network(@Nullable DType autocast, String... keys) {
    Rng.manualSeed(7);
    var all =
        new ArrayList<>(
            List.of(
                "model.backbone=custom",
                "model.imageSizePx=16",
                "model.patchSizePx=8",
                "model.embedDim=" + WIDTH,
                "model.depth=1",
                "model.numHeads=" + HEADS,
                "model.auxLayer=-1",
                "model.initStd=0.5",
                "model.numClasses=3",
                "data.classNames=[a, b]",
                "model.pooledShare=0.25",
                "model.attendedPooling=true"));
    all.addAll(List.of(keys));
    var config = Config.defaults().with(all.toArray(String[]::new));
    return new Network(config.model(), Device.CPU, autocast);
  }

  private static Tensor images() {
    Rng.manualSeed(8);
    return Tensor.randn(2, 3, 16, 16);
  }

  /// Logits of two classes at eight patches, and attention to them: class 0 is largest where nobody
  /// looks.
  @Test
  void aPresentClassIsPooledWhereActivationTimesAttentionIsLargest() {
    var perPatch =
        Tensor.of(
            new float[] {
              9, 8, 1, 2, 0, -1, 0, 0, //
              9, 8, 1, 2, 0, -1, 0, 0
            },
            1,
            2,
            8);
    var attention = Tensor.of(new float[] {.01f, .01f, .3f, .3f, .1f, .2f, .04f, .04f}, 1, 8);
    var labels = Tensor.of(new float[] {1, 0}, 1, 2);
    var logits = new PatchPooling(0.25).attended(perPatch, attention, labels);
    assertArrayEquals(new float[] {(1 + 2) / 2f, (9 + 8) / 2f}, logits.toFloatArray(), 1e-6f);
  }

  /// Activations are counted from the smallest logit, so attention chooses among negative ones,
  /// too.
  @Test
  void negativeLogitsAreChosenByAttentionAlike() {
    var perPatch = Tensor.of(new float[] {-2, -4, -3, -3}, 1, 1, 4);
    var attention = Tensor.of(new float[] {.1f, .1f, .7f, .1f}, 1, 4);
    var labels = Tensor.of(new float[] {1}, 1, 1);
    var logits = new PatchPooling(0.25).attended(perPatch, attention, labels);
    assertArrayEquals(new float[] {-3}, logits.toFloatArray(), 1e-6f);
  }

  /// Softmax of the scaled products of the class token's query with all keys, mean over heads, by
  /// the weights.
  @Test
  void attentionIsThatOfTheClassTokenInTheLastBlock() {
    try (var model = network(null)) {
      var images = images();
      var attention = requireNonNull(model.encode(images).clsAttention());
      assertEquals(Shape.of(2, 4), attention.shape());
      var expected = attention(model.params().all(), images);
      assertArrayEquals(expected.toFloatArray(), attention.toFloatArray(), 1e-6f);
      var perImage = attention.sum(1).toFloatArray();
      assertTrue(perImage[0] > 0.5 && perImage[0] < 1, Arrays.toString(perImage));
    }
  }

  private static Tensor attention(Map<String, Tensor> weights, Tensor images) {
    try (var _ = GradMode.noGrad()) {
      var patches =
          Functional.conv2d(
                  images,
                  requireNonNull(weights.get("encoder.patch_embed.proj.weight")),
                  weights.get("encoder.patch_embed.proj.bias"),
                  new Pair(8, 8),
                  new Pair(0, 0),
                  new Pair(1, 1),
                  1)
              .flatten(2)
              .transpose(1, 2); // [B, N, D]
      var cls = requireNonNull(weights.get("encoder.cls_token")).expand(images.size(0), 1, WIDTH);
      var x = Tensor.cat(List.of(cls, patches), 1).add(weights.get("encoder.pos_embed"));
      var block = "encoder.blocks.0.";
      var normed =
          Functional.layerNorm(
              x,
              requireNonNull(weights.get(block + "norm1.weight")),
              weights.get(block + "norm1.bias"),
              1e-6);
      var qkv =
          Functional.linear(
              normed,
              requireNonNull(weights.get(block + "attn.qkv.weight")),
              weights.get(block + "attn.qkv.bias")); // [B, T, 3·D]
      int perHead = WIDTH / HEADS;
      var sum = Tensor.zeros(images.size(0), patches.size(1));
      for (int head = 0; head < HEADS; head++) {
        var query = qkv.slice(2, head * perHead, (head + 1) * perHead).slice(1, 0, 1);
        var keys = qkv.slice(2, WIDTH + head * perHead, WIDTH + (head + 1) * perHead);
        var scores = query.matmul(keys.transpose(1, 2)).div(Math.sqrt(perHead)); // [B, 1, T]
        var _ = sum.add_(scores.softmax(2).select(1, 0).slice(1, 1, Long.MAX_VALUE), 1);
      }
      return sum.div(HEADS);
    }
  }

  /// Passes of CAMs, teacher and evaluation need no attention.
  @Test
  void passesWithoutGradientsAndNetworksWithoutTheSwitchComputeNone() {
    try (var model = network(null);
        var other = network(null, "model.attendedPooling=false")) {
      assertNull(other.encode(images()).clsAttention());
      try (var _ = GradMode.noGrad()) {
        assertNull(model.encode(images()).clsAttention());
      }
    }
  }

  /// Of absent classes nothing changes, and nothing at all without attention.
  @Test
  void absentClassesHaveTheLogitsOfEvaluation() {
    try (var model = network(null)) {
      var tokens = model.encode(images());
      var map = tokens.patchMap();
      var logits = model.classLogits(map);
      var none = model.trainedClassLogits(map, tokens.clsAttention(), Tensor.zeros(2, 2));
      assertArrayEquals(logits.toFloatArray(), none.toFloatArray());
      var all = Tensor.ones(2, 2);
      var attended = model.trainedClassLogits(map, tokens.clsAttention(), all);
      assertTrue(logits.sub(attended).amin().item() >= 0, "the largest logits have no larger mean");
      assertTrue(logits.sub(attended).amax().item() > 0, "attention chooses other patches");
      var published = model.trainedClassLogits(map, null, all);
      assertArrayEquals(logits.toFloatArray(), published.toFloatArray());
    }
  }

  /// Weights that autocast casts where no gradient is recorded must not serve a pass that does: the
  /// gradients are those of a network without attention in the pass.
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "BFLOAT16"})
  void theAttentionTakesNoGradientAway(DType dtype) {
    var autocast = dtype == DType.FLOAT32 ? null : dtype;
    var without = gradients(autocast, "model.attendedPooling=false");
    assertTrue(without.containsKey("encoder.blocks.0.attn.qkv.weight"), without::toString);
    assertEquals(without, gradients(autocast, "model.attendedPooling=true"));
  }

  /// The gradients of the tokens' squares by the names of the weights.
  private static Map<String, List<Float>> gradients(@Nullable DType autocast, String switched) {
    try (var model = network(autocast, switched)) {
      model.backward(model.encode(images()).patchTokens().square().sum());
      var gradients = new TreeMap<String, List<Float>>();
      model
          .params()
          .all()
          .forEach((name, weight) -> {
            if (weight.grad() != null) {
              var values = new ArrayList<Float>();
              for (float value : weight.grad().toFloatArray()) {
                values.add(value);
              }
              gradients.put(name, values);
            }
          });
      return gradients;
    }
  }
}
