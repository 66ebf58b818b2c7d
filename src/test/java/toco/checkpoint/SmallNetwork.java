package toco.checkpoint;

import java.nio.file.Path;
import java.util.List;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Rng;

/// A small network with random weights, for tests of exports.
public final class SmallNetwork {
  public static final Config CONFIG =
      Config.load(
          Path.of("configs/demo.yaml"),
          List.of(
              "model.numClasses=4",
              "data.classNames=[a, b, c]",
              "model.imageSizePx=32",
              "model.embedDim=24",
              "model.depth=3",
              "model.auxLayer=-2",
              "model.decoderChannels=8",
              "model.initStd=0.2"));

  private SmallNetwork() {}

  /// @param config [#CONFIG], or one with other keys
  public static Toco of(Config config) {
    Rng.manualSeed(3);
    return new Toco(config.model(), Device.CPU);
  }
}
