package toco.foreign;

import java.nio.file.Path;
import toco.config.Config;
import toco.model.LogitNetwork;
import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Ops;
import toco.torch.Tensor;

/// The logits of a network of another program, which are checked before they are believed.
///
/// @param file for messages
/// @param outputs owned
record CheckedLogits(Path file, ForeignOutputs outputs, ForeignInput input, Config config)
    implements LogitNetwork.Logits {

  @Override
  public Tensor of(Tensor image) {
    long height = input.fit().height(image.size(2));
    long width = input.fit().width(image.size(3));
    boolean fits = height == image.size(2) && width == image.size(3);
    var given = fits ? image : image.interpolate(height, width, Interpolation.BILINEAR);
    var output = outputs.of(given);
    requireLogits(output, given);
    var logits = output.to(image.device()).to(DType.FLOAT32);
    requireFinite(logits);
    return logits;
  }

  private void requireLogits(Tensor output, Tensor image) {
    int classes = config.model().numClasses();
    var shape = output.shape();
    if (!output.dtype().isFloatingPoint()) {
      throw new ForeignException(
          file,
          ("gives %s %s for an image of %s, expected logits, floating-point [1, %s, h, w]; export"
                  + " it without its argmax, or choose another output with --output")
              .formatted(output.dtype(), shape, image.shape(), classes));
    }
    if (shape.dims() != 4 || shape.size(0) != 1 || shape.size(2) < 1 || shape.size(3) < 1) {
      throw new ForeignException(
          file,
          ("gives a tensor of shape %s for an image of %s, expected logits [1, %s, h, w]; choose"
                  + " another output with --output")
              .formatted(shape, image.shape(), classes));
    }
    if (shape.size(1) != classes) {
      throw new ForeignException(
          file,
          ("gives logits of %s channels, expected %s: the background and %s classes of"
               + " data.classNames (%s); give the configuration of the network's classes, or export"
               + " these channels in this order")
              .formatted(
                  shape.size(1),
                  classes,
                  classes - 1,
                  String.join(", ", config.data().classNames())));
    }
  }

  private void requireFinite(Tensor logits) {
    long bad = logits.numel() - Ops.call("aten::isfinite", logits).sum().itemLong();
    if (bad > 0) {
      throw new ForeignException(
          file,
          ("gives %s of %s logits that are no finite numbers; check that --normalize %s is what it"
                  + " was trained with, and export it in float32")
              .formatted(bad, logits.numel(), input.normalizationText()));
    }
  }

  @Override
  public void close() {
    outputs.close();
  }
}
