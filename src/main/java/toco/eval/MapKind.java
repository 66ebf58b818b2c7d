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
  /// The segmentation without the classes that the image's true labels lack.
  SEG_LABELS_KNOWN("segLabelsKnown", "seg, labels-known", "segmentation, labels-known"),
  /// The same after the dense CRF.
  CRF_LABELS_KNOWN("crfLabelsKnown", "seg + CRF, labels-known", "segmentation, CRF, labels-known"),
  /// Labels from the CAM.
  CAM("cam", "CAM", "CAM"),
  /// Labels from the auxiliary CAM.
  CAM_AUX("camAux", "aux CAM", "aux CAM"),
  /// Labels from localisation maps (MoRe).
  LAM("lam", "LAM", "LAM"),
  /// Labels from the products of localisation maps and CAMs (MoRe).
  FUSED("fused", "LAM × CAM", "LAM × CAM");

  /// Printed with scores of the kinds that are `labels-known`.
  public static final String LABELS_KNOWN_REMARK =
      "labels-known: without the classes that the image's true labels lack; such scores cannot be"
          + " compared with those of predictions";

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

  /// Whether it is the segmentation that knows the true classes of the image.
  public boolean labelsKnown() {
    return this == SEG_LABELS_KNOWN || this == CRF_LABELS_KNOWN;
  }

  /// Whether it is a segmentation after the dense CRF.
  public boolean isRefined() {
    return this == CRF || this == CRF_LABELS_KNOWN;
  }

  /// The kind of a segmentation after the dense CRF.
  MapKind refined() {
    return switch (this) {
      case SEG -> CRF;
      case SEG_LABELS_KNOWN -> CRF_LABELS_KNOWN;
      default -> throw new IllegalStateException(this + " is not refined");
    };
  }

  /// The kinds that a map has values of, in the order of tables.
  public static List<MapKind> in(Map<MapKind, ?> values) {
    return Arrays.stream(values()).filter(values::containsKey).toList();
  }
}
