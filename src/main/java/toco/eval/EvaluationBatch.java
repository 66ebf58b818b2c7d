package toco.eval;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import toco.data.Dataset;
import toco.data.Sample;
import toco.image.Normalization;
import toco.image.RgbImage;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Some samples of a data set, made ready for the network: all are resized to one square, whatever
/// their shape.
///
/// @param samples in the data set's order
/// @param pictures the decoded images at native size, one a sample
/// @param images float32 [B, 3, sizePx, sizePx] normalised
/// @param labels float32 [B, K] multi-hot
record EvaluationBatch(
    List<Sample> samples, List<RgbImage> pictures, Tensor images, Tensor labels) {

  /// Reads the samples `start` to `end`, exclusive.
  ///
  /// @param arena owner of the decoded pixels; must outlive the tensors
  /// @throws toco.image.ImageException naming the file that is missing or unreadable
  static EvaluationBatch read(
      Dataset dataset, int start, int end, int sizePx, Device device, Arena arena) {
    var samples = new ArrayList<Sample>();
    var pictures = new ArrayList<RgbImage>();
    var images = new ArrayList<Tensor>();
    var labels = new ArrayList<Tensor>();
    for (int i = start; i < end; i++) {
      var sample = dataset.sample(i);
      var picture = sample.readImage(arena);
      samples.add(sample);
      pictures.add(picture);
      images.add(prepare(picture, sizePx, device));
      labels.add(Tensor.of(sample.labels()));
    }
    return new EvaluationBatch(
        samples, pictures, Tensor.cat(images, 0), Tensor.stack(labels, 0).to(device));
  }

  int size() {
    return samples.size();
  }

  /// Normalised first, then resized, as the published evaluation does: [1, 3, sizePx, sizePx].
  private static Tensor prepare(RgbImage picture, int sizePx, Device device) {
    return Normalization.normalize(
            picture
                .tensor()
                .to(device)
                .permute(2, 0, 1) // [3, H, W]
                .to(DType.FLOAT32))
        .unsqueeze(0)
        .interpolate(sizePx, sizePx, Interpolation.BILINEAR);
  }
}
