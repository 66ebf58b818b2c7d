package toco.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/// How the values of deep images, of more than 8 bits, become levels 0…255.
public sealed interface PixelWindow {
  /// What a configuration may hold.
  String EXPECTED = "[LOW, HIGH], percentile or dicom";

  /// From `low`, which becomes 0, to `high`, which becomes 255; linear between, clipped outside.
  record Range(double low, double high) implements PixelWindow {
    public Range {
      if (!Double.isFinite(low) || !Double.isFinite(high) || low >= high) {
        throw new IllegalArgumentException(
            "must be [LOW, HIGH] with LOW < HIGH, got [%s, %s]".formatted(low, high));
      }
    }

    @Override
    @JsonValue
    public List<Double> written() {
      return List.of(low, high);
    }
  }

  /// A window that depends on the file.
  enum Own implements PixelWindow {
    /// From the 1st to the 99th percentile of the image's values.
    PERCENTILE,
    /// That of a DICOM file. Other files are read as without a window.
    DICOM;

    @Override
    @JsonValue
    public String written() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// As it is written in a configuration.
  Object written();

  /// @throws IllegalArgumentException for anything but two numbers, `percentile` and `dicom`
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static PixelWindow read(Object value) {
    if (value instanceof List<?> list
        && list.size() == 2
        && list.get(0) instanceof Number low
        && list.get(1) instanceof Number high) {
      return new Range(low.doubleValue(), high.doubleValue());
    }
    for (var own : Own.values()) {
      if (own.written().equals(value)) {
        return own;
      }
    }
    throw new IllegalArgumentException("must be " + EXPECTED + ", got " + value);
  }
}
