package toco.image;

import java.util.Locale;

/// The library that decodes JPEG; both give the same bytes. Set by the system property `toco.jpeg`.
public enum JpegChoice {
  /// TurboJPEG if it is installed, otherwise ImageIO.
  AUTO,
  /// libjpeg-turbo's TurboJPEG library, `libturbojpeg.so.0`.
  TURBO,
  /// The JDK's decoder: about three times slower, and without arithmetic-coded files.
  IMAGEIO;

  /// The system property that sets the choice.
  public static final String PROPERTY = "toco.jpeg";

  /// The choice for this process.
  ///
  /// @throws IllegalArgumentException if the property has another value
  public static JpegChoice ofProcess() {
    return parse(System.getProperty(PROPERTY, AUTO.toString()));
  }

  /// Parses a choice.
  ///
  /// @throws IllegalArgumentException if the name is unknown
  public static JpegChoice parse(String name) {
    for (var choice : values()) {
      if (choice.toString().equals(name)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(
        "the system property %s must be auto, turbo or imageio, got %s".formatted(PROPERTY, name));
  }

  /// The library that is used on this machine: [#TURBO] or [#IMAGEIO].
  public JpegChoice resolved() {
    if (this != AUTO) {
      return this;
    }
    return TurboJpeg.problem().isEmpty() ? TURBO : IMAGEIO;
  }

  /// Opens the chosen decoder.
  ///
  /// @throws IllegalStateException if it is TurboJPEG, which is not installed
  JpegDecoder open() {
    return resolved() == TURBO ? new TurboJpeg() : new JpegRaster();
  }

  /// The value of the property.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
