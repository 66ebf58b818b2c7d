package toco.report;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import toco.cam.CamLabels;
import toco.cam.EncodedImages;
import toco.cam.MultiScaleCam.Cams;
import toco.cam.NetworkInput;
import toco.cam.PatchCosine;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.data.Dataset;
import toco.data.Sample;
import toco.eval.ConfusionMatrix;
import toco.eval.MapKind;
import toco.image.CamTiles;
import toco.image.ImageBox;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Normalization;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.image.Thumbnail;
import toco.recipes.Recipes;
import toco.report.GalleryImage.Tile;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// CAMs, pseudo-labels and segmentation of single images, by the protocol of evaluation during
/// training (METHOD "Evaluation"): images resized to a square of `eval.sizePx`.
final class ImageStudy {
  private static final int TILE_PX = 256;
  private static final float JPEG_QUALITY = 0.85f;

  private final TrainedNetwork network;
  private final Config config;
  private final Dataset dataset;
  private final boolean labelsFromMainCam;
  private final boolean refinesLabels;

  /// @param network stays the caller's
  /// @param step training steps done: decides whether training makes pseudo-labels from the CAM or
  ///   the auxiliary CAM
  ImageStudy(TrainedNetwork network, Dataset dataset, long step) {
    this.network = network;
    config = network.config();
    this.dataset = dataset;
    refinesLabels = Recipes.of(config).refinesLabels();
    labelsFromMainCam = config.loss().labelsFromMainCamAt(step);
  }

  /// Computes and draws all maps of an image.
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
      tiles.add("Image", "%s × %s px".formatted(image.widthPx(), image.heightPx()), tiles.plain());
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

  /// Maps of one image of H×W pixels.
  ///
  /// @param cam float32 [K, H, W], absent classes 0
  /// @param auxCam float32 [K, H, W], absent classes 0
  /// @param seg labels, int64 [H, W]
  /// @param camLabels int64 [H, W]
  /// @param auxCamLabels int64 [H, W]
  /// @param pseudoLabels int64 [side, side], of the resized image
  /// @param blockCosine mean cosine between patch tokens, one value per block
  private record Maps(
      Tensor cam,
      Tensor auxCam,
      Tensor seg,
      Tensor camLabels,
      Tensor auxCamLabels,
      Tensor pseudoLabels,
      List<Double> blockCosine) {}

  private Maps maps(RgbImage image, float[] multiHot) {
    var input = NetworkInput.of(image, config.eval().sizePx(), network.model());
    var encoded = EncodedImages.of(network.model(), input);
    var cams = encoded.cams(config.eval().camScales());
    var labels = Tensor.of(multiHot, 1, multiHot.length).to(network.device());
    var cam = atSizeOf(image, CamLabels.validCam(cams.cam(), labels)); // [1, K, H, W]
    var auxCam = atSizeOf(image, CamLabels.validCam(cams.auxCam(), labels));
    double threshold = config.cam().backgroundThreshold();
    return new Maps(
        cam.select(0, 0),
        auxCam.select(0, 0),
        atSizeOf(image, encoded.segLogits()).argmax(1).select(0, 0),
        CamLabels.forEvaluation(cam, threshold).select(0, 0),
        CamLabels.forEvaluation(auxCam, threshold).select(0, 0),
        pseudoLabels(encoded, cams, multiHot),
        PatchCosine.ofBlocks(network.model(), input));
  }

  /// Pseudo-labels as training makes them at this step.
  ///
  /// @param evalCams CAMs over `eval.camScales`
  private Tensor pseudoLabels(EncodedImages encoded, Cams evalCams, float[] multiHot) {
    boolean sameScales = config.cam().scales().equals(config.eval().camScales());
    var cams = sameScales ? evalCams : encoded.cams(config.cam().scales());
    var present = PresentClasses.of(List.of(multiHot));
    int side = config.eval().sizePx();
    var ofPresent = present.gather(labelsFromMainCam ? cams.cam() : cams.auxCam());
    var boxes = List.of(ImageBox.full(side, side));
    var maker = new PseudoLabels(config.cam());
    var labels =
        refinesLabels
            ? maker.refine(
                Normalization.of(config.model().statistics()).denormalizeToUnit(encoded.images()),
                ofPresent,
                present,
                boxes)
            : maker.unrefined(ofPresent, present, boxes);
    return labels.select(0, 0);
  }

  private static Tensor atSizeOf(RgbImage image, Tensor maps) {
    return maps.interpolate(image.heightPx(), image.widthPx(), Interpolation.BILINEAR);
  }

  private double iou(LabelMap mask, Tensor labels) {
    var matrix = new ConfusionMatrix(dataset.numClasses() + 1);
    matrix.add(mask.labels(), TensorPictures.labelMap(labels).labels());
    return matrix.miou();
  }

  private List<String> classes(Sample sample) {
    return Arrays.stream(PresentClasses.classesOf(sample.labels()))
        .mapToObj(label -> dataset.classNames().get((int) label - 1))
        .toList();
  }

  /// Pictures of an image, all of the same size.
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
      return TensorPictures.labels(small, labels);
    }

    void addCams(Maps maps, float[] multiHot) {
      var cams = CamTiles.of(small, maps.cam, maps.auxCam, Tensor.of(multiHot));
      var note = cams.caption(k -> "of " + dataset.classNames().get(k));
      add("CAM", note, cams.cam());
      add("Aux CAM", note, cams.auxCam());
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
