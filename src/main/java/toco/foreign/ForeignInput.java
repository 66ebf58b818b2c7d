package toco.foreign;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import toco.config.PixelStatistics;

/// How a network of another program is to be called.
///
/// @param output the name of its logits among named outputs, or their position in a tuple, from 0;
///   null: the only output, or the first of [#USUAL_OUTPUTS] that it has
/// @param normalization mean and deviation of its images, levels divided by 255
/// @param normalizationText the same as the user wrote it
/// @param fit the sizes that it takes
public record ForeignInput(
    @Nullable String output,
    PixelStatistics normalization,
    String normalizationText,
    InputFit fit) {
  /// Names of logits in exports of this program, of torchvision and of transformers.
  static final List<String> USUAL_OUTPUTS = List.of("seg", "out", "logits");

  private static final List<Double> ZEROS = List.of(0.0, 0.0, 0.0);
  private static final List<Double> ONES = List.of(1.0, 1.0, 1.0);

  /// Reads a user's options.
  ///
  /// @param normalization `imagenet`, `none` (levels in 0…1), `half` (in −1…1), or the values
  ///   `MEAN/DEVIATION`, one or three each, separated by commas
  /// @throws IllegalArgumentException if the normalisation is none of these
  public static ForeignInput of(@Nullable String output, String normalization, InputFit fit) {
    return new ForeignInput(output, statistics(normalization), normalization, fit);
  }

  private static PixelStatistics statistics(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "imagenet" -> PixelStatistics.IMAGENET;
      case "half" -> PixelStatistics.HALF;
      case "none" -> new PixelStatistics(ZEROS, ONES);
      default -> values(text);
    };
  }

  private static PixelStatistics values(String text) {
    try {
      var parts = text.split("/", -1);
      if (parts.length == 2) {
        return new PixelStatistics(three(parts[0]), three(parts[1]));
      }
    } catch (IllegalArgumentException e) { // also of numbers out of range
      // the message below says what is right
    }
    throw new IllegalArgumentException(
        "expected imagenet, none, half, or mean and deviation of levels in 0…1, such as"
            + " 0.485,0.456,0.406/0.229,0.224,0.225 or 0.5/0.25, got '%s'".formatted(text));
  }

  private static List<Double> three(String text) {
    var values = Arrays.stream(text.split(",", -1)).map(Double::parseDouble).toList();
    return values.size() == 1 ? Collections.nCopies(3, values.getFirst()) : values;
  }

  /// What scores depend on, next to the file.
  public String describe() {
    return "output %s, normalisation %s%s"
        .formatted(
            output == null ? "default" : output,
            normalizationText,
            fit.equals(InputFit.ANY) ? "" : ", sizes " + fit);
  }
}
