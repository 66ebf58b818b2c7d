package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.torch.Device;
import toco.torch.Functional;
import toco.torch.Functional.Pair;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TestAccelerator;

/// Layers and their gradients on an accelerator are those of the CPU, where some have kernels of
/// their own.
@OnAccelerator
class DeviceLayersTest extends TensorLaws {
  private final Device device = TestAccelerator.device();

  @BeforeEach
  void seed() {
    LibTorch.setTf32(false);
    Rng.manualSeed(8);
  }

  /// The result of layers and the gradients of a weighted sum of it, with respect to all inputs.
  private static List<float[]> run(
      Function<List<Tensor>, Tensor> layers, Tensor[] inputs, Device device) {
    var there =
        Arrays.stream(inputs).map(input -> input.to(device).detach().requiresGrad_(true)).toList();
    var result = layers.apply(there);
    assertEquals(device, result.device());
    result.mul(result.detach().sin()).sum().backward();
    var all = new ArrayList<float[]>();
    all.add(result.detach().toFloatArray());
    for (var input : there) {
      var gradient = input.grad();
      all.add(gradient == null ? new float[0] : gradient.toFloatArray());
    }
    return all;
  }

  private void assertAsOnTheCpu(Function<List<Tensor>, Tensor> layers, Tensor... inputs) {
    var expected = run(layers, inputs, Device.CPU);
    var got = run(layers, inputs, device);
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), got.get(i), 5e-5f, "result, then gradients: number " + i);
    }
  }

  @Test
  void fusedLinearLayers() {
    var x = Tensor.randn(2, 5, 8);
    assertAsOnTheCpu(
        of -> Functional.normLinear(of.get(0), of.get(1), of.get(2), 1e-6, of.get(3)),
        x,
        Tensor.randn(8),
        Tensor.randn(8),
        Tensor.randn(6, 8));
    assertAsOnTheCpu(
        of -> Functional.geluLinear(of.get(0), of.get(1), of.get(2), of.get(3), of.get(4)),
        Tensor.randn(2, 5, 6),
        x,
        Tensor.randn(8),
        Tensor.randn(6, 8),
        Tensor.randn(6));
    assertAsOnTheCpu(
        of -> Functional.linearAdd(of.get(0), of.get(1), of.get(2), of.get(3)),
        Tensor.randn(2, 5, 6),
        x,
        Tensor.randn(6, 8),
        Tensor.randn(6));
    assertAsOnTheCpu(
        of -> Functional.layerNorm(of.get(0), of.get(1), of.get(2), 1e-6),
        x,
        Tensor.randn(8),
        Tensor.randn(8));
  }

  @Test
  void attention() {
    for (int width : new int[] {24, 96}) { // of heads: 4, and 16 as the CPU's kernel wants
      assertAsOnTheCpu(
          of -> Functional.selfAttention(of.get(0), of.get(1), 2, 0.3),
          Tensor.randn(2, 7, width),
          Tensor.randn(width));
    }
    assertAsOnTheCpu(
        of -> Functional.attention(of.get(0), of.get(1), of.get(2), 0.25),
        Tensor.randn(2, 2, 7, 16),
        Tensor.randn(2, 2, 7, 16),
        Tensor.randn(2, 2, 7, 16));
  }

  @Test
  void convolutionsAndPools() {
    var image = Tensor.randn(2, 3, 9, 8);
    assertAsOnTheCpu(
        of ->
            Functional.conv2d(
                of.get(0), of.get(1), of.get(2), Pair.of(2), Pair.of(1), Pair.of(1), 1),
        image,
        Tensor.randn(4, 3, 3, 3),
        Tensor.randn(4));
    assertAsOnTheCpu(
        of -> Functional.convTranspose2d(of.get(0), of.get(1), of.get(2), Pair.of(2), Pair.of(1)),
        image,
        Tensor.randn(3, 4, 3, 3),
        Tensor.randn(4));
    assertAsOnTheCpu(
        of -> Functional.maxPool2d(of.get(0), Pair.of(3), Pair.of(2), Pair.of(1)), image);
    assertAsOnTheCpu(
        of -> Functional.avgPool2d(of.get(0), Pair.of(3), Pair.of(2), Pair.of(1)), image);
    assertAsOnTheCpu(
        of -> Functional.groupNorm(of.get(0), 3, of.get(1), of.get(2), 1e-5),
        image,
        Tensor.randn(3),
        Tensor.randn(3));
  }

  @Test
  void lossesAndSoftmax() {
    var logits = Tensor.randn(6, 5);
    var classes = Tensor.randint(0, 5, 6);
    var multiHot = Tensor.randint(0, 2, 6, 5).to(logits.dtype());
    assertAsOnTheCpu(of -> of.get(0).softmax(1).mul(2), logits);
    assertAsOnTheCpu(of -> of.get(0).logSoftmax(1), logits);
    assertAsOnTheCpu(of -> of.get(0).crossEntropy(classes.to(of.get(0).device()), -100), logits);
    assertAsOnTheCpu(of -> of.get(0).mseLoss(multiHot.to(of.get(0).device())), logits);
  }

  @Test
  void noLayerWaitsForTheDevice() {
    StandIn.device(0);
    var x = Tensor.randn(2, 7, 24).to(device).requiresGrad_(true);
    var bias = Tensor.randn(24).to(device);
    var norm = Tensor.randn(24).to(device);
    var weight = Tensor.randn(24, 24).to(device);
    StandIn.reset();
    var tokens = Functional.normLinear(x, norm, norm, 1e-6, weight);
    Functional.selfAttention(tokens, bias, 2, 0.3).sum().backward();
    Functional.geluLinear(x, tokens.detach(), bias, weight, bias).sum().backward();
    Functional.dropout(x, 0.2, true).sum().backward();
    assertEquals(0, StandIn.counts().waits(), StandIn.operators().toString());
  }
}
