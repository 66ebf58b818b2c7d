package toco.report;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.stream.IntStream;
import toco.cam.CamLabels;
import toco.cam.MultiScaleCam;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.config.Config;
import toco.data.Dataset;
import toco.data.Sample;
import toco.eval.ConfusionMatrix;
import toco.eval.PatchCosine;
import toco.eval.TensorPictures;
import toco.image.Colormap;
import toco.image.ImageBox;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Normalization;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.RgbImage;
import toco.image.Thumbnail;
import toco.model.Toco;
import toco.report.GalleryImage.Tile;
import toco.run.MapKind;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// What a network makes of single images: CAMs, pseudo-labels as training would make them, and the
/// segmentation, by the protocol of the evaluation in training (METHOD "Evaluation"): images
/// resized to a square of `eval.sizePx`.
final class ImageStudy {
  private static final int TILE_PX = 256;
  private static final float JPEG_QUALITY = 0.85f;

  private final Config config;
  private final Dataset dataset;
  private final Toco model;
  private final Device device;
  private final boolean labelsFromMainCam;

  /// @param step training steps that the network has behind it: they decide which CAM pseudo-labels
  ///   come from
  ImageStudy(Config config, Dataset dataset, Toco model, Device device, long step) {
    this.config = config;
    this.dataset = dataset;
    this.model = model;
    this.device = device;
    labelsFromMainCam = config.loss().labelsFromMainCamAt(step);
  }

  /// Studies an image.
  ///
  /// @throws toco.image.ImageException naming the file that is missing or unreadable
  /// @throws toco.data.DataException if its mask does not fit
  GalleryImage study(int index) {
    var sample = dataset.sample(index);
    try (var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var image = sample.readImage(arena);
      var maps = maps(image, sample.labels());
      var iou = new EnumMap<MapKind, Double>(MapKind.class);
      var tiles = new Tiles(image);
      tiles.add("Image", "%d × %d px".formatted(image.widthPx(), image.heightPx()), tiles.plain());
      tiles.addCams(maps, sample.labels());
      tiles.add("Pseudo-label", "", tiles.labels(maps.pseudoLabels));
      tiles.add("Prediction", "", tiles.labels(maps.seg));
      if (sample.maskPath().isPresent()) {
        var mask = sample.readMask(image, arena);
        iou.put(MapKind.SEG, iou(mask, maps.seg));
        iou.put(MapKind.CAM, iou(mask, maps.camLabels));
        iou.put(MapKind.CAM_AUX, iou(mask, maps.auxCamLabels));
        tiles.add("Ground truth", "", Overlay.labels(tiles.small, mask));
      }
      return new GalleryImage(sample.name(), classes(sample), iou, maps.blockCosine, tiles.all);
    }
  }

  /// Maps of one image.
  ///
  /// @param cam [K, H, W] at the image's size, as is auxCam
  /// @param seg labels [H, W] at the image's size, as are camLabels and auxCamLabels
  /// @param pseudoLabels [h, w] of the square
  /// @param blockCosine mean cosine between patch tokens, a value a block
  private record Maps(
      Tensor cam,
      Tensor auxCam,
      Tensor seg,
      Tensor camLabels,
      Tensor auxCamLabels,
      Tensor pseudoLabels,
      List<Double> blockCosine) {}

  private Maps maps(RgbImage image, float[] multiHot) {
    int side = config.eval().sizePx();
    var square =
        Normalization.normalize(
                image.tensor().to(device).permute(2, 0, 1).to(DType.FLOAT32)) // [3, H, W]
            .unsqueeze(0)
            .interpolate(side, side, Interpolation.BILINEAR);
    var labels = Tensor.of(multiHot, 1, multiHot.length).to(device);
    var tokens = model.encode(square);
    var cams = MultiScaleCam.compute(model, square, config.eval().camScales(), tokens);
    var cam = stretched(CamLabels.validCam(cams.cam(), labels), image);
    var auxCam = stretched(CamLabels.validCam(cams.auxCam(), labels), image);
    double threshold = config.cam().backgroundThreshold();

    var present = PresentClasses.of(List.of(multiHot));
    var trained =
        config.cam().scales().equals(config.eval().camScales())
            ? cams
            : MultiScaleCam.compute(model, square, config.cam().scales(), tokens);
    var pseudoLabels =
        new PseudoLabels(config.cam())
            .refine(
                Normalization.denormalizeToUnit(square),
                present.gather(labelsFromMainCam ? trained.cam() : trained.auxCam()),
                present,
                List.of(ImageBox.full(side, side)));
    return new Maps(
        cam.select(0, 0),
        auxCam.select(0, 0),
        stretched(model.segment(tokens.patchMap()), image).argmax(1).select(0, 0),
        CamLabels.forEvaluation(cam, threshold).select(0, 0),
        CamLabels.forEvaluation(auxCam, threshold).select(0, 0),
        pseudoLabels.select(0, 0),
        blockCosine(square));
  }

  private List<Double> blockCosine(Tensor square) {
    return model.patchTokensOfBlocks(square).stream()
        .map(tokens -> PatchCosine.mean(tokens).toDoubleArray()[0])
        .toList();
  }

  private static Tensor stretched(Tensor maps, RgbImage image) {
    return maps.interpolate(image.heightPx(), image.widthPx(), Interpolation.BILINEAR);
  }

  private double iou(LabelMap mask, Tensor labels) {
    var matrix = new ConfusionMatrix(dataset.numClasses() + 1);
    matrix.add(mask.labels(), TensorPictures.labelMap(labels).labels());
    return matrix.miou();
  }

  private List<String> classes(Sample sample) {
    return IntStream.range(0, dataset.numClasses())
        .filter(k -> sample.labels()[k] > 0)
        .mapToObj(dataset.classNames()::get)
        .toList();
  }

  /// Pictures of an image, all of one size.
  private final class Tiles {
    final RgbImage small;
    final List<Tile> all = new ArrayList<>();

    Tiles(RgbImage image) {
      small = Thumbnail.of(image, TILE_PX);
    }

    Picture plain() {
      return Picture.of(small);
    }

    Picture labels(Tensor labels) {
      return Overlay.labels(small, TensorPictures.labelMap(labels));
    }

    /// Heat maps of the most active class.
    void addCams(Maps maps, float[] multiHot) {
      int k = TensorPictures.mostActiveClass(maps.cam, Tensor.of(multiHot));
      addCam("CAM", maps.cam, k);
      addCam("Aux CAM", maps.auxCam, k);
    }

    private void addCam(String title, Tensor cam, int k) {
      if (k < 0) {
        add(title, "no class here", plain());
        return;
      }
      var heat = TensorPictures.heatMap(cam.select(0, k));
      add(title, "of " + dataset.classNames().get(k), Overlay.heat(small, heat, Colormap.JET));
    }

    void add(String title, String note, Picture picture) {
      all.add(
          new Tile(
              title,
              note,
              ImageWriter.jpeg(picture, JPEG_QUALITY),
              picture.widthPx(),
              picture.heightPx()));
    }
  }
}
