package toco.preview;

import java.nio.file.Path;
import toco.cam.CamLabels;
import toco.cam.MultiScaleCam;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.torch.Device;
import toco.torch.Tensor;

/// Regions of interest from a trained network's auxiliary CAM, as a training step computes them
/// (METHOD, training steps 1 and 2). Owns the network.
record CheckpointRois(TrainedNetwork network) implements AutoCloseable {
  /// Loads the network.
  ///
  /// @throws toco.checkpoint.CheckpointException if the file does not hold its weights
  /// @throws toco.config.ConfigException if they are of another network than the configuration's
  static CheckpointRois load(Path file, Config config, Device device) {
    return new CheckpointRois(TrainedNetwork.load(file, config, device));
  }

  /// The RoI mask of an image.
  ///
  /// @param view1 [1, 3, H, W] normalised
  /// @param labels [1, K] multi-hot
  /// @return int64 [1, H, W]: 0 background, 1 uncertain, 2 foreground
  Tensor mask(Tensor view1, Tensor labels) {
    var cam = network.config().cam();
    var cams = MultiScaleCam.compute(network.model(), view1, cam.scales());
    return CamLabels.roiMask(cams.auxCam(), labels, cam);
  }

  @Override
  public void close() {
    network.close();
  }
}
