package toco.demo;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.cam.CamLabels;
import toco.cam.MultiScaleCam;
import toco.config.Config;
import toco.data.Dataset;
import toco.data.Sample;
import toco.eval.TensorPictures;
import toco.image.Colormap;
import toco.image.HeatMap;
import toco.image.LabelMap;
import toco.image.Normalization;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.RgbImage;
import toco.image.TileSheet;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The picture of a comparison: a row an image, CAMs and segmentations of two models side by side.
final class ContrastSheet {
  private static final int COLUMNS = 6;
  private static final int TILE_PX = 160;

  private ContrastSheet() {}

  /// What one model makes of one image; drawn while the model is there, so that both need not be.
  record View(Picture image, Picture cam, Picture seg, Picture truth) {}

  /// Views of the data set's first images.
  static List<View> views(Toco model, Config config, Dataset dataset, int images) {
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

  static void write(Path png, List<View> with, List<View> without) {
    var sheet = new TileSheet(COLUMNS, TILE_PX);
    for (int i = 0; i < with.size(); i++) {
      var a = with.get(i);
      var b = without.get(i);
      sheet.add("image", a.image).add("CAM with", a.cam).add("CAM without", b.cam);
      sheet.add("seg with", a.seg).add("seg without", b.seg).add("ground truth", a.truth);
    }
    sheet.write(png);
  }

  private static View view(Toco model, Config config, Sample sample, Arena arena) {
    var image = sample.readImage(arena);
    var device = model.params().device();
    var input = input(image, config.eval().sizePx(), device); // [1, 3, S, S]
    var labels = Tensor.of(sample.labels(), 1, sample.labels().length).to(device);
    var cam = MultiScaleCam.compute(model, input, config.eval().camScales()).cam();
    var logits = model.segment(model.encode(input).patchMap());
    return new View(
        Picture.of(image),
        Overlay.heat(image, strongest(CamLabels.validCam(cam, labels)), Colormap.JET),
        Overlay.labels(image, predicted(logits, image)),
        Overlay.labels(image, sample.readMask(image, arena)));
  }

  /// As evaluation sees the image: normalised, then resized to a square.
  private static Tensor input(RgbImage image, int sizePx, Device device) {
    var levels = Tensor.copyOf(image.pixels(), DType.UINT8, image.heightPx(), image.widthPx(), 3);
    var planes = levels.permute(2, 0, 1).unsqueeze(0).to(DType.FLOAT32); // [1, 3, H, W]
    return Normalization.normalize(planes)
        .interpolate(sizePx, sizePx, Interpolation.BILINEAR)
        .to(device);
  }

  /// The map of whichever present class is strongest at each place.
  private static HeatMap strongest(Tensor validCam) {
    return TensorPictures.heatMap(validCam.amax(new long[] {1}, false).select(0, 0));
  }

  private static LabelMap predicted(Tensor logits, RgbImage image) {
    var full = logits.interpolate(image.heightPx(), image.widthPx(), Interpolation.BILINEAR);
    return TensorPictures.labelMap(full.argmax(1).select(0, 0));
  }
}
