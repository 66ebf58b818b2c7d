package toco.doctor;

import toco.image.JpegChoice;
import toco.image.TurboJpeg;

/// The decoder of JPEG images.
final class ImageChecks {
  private static final String JPEG = "JPEG";
  private static final String IMAGEIO =
      "the JDK's ImageIO, about three times slower than TurboJPEG";

  private ImageChecks() {}

  static HealthCheck jpeg(Surroundings surroundings) {
    var value = surroundings.property(JpegChoice.PROPERTY);
    JpegChoice choice;
    try {
      choice = JpegChoice.parse(value.isEmpty() ? JpegChoice.AUTO.toString() : value);
    } catch (IllegalArgumentException e) {
      return HealthCheck.missing(
          JPEG, String.valueOf(e.getMessage()), "set it to one of these values");
    }
    if (choice == JpegChoice.IMAGEIO) {
      return HealthCheck.ok(JPEG, "%s, as %s=imageio asks".formatted(IMAGEIO, JpegChoice.PROPERTY));
    }
    var problem = TurboJpeg.problem();
    if (problem.isEmpty()) {
      return HealthCheck.ok(JPEG, TurboJpeg.description());
    }
    return choice == JpegChoice.TURBO
        ? HealthCheck.missing(JPEG, problem, TurboJpeg.INSTALL)
        : HealthCheck.note(JPEG, "%s; %s".formatted(IMAGEIO, problem), TurboJpeg.INSTALL);
  }
}
