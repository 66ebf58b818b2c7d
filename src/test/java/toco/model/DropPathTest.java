package toco.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.ConfigException;
import toco.data.CounterRandom;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.train.TinyRun;

@TensorTest
class DropPathTest {
  private static final int IMAGES = 4000;

  private static List<DropPath> drawn(double last, int depth, int kept, int images) {
    return DropPath.draw(last, depth, kept, images, generators(7), Device.CPU);
  }

  private static IntFunction<CounterRandom> generators(long seed) {
    return image -> new CounterRandom(seed, 0, image, 0);
  }

  private static float[] scales(DropPath block) {
    assertTrue(block.scales() != null);
    return block.scales().toFloatArray();
  }

  /// Of three blocks the probabilities are 0, 0.2 and 0.4. The share of what is dropped is within
  /// four standard deviations, which no seed but one in 16,000 leaves; the mean stays 1.
  @Test
  void theProbabilityGrowsLinearlyFromZero() {
    var blocks = drawn(0.4, 3, 0, IMAGES);
    assertEquals(DropPath.OFF, blocks.getFirst());
    for (int i = 1; i < 3; i++) {
      double p = 0.2 * i;
      var scales = scales(blocks.get(i));
      assertEquals(2 * IMAGES, scales.length);
      int dropped = 0;
      double sum = 0;
      for (float scale : scales) {
        assertTrue(scale == 0 || scale == (float) (1 / (1 - p)), "scale " + scale);
        dropped += scale == 0 ? 1 : 0;
        sum += scale;
      }
      double deviation = Math.sqrt(p * (1 - p) / scales.length);
      assertEquals(p, (double) dropped / scales.length, 4 * deviation);
      assertEquals(1, sum / scales.length, 4 * deviation / (1 - p));
    }
  }

  /// timm's `linspace(0, rate, 1)` is 0.
  @Test
  void aNetworkOfOneBlockDropsNothing() {
    assertEquals(List.of(DropPath.OFF), drawn(0.9, 1, 0, 2));
  }

  @Test
  void attentionAndMlpAreDroppedIndependently() {
    var scales = scales(drawn(0.5, 2, 0, IMAGES).getLast());
    int both = 0;
    for (int i = 0; i < IMAGES; i++) {
      both += scales[i] == 0 && scales[IMAGES + i] == 0 ? 1 : 0;
    }
    assertEquals(0.25, (double) both / IMAGES, 4 * Math.sqrt(0.25 * 0.75 / IMAGES));
  }

  /// What is drawn for a block depends neither on the blocks that are frozen nor on other images.
  @Test
  void frozenBlocksAndOtherImagesChangeNoDraw() {
    var free = drawn(0.5, 4, 0, 6);
    var frozen = drawn(0.5, 4, 2, 3);
    assertEquals(DropPath.OFF, frozen.get(1));
    for (int i = 2; i < 4; i++) {
      var all = scales(free.get(i));
      var some = scales(frozen.get(i));
      assertArrayEquals(Arrays.copyOfRange(all, 0, 3), Arrays.copyOfRange(some, 0, 3));
      assertArrayEquals(Arrays.copyOfRange(all, 6, 9), Arrays.copyOfRange(some, 3, 6));
    }
  }

  @Test
  void aDroppedBranchAddsNothingAndAKeptOneMore() {
    var x = Tensor.of(new float[] {1, 1, 1, 1}, 2, 2, 1);
    var sum = Tensor.of(new float[] {3, 3, 3, 3}, 2, 2, 1);
    var drop = new DropPath(Tensor.of(new float[] {0, 2, 2, 0}, 2, 2, 1, 1));
    assertArrayEquals(new float[] {1, 1, 5, 5}, drop.attention(x, sum).toFloatArray());
    assertArrayEquals(new float[] {5, 5, 1, 1}, drop.mlp(x, sum).toFloatArray());
    assertArrayEquals(
        new float[] {5, 5},
        drop.slice(1, 2).attention(x.slice(0, 0, 1), sum.slice(0, 0, 1)).toFloatArray());
  }

  /// Tokens of two images with given generators; null: as evaluation encodes them.
  private static float[] tokens(IntFunction<CounterRandom> random, int images, String... more) {
    var settings = new ArrayList<>(TinyRun.NETWORK);
    settings.addAll(List.of(more));
    var config = Config.load(Path.of("configs/demo.yaml"), settings);
    Rng.manualSeed(2);
    try (var _ = TensorScope.open();
        var model = new Toco(config.model(), Device.CPU)) {
      Rng.manualSeed(3);
      var input = Tensor.randn(2, 3, 32, 32).slice(0, 0, images);
      var encoded =
          random == null
              ? model.encode(input)
              : model.withDropPath(random, () -> model.encode(input));
      return encoded.patchTokens().detach().toFloatArray();
    }
  }

  @Test
  void onlyPassesThatAskForItDrop() {
    var rate = "model.dropPath=0.9";
    var plain = tokens(null, 2);
    assertArrayEquals(plain, tokens(null, 2, rate));
    assertArrayEquals(plain, tokens(generators(1), 2), "a rate of 0");
    assertArrayEquals(plain, tokens(generators(1), 2, rate, "model.frozenBlocks=all"));
    assertFalse(Arrays.equals(plain, tokens(generators(1), 2, rate)));
  }

  @Test
  void theSameGeneratorsDropTheSameForEachImage() {
    var rate = "model.dropPath=0.6";
    var both = tokens(generators(1), 2, rate);
    assertArrayEquals(both, tokens(generators(1), 2, rate));
    assertFalse(Arrays.equals(both, tokens(generators(2), 2, rate)));
    var first = tokens(generators(1), 1, rate);
    assertArrayEquals(first, Arrays.copyOf(both, first.length), 1e-5f); // other batch, other sums
  }

  /// The class tokens of further images are those of a whole pass: their branches are their own.
  @Test
  void imagesOfWhichOnlyTheClassTokenIsWantedDropTheirOwnBranches() {
    var settings = new ArrayList<>(TinyRun.NETWORK);
    settings.add("model.dropPath=0.7");
    var config = Config.load(Path.of("configs/demo.yaml"), settings);
    try (var model = new Toco(config.model(), Device.CPU)) {
      var images = Tensor.randn(6, 3, 32, 32);
      var whole = model.withDropPath(generators(4), () -> model.encode(images)).clsToken();
      var part = model.withDropPath(generators(4), () -> model.encode(images, 2)).clsToken();
      var cls = model.withDropPath(generators(4), () -> model.encodeClass(images));
      assertEquals(0, whole.sub(part).abs().amax().item(), 1e-5);
      assertEquals(0, whole.sub(cls).abs().amax().item(), 1e-5);
    }
  }

  @Test
  void aRateMustBeAProbabilityBelowOne() {
    for (var wrong : List.of("-0.1", "1", ".nan")) {
      var e =
          assertThrows(
              ConfigException.class, () -> Config.defaults().with("model.dropPath=" + wrong));
      assertTrue(e.getMessage().contains("model.dropPath must be in [0, 1), got"), e.getMessage());
    }
    var script =
        new String[] {
          "model.backbone=custom",
          "model.encoder=script:x.ts",
          "model.patchSizePx=16",
          "model.embedDim=8",
          "model.dropPath=0.1"
        };
    var e = assertThrows(ConfigException.class, () -> Config.defaults().with(script));
    assertTrue(e.getMessage().contains("model.dropPath 0.1 needs access"), e.getMessage());
  }
}
