package toco.eval;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import toco.cam.MultiScaleCam;
import toco.cam.MultiScaleCam.Cams;
import toco.cam.PresentClasses;
import toco.config.Config;
import toco.data.DataException;
import toco.data.Dataset;
import toco.data.Sample;
import toco.eval.EvaluationBatch.Reading;
import toco.files.Json;
import toco.image.LabelMap;
import toco.image.LineChart;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// How good the labels of CAM and auxiliary CAM are at each background threshold (METHOD
/// "Evaluation"). A threshold's scores equal those that [Evaluator] gives at that
/// `cam.backgroundThreshold`.
///
/// @param thresholds growing, in 0…1
/// @param cam the pixels at each threshold
/// @param camAux the same of the auxiliary CAMs
/// @param images how many were evaluated
/// @param skipped those that could not be, because image or mask is missing or unreadable
public record CamCurve(
    List<Double> thresholds,
    List<ConfusionMatrix> cam,
    List<ConfusionMatrix> camAux,
    int images,
    List<Skipped> skipped) {
  public CamCurve {
    thresholds = checked(thresholds);
    cam = List.copyOf(cam);
    camAux = List.copyOf(camAux);
    skipped = List.copyOf(skipped);
  }

  /// Evaluates a network on a data set. An image that cannot be read or has no mask is passed over
  /// and noted.
  ///
  /// @param thresholds growing, in 0…1
  /// @throws IllegalArgumentException if they are not
  /// @throws DataException naming a mask that does not fit, or if no image can be evaluated
  public static CamCurve evaluate(
      Toco model,
      Config config,
      Dataset dataset,
      Device device,
      List<Double> thresholds,
      EvaluationListener listener) {
    int classes = config.model().numClasses();
    var cam = new ThresholdCounts(classes, checked(thresholds));
    var camAux = new ThresholdCounts(classes, thresholds);
    int sizePx = config.eval().sizePx();
    var skipped = new ArrayList<Skipped>();
    for (int i = 0; i < dataset.size(); i++) {
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open();
          var _ = GradMode.noGrad()) {
        var batch = EvaluationBatch.read(dataset, i, i + 1, Reading.SKIPPING, arena);
        skipped.addAll(batch.skipped());
        for (var entry : batch.entries()) { // one or none
          var mask = Objects.requireNonNull(entry.mask());
          var labels = labels(entry.sample().labels());
          var cams = cams(model, config, batch.images(sizePx, device), entry.sample());
          cam.add(atMask(cams.cam(), mask), labels, mask);
          camAux.add(atMask(cams.auxCam(), mask), labels, mask);
        }
      }
      listener.onProgress(i + 1, dataset.size());
    }
    int images = dataset.size() - skipped.size();
    if (images == 0) {
      throw new DataException(
          "none of the %d images could be evaluated, the first because: %s"
              .formatted(dataset.size(), skipped.getFirst().reason()));
    }
    return new CamCurve(thresholds, cam.matrices(), camAux.matrices(), images, skipped);
  }

  /// Of the image's classes alone.
  private static Cams cams(Toco model, Config config, Tensor image, Sample sample) {
    var present = PresentClasses.of(List.of(sample.labels()));
    return MultiScaleCam.start(model, image, config.eval().camScales(), present)
        .finish(model.encode(image));
  }

  private static Tensor atMask(Tensor cams, LabelMap mask) {
    return cams.interpolate(mask.heightPx(), mask.widthPx(), Interpolation.BILINEAR).select(0, 0);
  }

  /// The place of the threshold with the highest mean IoU of the CAMs; the lowest of equals.
  public int bestCam() {
    return best(cam);
  }

  /// The same of the auxiliary CAMs.
  public int bestCamAux() {
    return best(camAux);
  }

  /// The curve as a JSON object; NaN, which JSON lacks, becomes null:
  ///
  /// ```
  /// images   number of images that were evaluated
  /// curve    [{threshold, camMiou, camAuxMiou}, …]
  /// best     {cam: {threshold, miou, perClass: {background: IoU, CLASS: …}}, camAux: {…}}
  /// skipped  [{index, name, reason}, …]
  /// ```
  ///
  /// @param classNames the foreground classes, in label order
  public Map<String, @Nullable Object> toJson(List<String> classNames) {
    var curve = new ArrayList<Map<String, @Nullable Object>>();
    for (int t = 0; t < thresholds.size(); t++) {
      var point = new LinkedHashMap<String, @Nullable Object>();
      point.put("threshold", thresholds.get(t));
      point.put("camMiou", Json.orNull(cam.get(t).miou()));
      point.put("camAuxMiou", Json.orNull(camAux.get(t).miou()));
      curve.add(point);
    }
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("images", images);
    json.put("curve", curve);
    json.put(
        "best",
        Map.of(
            "cam", point(bestCam(), cam, classNames),
            "camAux", point(bestCamAux(), camAux, classNames)));
    json.put("skipped", skipped);
    return json;
  }

  /// The curve as an aligned plain-text table, in per cent, a line a threshold; then the best of
  /// either, each class's IoU there.
  ///
  /// @param classNames the foreground classes, in label order
  public String table(List<String> classNames) {
    var curve = new ScoreTable("threshold", "CAM", "aux CAM");
    for (int t = 0; t < thresholds.size(); t++) {
      curve.percent(text(thresholds.get(t)), cam.get(t).miou(), camAux.get(t).miou());
    }
    int best = bestCam();
    int bestAux = bestCamAux();
    var classes = new ScoreTable("IoU at the best, %", "CAM", "aux CAM");
    var iou = cam.get(best).iou();
    var auxIou = camAux.get(bestAux).iou();
    var names = names(classNames);
    for (int c = 0; c < iou.length; c++) {
      classes.percent(names.get(c), iou[c], auxIou[c]);
    }
    classes.rule();
    classes.percent("mIoU", cam.get(best).miou(), camAux.get(bestAux).miou());
    classes.plain("images", "%.0f", images);
    return "mIoU against background threshold, %%\n%s\nbest: CAM at %s, aux CAM at %s\n\n%s"
        .formatted(curve, text(thresholds.get(best)), text(thresholds.get(bestAux)), classes);
  }

  /// Draws the curve as a PNG file.
  ///
  /// @throws toco.image.ImageException if it cannot be written
  public void draw(Path png) {
    var x = thresholds.stream().mapToDouble(Double::doubleValue).toArray();
    new LineChart("mIoU", "background threshold", x)
        .add("CAM", cam.stream().mapToDouble(ConfusionMatrix::miou).toArray())
        .add("aux CAM", camAux.stream().mapToDouble(ConfusionMatrix::miou).toArray())
        .write(png);
  }

  private Map<String, @Nullable Object> point(
      int t, List<ConfusionMatrix> matrices, List<String> classNames) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("threshold", thresholds.get(t));
    json.put("miou", Json.orNull(matrices.get(t).miou()));
    var iou = matrices.get(t).iou();
    var names = names(classNames);
    var perClass = new LinkedHashMap<String, @Nullable Object>();
    for (int c = 0; c < iou.length; c++) {
      perClass.put(names.get(c), Json.orNull(iou[c]));
    }
    json.put("perClass", perClass);
    return json;
  }

  private static int best(List<ConfusionMatrix> matrices) {
    int best = 0;
    for (int t = 1; t < matrices.size(); t++) {
      if (matrices.get(t).miou() > matrices.get(best).miou()) {
        best = t;
      }
    }
    return best;
  }

  private static List<Double> checked(List<Double> thresholds) {
    for (int t = 0; t < thresholds.size(); t++) {
      double threshold = thresholds.get(t);
      if (!(threshold >= 0 && threshold <= 1) || (t > 0 && !(threshold > thresholds.get(t - 1)))) {
        throw notThresholds(thresholds);
      }
    }
    if (thresholds.isEmpty()) {
      throw notThresholds(thresholds);
    }
    return List.copyOf(thresholds);
  }

  private static IllegalArgumentException notThresholds(List<Double> got) {
    return new IllegalArgumentException(
        "thresholds must be one or more growing numbers in 0…1, got " + got);
  }

  private static long[] labels(float[] multiHot) {
    var labels = new ArrayList<Long>();
    for (int k = 0; k < multiHot.length; k++) {
      if (multiHot[k] > 0) {
        labels.add(k + 1L);
      }
    }
    return labels.stream().mapToLong(Long::longValue).toArray();
  }

  private static List<String> names(List<String> classNames) {
    var names = new ArrayList<>(List.of("background"));
    names.addAll(classNames);
    return names;
  }

  /// Without the digits that sums of steps leave.
  private static String text(double threshold) {
    return String.valueOf(Math.round(threshold * 1e6) / 1e6);
  }
}
