package toco.bench;

import toco.config.Config;
import toco.recipe.StepWork;
import toco.recipes.Recipes;

/// Floating-point operations of a training step's matrix products and convolutions, counted from
/// the shapes; a multiply-add counts as two. A backward pass counts as twice its forward pass;
/// frozen blocks have none.
final class StepFlops {
  private static final int BACKWARD = 2;

  private final Config config;
  private final StepWork work;

  StepFlops(Config config) {
    this.config = config;
    work = Recipes.of(config).work();
  }

  /// Of a whole step in which every loss has a weight, all its micro-batches together.
  double total() {
    double forward = work.headFlops();
    for (var pass : work.passes()) {
      forward += pass.images() * (encoder(pass.sizePx()) + decoder(pass));
    }
    return config.train().gradientAccumulation() * (BACKWARD * trained() + batch() * forward);
  }

  /// Operations of the forward pass of everything that is trained.
  double trained() {
    double forward = work.headFlops();
    for (var pass : work.passes()) {
      if (pass.isTrained()) {
        forward += pass.images() * (trainedEncoder(pass.sizePx()) + decoder(pass));
      }
    }
    return batch() * forward;
  }

  /// The share of the encoder's trained passes that those of whole crops take.
  double globalShare() {
    int crop = config.augment().cropSizePx();
    double all = 0;
    double global = 0;
    for (var pass : work.passes()) {
      if (pass.isTrained()) {
        double flops = pass.images() * encoder(pass.sizePx());
        all += flops;
        global += pass.sizePx() == crop ? flops : 0;
      }
    }
    return global / all;
  }

  private int batch() {
    return config.train().samplesPerProcess();
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
    double tokens = patches + shape.prefixTokens() + work.furtherTokens();
    double embed = !embedding ? 0 : 2 * patches * 3 * Math.pow(shape.patchSizePx(), 2) * width;
    double linear = 2 * tokens * width * width * (4 + 2 * shape.mlpRatio());
    double attention = 4 * tokens * tokens * width;
    return embed + blocks * (linear + attention);
  }

  /// One image through the decoder, if a pass has one.
  private double decoder(StepWork.Pass pass) {
    return pass.isDecoded() ? decoder(pass.sizePx()) : 0;
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
