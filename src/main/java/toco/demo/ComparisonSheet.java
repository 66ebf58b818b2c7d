package toco.demo;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.cam.CamLabels;
import toco.cam.MultiScaleCam;
import toco.cam.NetworkInput;
import toco.cam.Predictions;
import toco.config.Config;
import toco.data.Dataset;
import toco.data.Sample;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.TensorPictures;
import toco.image.TileSheet;
import toco.model.Network;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The picture of a [Comparison]: CAMs and segmentations of several models side by side, one row
/// per image.
final class ComparisonSheet {
  private static final int TILE_PX = 160;

  private ComparisonSheet() {}

  /// One model's pictures of one image, drawn while the model exists: no two models need to be in
  /// memory at the same time.
  ///
  /// @param cam the activation of the strongest of the image's classes at each pixel
  record View(Picture image, Picture cam, Picture seg, Picture truth) {}

  /// Views of the data set's first images.
  static List<View> views(Network model, Config config, Dataset dataset, int images) {
    var views = new ArrayList<View>();
    for (int i = 0; i < images; i++) {
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open();
          var _ = GradMode.noGrad()) {
        views.add(view(model, config, dataset.sample(i), arena));
      }
    }
    return views;
  }

  /// @param views of each model by its name; of the same images
  static void write(Path png, Map<String, List<View>> views) {
    var models = List.copyOf(views.entrySet());
    var first = models.getFirst().getValue();
    var sheet = new TileSheet(2 + 2 * models.size(), TILE_PX);
    for (int i = 0; i < first.size(); i++) {
      int image = i;
      sheet.add("image", first.get(i).image);
      models.forEach(it -> sheet.add("CAM " + it.getKey(), it.getValue().get(image).cam));
      models.forEach(it -> sheet.add("seg " + it.getKey(), it.getValue().get(image).seg));
      sheet.add("ground truth", first.get(i).truth);
    }
    sheet.write(png);
  }

  private static View view(Network model, Config config, Sample sample, Arena arena) {
    var image = sample.readImage(arena);
    var device = model.params().device();
    var input = NetworkInput.of(image, config.eval().sizePx(), model); // [1, 3, S, S]
    var cams = MultiScaleCam.compute(model, input, config.eval().camScales());
    var labels = Tensor.of(sample.labels(), 1, sample.labels().length).to(device);
    var strongest = CamLabels.validCam(cams.cam(), labels).amax(1).select(0, 0); // [S, S]
    var seg =
        Predictions.of(model, input, List.of()).segLabels(0, image.heightPx(), image.widthPx());
    return new View(
        Picture.of(image),
        TensorPictures.cam(image, strongest),
        TensorPictures.labels(image, seg),
        Overlay.labels(image, sample.readMask(image, arena)));
  }
}
