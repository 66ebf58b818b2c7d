package toco.bench;

import toco.cam.RoiCrops;
import toco.config.Config;

/// Floating-point operations of a training step's matrix products and convolutions, counted from
/// the shapes; a multiply-add counts as two. A backward pass counts as twice its forward pass;
/// frozen blocks have none.
final class StepFlops {
  private static final int BACKWARD = 2;

  private final Config config;

  StepFlops(Config config) {
    this.config = config;
  }

  /// Of a whole step in which every loss has a weight, all its micro-batches together.
  double total() {
    double cams = 0;
    int crop = config.augment().cropSizePx();
    for (double scale : config.cam().scales()) {
      cams += (scale == 1 ? 1 : 2) * encoder((int) (scale * crop)); // one of the pair is shared
    }
    return config.train().gradientAccumulation()
        * (BACKWARD * trained() + batch() * (globalViews() + localViews() + decoder(crop) + cams));
  }

  /// Operations of the forward pass of everything that is trained.
  double trained() {
    int crop = config.augment().cropSizePx();
    int local = config.train().localCropSizePx();
    double views =
        RoiCrops.GLOBAL_VIEWS * trainedEncoder(crop)
            + config.train().localCrops() * trainedEncoder(local);
    return batch() * (views + decoder(crop));
  }

  /// The share of the encoder's passes of all views that the global views take.
  double globalShare() {
    return globalViews() / (globalViews() + localViews());
  }

  private int batch() {
    return config.train().samplesPerProcess();
  }

  private double globalViews() {
    return RoiCrops.GLOBAL_VIEWS * encoder(config.augment().cropSizePx());
  }

  private double localViews() {
    return config.train().localCrops() * encoder(config.train().localCropSizePx());
  }

  /// One image through the encoder.
  private double encoder(int sizePx) {
    return encoder(sizePx, true, config.model().encoderShape().depth());
  }

  /// One image through the part of the encoder that is not frozen.
  private double trainedEncoder(int sizePx) {
    int depth = config.model().encoderShape().depth();
    var frozen = config.model().frozenBlocks();
    return encoder(sizePx, !frozen.embedding(), depth - frozen.of(depth));
  }

  private double encoder(int sizePx, boolean embedding, int blocks) {
    var shape = config.model().encoderShape();
    double width = shape.embedDim();
    int grid = sizePx / shape.patchSizePx();
    double patches = (double) grid * grid;
    double tokens = patches + shape.prefixTokens();
    double embed = !embedding ? 0 : 2 * patches * 3 * Math.pow(shape.patchSizePx(), 2) * width;
    double linear = 2 * tokens * width * width * (4 + 2 * shape.mlpRatio());
    double attention = 4 * tokens * tokens * width;
    return embed + blocks * (linear + attention);
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
