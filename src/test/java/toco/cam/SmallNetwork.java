package toco.cam;

import java.util.ArrayList;
import java.util.List;
import toco.batch.Batch;
import toco.config.Config;
import toco.config.RecipeName;
import toco.image.ImageBox;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;

/// A network for tests: random weights, 32 px images, 8 px patches, three classes.
public final class SmallNetwork {
  public static final Config CONFIG =
      config(
          RecipeName.TOCO,
          "model.projectionHidden=8",
          "model.projectionBottleneck=8",
          "model.projectionOut=8",
          "train.localCropSizePx=16");

  private static final int SIZE = 32;

  private SmallNetwork() {}

  /// The same with the defaults of a recipe.
  ///
  /// @param more overrides
  public static Config config(RecipeName recipe, String... more) {
    var overrides =
        new ArrayList<String>(
            List.of(
                "recipe=" + recipe,
                "model.backbone=custom",
                "model.imageSizePx=32",
                "model.patchSizePx=8",
                "model.embedDim=16",
                "model.depth=3",
                "model.numHeads=2",
                "model.initStd=0.2",
                "model.numClasses=4",
                "model.decoderChannels=8",
                "model.decoderDilation=1",
                "data.classNames=[cat, dog, tree]",
                "augment.cropSizePx=32",
                "eval.sizePx=32"));
    overrides.addAll(List.of(more));
    return Config.parse("", "small", overrides);
  }

  /// The same two random images of the network's size for every step, of classes cat and tree, and
  /// dog; the first has a frame.
  public static Batch batch(long step) {
    Rng.manualSeed(5);
    return new Batch(
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.of(new float[] {1, 0, 1, 0, 1, 0}, 2, 3),
        List.of(new float[] {1, 0, 1}, new float[] {0, 1, 0}),
        List.of(new ImageBox(0, SIZE, 0, 24), ImageBox.full(SIZE, SIZE)),
        List.of(0, 1),
        step,
        0);
  }

  /// The same weights for the same seed, on the CPU. The caller closes it.
  public static Toco create(long seed, String... overrides) {
    Rng.manualSeed(seed);
    return new Toco(CONFIG.with(overrides).model(), Device.CPU);
  }
}
