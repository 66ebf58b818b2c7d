package toco.run;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The kinds of label map that an evaluation scores.
public enum MapKind {
  SEG("seg", "segmentation"),
  CRF("crf", "segmentation, CRF"),
  CAM("cam", "CAM"),
  CAM_AUX("camAux", "aux CAM");

  /// What `metrics.jsonl` calls it.
  public final String key;

  public final String label;

  MapKind(String key, String label) {
    this.key = key;
    this.label = label;
  }

  /// Those that have a value.
  public static List<MapKind> in(Map<MapKind, ?> values) {
    return Arrays.stream(values()).filter(values::containsKey).toList();
  }
}
