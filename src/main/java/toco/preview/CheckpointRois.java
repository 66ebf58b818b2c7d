package toco.preview;

import java.nio.file.Path;
import toco.cam.CamLabels;
import toco.cam.MultiScaleCam;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.NetworkWeights;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Tensor;

/// Regions of interest from a trained network's auxiliary CAM, as a training step computes them
/// (METHOD, training steps 1 and 2). Owns the network.
final class CheckpointRois implements AutoCloseable {
  private final Config config;
  private final Toco model;

  private CheckpointRois(Config config, Toco model) {
    this.config = config;
    this.model = model;
  }

  /// Loads the network.
  ///
  /// @throws toco.checkpoint.CheckpointException if the file holds no such weights
  /// @throws toco.config.ConfigException if they are of another network than the configuration's
  static CheckpointRois load(Path file, Config config, Device device) {
    Checkpoint.requireSameNetwork(file, config.model());
    var model = new Toco(config.model(), device);
    try {
      NetworkWeights.load(file, model);
      return new CheckpointRois(config, model);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /// The RoI mask of an image.
  ///
  /// @param view1 [1, 3, H, W] normalised
  /// @param labels [1, K] multi-hot
  /// @return int64 [1, H, W]: 0 background, 1 uncertain, 2 foreground
  Tensor mask(Tensor view1, Tensor labels) {
    var cams = MultiScaleCam.compute(model, view1, config.cam().scales());
    return CamLabels.roiMask(cams.auxCam(), labels, config.cam());
  }

  @Override
  public void close() {
    model.close();
  }
}
