package toco.cam;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.cam.MultiScaleCam.Cams;
import toco.config.ClassMap;
import toco.config.Protocol;
import toco.image.RgbImage;
import toco.model.Network;
import toco.torch.Tensor;

/// ToCo's evaluation (METHOD "Evaluation"), of which the keys of `eval` set sizes, scales and
/// combinations: images are resized to the protocol's size, then to its scales.
public record ScaledEvaluation(Protocol protocol) implements ImageEvaluation {
  @Override
  public EvaluatedImage of(Network model, RgbImage image) {
    return of(model, List.of(image)).getFirst();
  }

  /// Encodes all images in one pass.
  @Override
  public List<EvaluatedImage> of(Network model, List<RgbImage> images) {
    var input =
        Tensor.cat(
            images.stream().map(image -> NetworkInput.of(image, protocol.sizePx(), model)).toList(),
            0); // [B, 3, H, W]
    var encoded = EncodedImages.of(model, input);
    var predictions = Predictions.of(encoded, protocol.camScales());
    var lam = protocol.maps() == ClassMap.LAM ? model.localisation(encoded.tokens()) : null;
    var inference = MultiScaleInference.of(protocol);
    var values = new BatchValues(predictions);
    return IntStream.range(0, images.size())
        .<EvaluatedImage>mapToObj(
            i -> new Image(inference, encoded, predictions, values, lam, i, images.get(i)))
        .toList();
  }

  /// What is said of the images as a whole, read for all of them when it is first asked for.
  private static final class BatchValues {
    private final Predictions predictions;
    private @Nullable List<ImageValues> read;

    BatchValues(Predictions predictions) {
      this.predictions = predictions;
    }

    ImageValues of(int i) {
      if (read == null) {
        read = ImageValues.read(predictions.classLogits(), predictions.patchCosine());
      }
      return read.get(i);
    }
  }

  /// @param lam localisation maps of the patch grid, [B, K, h, w]; null: none
  /// @param i position in the batch
  private record Image(
      MultiScaleInference inference,
      EncodedImages encoded,
      Predictions predictions,
      BatchValues batchValues,
      @Nullable Tensor lam,
      int i,
      RgbImage image)
      implements EvaluatedImage {
    @Override
    public ImageValues values() {
      return batchValues.of(i);
    }

    @Override
    public Segmentation segmentation() {
      return new LogitSegmentation(
          inference.logits(
              encoded.model(),
              ofThis(encoded.images()),
              image.heightPx(),
              image.widthPx(),
              ofThis(predictions.segLogits())));
    }

    /// Logits of many classes for a large image never exist at once.
    @Override
    public Tensor labels() {
      return inference.labels(
          encoded.model(),
          ofThis(encoded.images()),
          image.heightPx(),
          image.widthPx(),
          ofThis(predictions.segLogits()));
    }

    @Override
    public @Nullable Cams cams() {
      var cams = predictions.cams();
      return cams == null ? null : new Cams(ofThis(cams.cam()), ofThis(cams.auxCam()));
    }

    @Override
    public @Nullable Tensor localisationMaps() {
      return lam == null
          ? null
          : LocalisationMaps.single(ofThis(lam), image.heightPx(), image.widthPx());
    }

    private Tensor ofThis(Tensor batch) {
      return batch.slice(0, i, i + 1);
    }
  }
}
