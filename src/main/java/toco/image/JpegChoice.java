package toco.image;

import java.util.Locale;

/// Which library decodes JPEG; both give the same bytes. The system property `toco.jpeg` sets it.
public enum JpegChoice {
  /// TurboJPEG where it is installed, else ImageIO.
  AUTO,
  /// libjpeg-turbo's TurboJPEG library, `libturbojpeg.so.0`.
  TURBO,
  /// The JDK's own reader, about three times slower; it does not read arithmetic-coded files.
  IMAGEIO;

  /// The system property that names the choice.
  public static final String PROPERTY = "toco.jpeg";

  /// The choice for this process.
  ///
  /// @throws IllegalArgumentException if the property has another value
  public static JpegChoice ofProcess() {
    return parse(System.getProperty(PROPERTY, AUTO.toString()));
  }

  /// The choice of this name.
  ///
  /// @throws IllegalArgumentException if there is none
  public static JpegChoice parse(String name) {
    for (var choice : values()) {
      if (choice.toString().equals(name)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(
        "the system property %s must be auto, turbo or imageio, got %s".formatted(PROPERTY, name));
  }

  /// What the choice comes down to on this machine: [#TURBO] or [#IMAGEIO].
  public JpegChoice resolved() {
    if (this != AUTO) {
      return this;
    }
    return TurboJpeg.problem().isEmpty() ? TURBO : IMAGEIO;
  }

  /// Opens the decoder chosen.
  ///
  /// @throws IllegalStateException if it is TurboJPEG and that is not installed
  JpegDecoder open() {
    return resolved() == TURBO ? new TurboJpeg() : new JpegRaster();
  }

  /// The value of the property.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
