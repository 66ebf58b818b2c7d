package toco.eval;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import toco.cam.EncodedImages;
import toco.cam.InferenceMemory;
import toco.cam.MemoryLimit;
import toco.cam.PresentClasses;
import toco.config.Config;
import toco.data.DataException;
import toco.data.Dataset;
import toco.eval.EvaluationBatch.Reading;
import toco.files.Json;
import toco.image.LabelMap;
import toco.image.LineChart;
import toco.model.Network;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Scores of the labels from CAM and auxiliary CAM as a function of the background threshold
/// (METHOD "Evaluation"). At each threshold they equal the scores of [Evaluator] with that
/// `cam.backgroundThreshold`.
///
/// @param thresholds increasing, in 0…1
/// @param cam confusion matrix of the CAM's labels at each threshold
/// @param camAux the same for the auxiliary CAM
/// @param images number of images evaluated
/// @param skipped images that were not, because image or mask is missing or unreadable
public record CamCurve(
    List<Double> thresholds,
    List<ConfusionMatrix> cam,
    List<ConfusionMatrix> camAux,
    int images,
    List<Skipped> skipped) {
  private static final int CLASSES_OF_AN_IMAGE = 4; // to estimate memory

  public CamCurve {
    thresholds = checked(thresholds);
    cam = List.copyOf(cam);
    camAux = List.copyOf(camAux);
    skipped = List.copyOf(skipped);
  }

  /// Evaluates a network on a data set. An image that cannot be read or has no mask that fits is
  /// skipped and listed in the result.
  ///
  /// @param thresholds increasing, in 0…1
  /// @throws IllegalArgumentException if they are not
  /// @throws DataException if no image can be evaluated, or no mask shows a class
  public static CamCurve evaluate(
      Network model,
      Config config,
      Dataset dataset,
      Device device,
      List<Double> thresholds,
      EvaluationListener listener) {
    dataset.requireClassInMasks();
    int numClasses = config.model().numClasses();
    var cam = new ThresholdCounts(numClasses, checked(thresholds));
    var camAux = new ThresholdCounts(numClasses, thresholds);
    int sizePx = config.eval().sizePx();
    var skipped = new ArrayList<Skipped>();
    var memory = new InferenceMemory(config.model());
    var limit = MemoryLimit.on(device, size -> memory.maps(sizePx, 2L * CLASSES_OF_AN_IMAGE, size));
    for (int i = 0; i < dataset.size(); i++) {
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open();
          var _ = GradMode.noGrad()) {
        var batch = EvaluationBatch.read(dataset, i, i + 1, Reading.SKIPPING, arena);
        batch = batch.within(limit);
        skipped.addAll(batch.skipped());
        for (var entry : batch.entries()) { // one or none
          var mask = Objects.requireNonNull(entry.mask());
          var labels = entry.sample().labels();
          var cams =
              EncodedImages.of(model, batch.images(sizePx, model))
                  .cams(config.eval().camScales(), PresentClasses.of(List.of(labels)));
          var classes = PresentClasses.classesOf(labels);
          cam.add(atMask(cams.cam(), mask), classes, mask);
          camAux.add(atMask(cams.auxCam(), mask), classes, mask);
        }
      }
      listener.onProgress(i + 1, dataset.size());
    }
    int images = dataset.size() - skipped.size();
    if (images == 0) {
      throw new DataException(
          "none of the %s images could be evaluated, the first because: %s"
              .formatted(dataset.size(), skipped.getFirst().reason()));
    }
    return new CamCurve(thresholds, cam.matrices(), camAux.matrices(), images, skipped);
  }

  private static Tensor atMask(Tensor cams, LabelMap mask) {
    return cams.interpolate(mask.heightPx(), mask.widthPx(), Interpolation.BILINEAR).select(0, 0);
  }

  /// Index of the threshold with the highest mIoU of the CAMs; the lowest of equal ones.
  public int bestCam() {
    return best(cam);
  }

  /// The same for the auxiliary CAMs.
  public int bestCamAux() {
    return best(camAux);
  }

  /// The curve as a JSON object; NaN becomes null:
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
    var best = new LinkedHashMap<String, @Nullable Object>();
    best.put("cam", point(bestCam(), cam, classNames));
    best.put("camAux", point(bestCamAux(), camAux, classNames));
    json.put("best", best);
    json.put("skipped", skipped);
    return json;
  }

  /// Two plain-text tables, in per cent: mIoU at each threshold, then the IoU of each class at the
  /// best threshold of CAM and auxiliary CAM.
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
        "thresholds must be one or more increasing numbers in 0…1, got " + got);
  }

  private static List<String> names(List<String> classNames) {
    var names = new ArrayList<>(List.of("background"));
    names.addAll(classNames);
    return names;
  }

  /// Rounded: thresholds computed by adding steps have many digits.
  private static String text(double threshold) {
    return String.valueOf(Math.round(threshold * 1e6) / 1e6);
  }
}
