package toco.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The kinds of label map that an evaluation scores, in the order of tables.
public enum MapKind {
  /// The segmentation.
  SEG("seg", "seg", "segmentation"),
  /// The segmentation after the dense CRF.
  CRF("crf", "seg + CRF", "segmentation, CRF"),
  /// Labels from the CAM.
  CAM("cam", "CAM", "CAM"),
  /// Labels from the auxiliary CAM.
  CAM_AUX("camAux", "aux CAM", "aux CAM");

  private final String key;
  private final String heading;
  private final String label;

  MapKind(String key, String heading, String label) {
    this.key = key;
    this.heading = heading;
    this.label = label;
  }

  /// Its name in JSON.
  public String key() {
    return key;
  }

  /// Its column heading in plain-text tables.
  public String heading() {
    return heading;
  }

  /// Its name in reports.
  public String label() {
    return label;
  }

  /// The kinds that a map has values of, in the order of tables.
  public static List<MapKind> in(Map<MapKind, ?> values) {
    return Arrays.stream(values()).filter(values::containsKey).toList();
  }
}
