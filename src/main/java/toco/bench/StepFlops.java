package toco.bench;

import toco.cam.RoiCrops;
import toco.config.Config;

/// Floating-point operations of a training step's matrix products and convolutions, counted from
/// the shapes; a multiplication with an addition counts two. A backward pass counts twice its
/// forward.
final class StepFlops {
  private static final int FORWARD_AND_BACKWARD = 3;

  private final Config config;

  StepFlops(Config config) {
    this.config = config;
  }

  /// Of a whole step in which every loss has a weight.
  double total() {
    int batch = config.train().samplesPerProcess();
    int crop = config.augment().cropSizePx();
    double trained =
        RoiCrops.GLOBAL_VIEWS * encoder(crop)
            + config.train().localCrops() * encoder(config.train().localCropSizePx());
    double cams = 0;
    for (double scale : config.cam().scales()) {
      cams += (scale == 1 ? 1 : 2) * encoder((int) (scale * crop)); // one of the pair is shared
    }
    return batch * (FORWARD_AND_BACKWARD * (trained + decoder(crop)) + cams);
  }

  /// One image through the encoder.
  private double encoder(int sizePx) {
    var shape = config.model().encoderShape();
    double width = shape.embedDim();
    int grid = sizePx / shape.patchSizePx();
    double patches = (double) grid * grid;
    double tokens = patches + shape.prefixTokens();
    double embed = 2 * patches * 3 * Math.pow(shape.patchSizePx(), 2) * width;
    double linear = 2 * tokens * width * width * (4 + 2 * shape.mlpRatio());
    double attention = 4 * tokens * tokens * width;
    return embed + shape.depth() * (linear + attention);
  }

  private double decoder(int sizePx) {
    var model = config.model();
    int grid = sizePx / model.encoderShape().patchSizePx();
    double places = (double) grid * grid;
    double channels = model.decoderChannels();
    return 2
        * places
        * channels
        * (9.0 * model.encoderShape().embedDim() + 9 * channels + model.numClasses());
  }
}
