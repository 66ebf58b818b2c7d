package toco.eval;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import toco.cam.CamLabels;
import toco.cam.EvaluatedImage;
import toco.cam.LocalisationMaps;
import toco.cam.Segmentation;
import toco.config.Protocol;
import toco.eval.EvaluationBatch.Entry;
import toco.image.LabelMap;
import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.LibTorch;
import toco.torch.Tensor;

/// Scores one image: its label maps at the mask's size against the mask, and what the network
/// predicts for the image as a whole.
final class ImageScorer {
  private static final long LARGE_PIXELS = 4_000_000;

  private final Protocol protocol;
  private final EvaluatedImage shown;
  private final int classes;
  private final Entry entry;
  private final LabelMap mask;
  private final Map<MapKind, Tensor> labels = new EnumMap<>(MapKind.class); // uint8

  /// @param shown what the network shows of the image
  /// @param classes C, background included
  ImageScorer(Protocol protocol, EvaluatedImage shown, int classes, Entry entry) {
    this.protocol = protocol;
    this.shown = shown;
    this.classes = classes;
    this.entry = entry;
    mask = Objects.requireNonNull(entry.mask());
  }

  /// Scores everything without a CRF.
  ImageScores scores() {
    if (protocol.labelsKnown()) {
      add(segmentations());
    } else {
      add(MapKind.SEG, shown.labels());
    }
    return withCams();
  }

  /// The same, where the segmentations are computed already.
  ImageScores scores(Map<MapKind, Segmentation> segmentations) {
    add(segmentations);
    return withCams();
  }

  /// The segmentation and, if asked for, that with known labels, by their kinds without a CRF.
  Map<MapKind, Segmentation> segmentations() {
    var segmentation = shown.segmentation();
    var all = new EnumMap<MapKind, Segmentation>(MapKind.class);
    all.put(MapKind.SEG, segmentation);
    if (protocol.labelsKnown()) {
      all.put(MapKind.SEG_LABELS_KNOWN, segmentation.labelsKnown(entry.sample().labels()));
    }
    return all;
  }

  private void add(Map<MapKind, Segmentation> segmentations) {
    segmentations.forEach((kind, segmentation) -> add(kind, segmentation.labels()));
  }

  private void add(MapKind kind, Tensor map) {
    labels.put(kind, map.to(DType.UINT8));
  }

  private ImageScores withCams() {
    var cams = shown.cams();
    if (cams != null) {
      add(MapKind.CAM, camLabels(cams.cam()));
      add(MapKind.CAM_AUX, camLabels(cams.auxCam()));
      var lam = shown.localisationMaps();
      if (lam != null) {
        add(MapKind.LAM, camLabels(lam));
        var atMask =
            cams.cam().interpolate(mask.heightPx(), mask.widthPx(), Interpolation.BILINEAR);
        add(MapKind.FUSED, camLabels(LocalisationMaps.fused(lam, atMask)));
      }
    }
    var sample = entry.sample();
    var values = shown.values();
    return new ImageScores(
        sample.index(),
        sample.name(),
        counts(),
        sample.labels(),
        values.classLogits(),
        values.patchCosine());
  }

  /// Only the classes of the image-level labels compete, as in the published code.
  private Tensor camLabels(Tensor cams) {
    if ((long) mask.heightPx() * mask.widthPx() > LARGE_PIXELS) {
      LibTorch.trimMemory(); // what was freed before would not serve for maps of this size
    }
    return CamLabels.forEvaluation(
        cams, entry.sample().labels(), mask.heightPx(), mask.widthPx(), protocol.camBackground());
  }

  private Map<MapKind, LabelCounts> counts() {
    var counts = new EnumMap<MapKind, LabelCounts>(MapKind.class);
    ReadLabels.of(labels)
        .forEach((kind, map) -> counts.put(kind, LabelCounts.of(mask, map, classes)));
    return counts;
  }
}
