package toco.eval;

import java.util.Arrays;
import java.util.Optional;

/// The label maps that an evaluation makes of an image, in the order of tables.
public enum MapKind {
  /// The segmentation.
  SEG("seg", "seg"),
  /// The segmentation after the dense CRF.
  CRF("crf", "seg + CRF"),
  /// Labels from the CAM.
  CAM("cam", "CAM"),
  /// Labels from the auxiliary CAM.
  CAM_AUX("camAux", "aux CAM");

  private final String key;
  private final String heading;

  MapKind(String key, String heading) {
    this.key = key;
    this.heading = heading;
  }

  /// Its name in JSON.
  public String key() {
    return key;
  }

  /// What stands above its column.
  public String heading() {
    return heading;
  }

  static Optional<MapKind> ofKey(String key) {
    return Arrays.stream(values()).filter(kind -> kind.key.equals(key)).findFirst();
  }
}
