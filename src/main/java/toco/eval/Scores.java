package toco.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.files.Json;

/// The scores of one evaluation, in 0…1; NaN where there is nothing to count.
///
/// @param maps scores of each kind of label map that was evaluated
/// @param named scores of image-level classification
/// @param patchCosine mean cosine between an image's patch tokens, averaged over images; near 1 if
///   the network over-smooths
/// @param images number of images evaluated
public record Scores(
    Map<MapKind, MapScores> maps, ClassScores named, double patchCosine, int images) {
  public Scores {
    var copy = new EnumMap<MapKind, MapScores>(MapKind.class);
    copy.putAll(maps); // EnumMap's copy constructor rejects an empty map of another type
    maps = Collections.unmodifiableMap(copy);
    int foreground = named.f1().length;
    maps.forEach((kind, map) -> {
      if (map.matrix().classes() != foreground + 1) {
        throw new IllegalArgumentException(
            "expected %s classes in the matrix of %s, got %s"
                .formatted(foreground + 1, kind.key(), map.matrix().classes()));
      }
    });
  }

  /// Mean IoU of a kind of label map over the classes in the masks; NaN if it was not evaluated.
  public double miou(MapKind kind) {
    var map = maps.get(kind);
    return map == null ? Double.NaN : map.matrix().miou();
  }

  /// Mean IoU of the segmentation.
  public double segMiou() {
    return miou(MapKind.SEG);
  }

  /// Mean IoU of the CAMs' labels.
  public double camMiou() {
    return miou(MapKind.CAM);
  }

  /// Mean IoU of the auxiliary CAMs' labels.
  public double camAuxMiou() {
    return miou(MapKind.CAM_AUX);
  }

  /// F1 of the image-level predictions, averaged over images.
  public double classF1() {
    return named.imageF1();
  }

  /// The scores as a JSON object; NaN becomes null. KINDS means the keys of [MapKind] that were
  /// evaluated, such as `seg`, `crf`, `segLabelsKnown`, `cam` and `camAux`:
  ///
  /// ```
  /// images                number of images
  /// KINDMiou              mean IoU, 0…1, of each kind: segMiou, camMiou, camAuxMiou …
  /// remark                only with scores that are `labels-known`: what they are
  /// classF1               mean F1 of the image-level predictions, 0…1
  /// imageAp               average precision of each image's classes, averaged over images
  /// classMap              mean average precision of the image-level predictions
  /// patchCosine           mean cosine between patch tokens, -1…1
  /// pixelAccuracy         {KINDS}: share of pixels predicted correctly
  /// meanAccuracy          {KINDS}: the same per class, averaged over the classes of the masks
  /// frequencyWeightedIou  {KINDS}: mean IoU, classes weighted by their pixels
  /// boundaryF             {KINDS}: mean boundary F-score of the classes
  /// perClass              {background: {KINDS}, CLASS: …}: IoU, in label order
  /// perClassBoundaryF     the same: boundary F-score
  /// perClassF1            {CLASS: F1 of the image-level predictions}
  /// perClassAp            {CLASS: average precision of the image-level predictions}
  /// ```
  ///
  /// @param classNames the foreground classes, in label order
  public Map<String, @Nullable Object> toJson(List<String> classNames) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put(ScoreKeys.IMAGES, images);
    maps.keySet().forEach(kind -> json.put(ScoreKeys.miou(kind.key()), Json.orNull(miou(kind))));
    if (hasLabelsKnown()) {
      json.put("remark", MapKind.LABELS_KNOWN_REMARK);
    }
    json.put(ScoreKeys.CLASS_F1, Json.orNull(classF1()));
    json.put("imageAp", Json.orNull(named.imageAveragePrecision()));
    json.put("classMap", Json.orNull(named.meanAveragePrecision()));
    json.put(ScoreKeys.PATCH_COSINE, Json.orNull(patchCosine));
    json.put(ScoreKeys.PIXEL_ACCURACY, ofKinds(map -> map.matrix().pixelAccuracy()));
    json.put("meanAccuracy", ofKinds(map -> map.matrix().meanAccuracy()));
    json.put("frequencyWeightedIou", ofKinds(map -> map.matrix().frequencyWeightedIou()));
    json.put("boundaryF", ofKinds(MapScores::meanBoundaryF));
    var names = withBackground(classNames);
    json.put(ScoreKeys.PER_CLASS, perClass(names, map -> map.matrix().iou()));
    json.put("perClassBoundaryF", perClass(names, MapScores::boundaryF));
    json.put("perClassF1", named(classNames, named.f1()));
    json.put("perClassAp", named(classNames, named.averagePrecision()));
    return json;
  }

  /// Every score that a bootstrap computes an interval of, by a name such as `seg.miou`,
  /// `seg.iou.cat` or `classMap`.
  ///
  /// @param classNames the foreground classes, in label order
  Map<String, Double> byName(List<String> classNames) {
    var names = withBackground(classNames);
    var scores = new LinkedHashMap<String, Double>();
    maps.forEach((kind, map) -> {
      var prefix = kind.key() + ".";
      scores.put(prefix + "miou", map.matrix().miou());
      scores.put(prefix + "pixelAccuracy", map.matrix().pixelAccuracy());
      scores.put(prefix + "meanAccuracy", map.matrix().meanAccuracy());
      scores.put(prefix + "frequencyWeightedIou", map.matrix().frequencyWeightedIou());
      scores.put(prefix + "boundaryF", map.meanBoundaryF());
      var iou = map.matrix().iou();
      for (int c = 0; c < iou.length; c++) {
        scores.put(prefix + "iou." + names.get(c), iou[c]);
      }
    });
    scores.put("classF1", classF1());
    scores.put("classMap", named.meanAveragePrecision());
    scores.put("patchCosine", patchCosine);
    return scores;
  }

  /// The scores as a plain-text table, in per cent: one row per class, then the means, then the
  /// classes that no mask shows.
  ///
  /// @param classNames the foreground classes, in label order
  public String table(List<String> classNames) {
    var headings = new ArrayList<>(List.of("IoU, %"));
    maps.keySet().forEach(kind -> headings.add(kind.heading()));
    var table = new ScoreTable(headings.toArray(String[]::new));
    var names = withBackground(classNames);
    for (int c = 0; c < names.size(); c++) {
      int index = c;
      table.percent(names.get(c), each(map -> map.matrix().iou()[index]));
    }
    table.rule();
    table.percent("mIoU", each(map -> map.matrix().miou()));
    table.percent("pixel accuracy", each(map -> map.matrix().pixelAccuracy()));
    table.percent("mean accuracy", each(map -> map.matrix().meanAccuracy()));
    table.percent("freq. weighted IoU", each(map -> map.matrix().frequencyWeightedIou()));
    table.percent("boundary F", each(MapScores::meanBoundaryF));
    table.percent("class F1", classF1());
    table.percent("class mAP", named.meanAveragePrecision());
    table.plain("patch cosine", "%.4f", patchCosine);
    table.plain("images", "%.0f", images);
    var text = new StringBuilder(table.toString());
    var unseen = classesInNoMask(names);
    if (!unseen.isEmpty()) {
      text.append("in no mask, so not in the means: %s%n".formatted(String.join(", ", unseen)));
    }
    if (hasLabelsKnown()) {
      text.append(MapKind.LABELS_KNOWN_REMARK).append('\n');
    }
    return text.toString();
  }

  private boolean hasLabelsKnown() {
    return maps.keySet().stream().anyMatch(MapKind::labelsKnown);
  }

  private List<String> classesInNoMask(List<String> names) {
    return maps.values().stream()
        .findFirst()
        .map(map ->
            IntStream.range(0, names.size())
                .filter(c -> !map.matrix().hasTruth(c))
                .mapToObj(names::get)
                .toList())
        .orElse(List.of());
  }

  /// A second table, in per cent, one row per class: the boundary F-score of each kind of map, then
  /// F1 and average precision of image-level classification; in the last row these two for each
  /// image's classes, averaged over the images.
  ///
  /// @param classNames the foreground classes, in label order
  public String classTable(List<String> classNames) {
    var headings = new ArrayList<>(List.of("boundary F, %"));
    maps.keySet().forEach(kind -> headings.add(kind.heading()));
    headings.addAll(List.of("class F1", "class AP"));
    var table = new ScoreTable(headings.toArray(String[]::new));
    var names = withBackground(classNames);
    for (int c = 0; c < names.size(); c++) {
      int index = c;
      var boundary = each(map -> map.boundaryF()[index]);
      var row = Arrays.copyOf(boundary, boundary.length + 2);
      row[boundary.length] = c == 0 ? Double.NaN : named.f1()[c - 1];
      row[boundary.length + 1] = c == 0 ? Double.NaN : named.averagePrecision()[c - 1];
      table.percent(names.get(c), row);
    }
    table.rule();
    var perImage = new double[maps.size() + 2];
    Arrays.fill(perImage, Double.NaN);
    perImage[maps.size()] = named.imageF1();
    perImage[maps.size() + 1] = named.imageAveragePrecision();
    table.percent("mean of the images", perImage);
    return table.toString();
  }

  private double[] each(ToDoubleFunction<MapScores> score) {
    return maps.values().stream().mapToDouble(score).toArray();
  }

  private Map<String, @Nullable Object> ofKinds(ToDoubleFunction<MapScores> score) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    maps.forEach((kind, map) -> json.put(kind.key(), Json.orNull(score.applyAsDouble(map))));
    return json;
  }

  /// The values of each class, kind by kind.
  private interface OfClasses {
    double[] of(MapScores map);
  }

  private Map<String, @Nullable Object> perClass(List<String> names, OfClasses score) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    for (int c = 0; c < names.size(); c++) {
      int index = c;
      json.put(names.get(c), ofKinds(map -> score.of(map)[index]));
    }
    return json;
  }

  private static Map<String, @Nullable Object> named(List<String> names, double[] values) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    for (int k = 0; k < values.length; k++) {
      json.put(names.get(k), Json.orNull(values[k]));
    }
    return json;
  }

  private List<String> withBackground(List<String> classNames) {
    if (classNames.size() != named.f1().length) {
      throw new IllegalArgumentException(
          "expected names of the %s foreground classes, got %s: %s"
              .formatted(named.f1().length, classNames.size(), classNames));
    }
    var names = new ArrayList<>(List.of("background"));
    names.addAll(classNames);
    return names;
  }
}
