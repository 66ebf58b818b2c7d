package toco.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The scores of one evaluation. Shares lie in 0…1; a value without anything to count is NaN.
///
/// @param seg pixels of the segmentation, C classes, background first
/// @param cam pixels of the labels that CAMs give
/// @param camAux the same of the auxiliary CAMs
/// @param classF1 F1 of the image-level predictions, averaged over images
/// @param patchCosine mean cosine between an image's patch tokens, averaged over images: near 1
///   when the tokens have grown all alike
/// @param images how many were evaluated
public record Scores(
    ConfusionMatrix seg,
    ConfusionMatrix cam,
    ConfusionMatrix camAux,
    double classF1,
    double patchCosine,
    int images) {
  public Scores {
    if (cam.classes() != seg.classes() || camAux.classes() != seg.classes()) {
      throw new IllegalArgumentException(
          "the matrices must have as many classes, got seg %d, cam %d, camAux %d"
              .formatted(seg.classes(), cam.classes(), camAux.classes()));
    }
  }

  /// Mean IoU of the segmentation over the classes that the masks hold.
  public double segMiou() {
    return seg.miou();
  }

  /// Mean IoU of the CAMs' labels.
  public double camMiou() {
    return cam.miou();
  }

  /// Mean IoU of the auxiliary CAMs' labels.
  public double camAuxMiou() {
    return camAux.miou();
  }

  /// The scores as a JSON object; NaN, which JSON lacks, becomes null:
  ///
  /// ```
  /// images         number of images
  /// segMiou        mean IoU, 0…1; camMiou and camAuxMiou likewise
  /// classF1        mean F1 of the image-level predictions, 0…1
  /// patchCosine    mean cosine between patch tokens, -1…1
  /// pixelAccuracy  {seg, cam, camAux}: share of pixels that are right
  /// meanAccuracy   {seg, cam, camAux}: mean over the classes of the masks of that share
  /// perClass       {background: {seg, cam, camAux}, CLASS: …}: IoU, in label order
  /// ```
  ///
  /// @param classNames the foreground classes, in label order
  public Map<String, @Nullable Object> toJson(List<String> classNames) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("images", images);
    json.put("segMiou", orNull(segMiou()));
    json.put("camMiou", orNull(camMiou()));
    json.put("camAuxMiou", orNull(camAuxMiou()));
    json.put("classF1", orNull(classF1));
    json.put("patchCosine", orNull(patchCosine));
    json.put("pixelAccuracy", each(ConfusionMatrix::pixelAccuracy).toJson());
    json.put("meanAccuracy", each(ConfusionMatrix::meanAccuracy).toJson());
    var classes = new LinkedHashMap<String, @Nullable Object>();
    perClass(classNames).forEach((name, iou) -> classes.put(name, iou.toJson()));
    json.put("perClass", classes);
    return json;
  }

  /// The scores as an aligned plain-text table, in per cent: a line a class, then the means. Ends
  /// with a line break.
  ///
  /// @param classNames the foreground classes, in label order
  public String table(List<String> classNames) {
    var table = new ScoreTable("IoU, %", "seg", "CAM", "aux CAM");
    perClass(classNames).forEach((name, iou) -> table.percent(name, iou.toArray()));
    table.rule();
    table.percent("mIoU", each(ConfusionMatrix::miou).toArray());
    table.percent("pixel accuracy", each(ConfusionMatrix::pixelAccuracy).toArray());
    table.percent("mean accuracy", each(ConfusionMatrix::meanAccuracy).toArray());
    table.percent("class F1", classF1);
    table.plain("patch cosine", "%.4f", patchCosine);
    table.plain("images", "%.0f", images);
    return table.toString();
  }

  /// One kind of score of the three predictions.
  private record Triple(double seg, double cam, double camAux) {
    double[] toArray() {
      return new double[] {seg, cam, camAux};
    }

    Map<String, @Nullable Object> toJson() {
      var json = new LinkedHashMap<String, @Nullable Object>();
      json.put("seg", orNull(seg));
      json.put("cam", orNull(cam));
      json.put("camAux", orNull(camAux));
      return json;
    }
  }

  private Triple each(ToDoubleFunction<ConfusionMatrix> score) {
    return new Triple(
        score.applyAsDouble(seg), score.applyAsDouble(cam), score.applyAsDouble(camAux));
  }

  private Map<String, Triple> perClass(List<String> classNames) {
    if (classNames.size() + 1 != seg.classes()) {
      throw new IllegalArgumentException(
          "expected names of the %d foreground classes, got %d: %s"
              .formatted(seg.classes() - 1, classNames.size(), classNames));
    }
    var names = new ArrayList<>(List.of("background"));
    names.addAll(classNames);
    var rows = new LinkedHashMap<String, Triple>();
    for (int c = 0; c < names.size(); c++) {
      int index = c;
      rows.put(names.get(c), each(matrix -> matrix.iou()[index]));
    }
    return rows;
  }

  private static @Nullable Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
