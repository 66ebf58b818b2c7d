package toco.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How many hints and boxes a split has.
///
/// @param hints null: none are configured
/// @param boxes null: none are configured
public record WeakLabelReport(@Nullable Counts hints, @Nullable Counts boxes) {
  static final WeakLabelReport NONE = new WeakLabelReport(null, null);

  /// @param images number of images that have some
  /// @param unit what is counted: `points`, `pixels` or `boxes`
  /// @param perClass how many by class
  public record Counts(int images, String unit, Map<String, Long> perClass) {
    public Counts {
      perClass = Collections.unmodifiableMap(new LinkedHashMap<>(perClass));
    }

    private String text(String what) {
      var counts =
          perClass.entrySet().stream()
              .map(entry -> "%s %s".formatted(entry.getKey(), entry.getValue()))
              .collect(Collectors.joining(", "));
      return "  %s in %s images; %s: %s\n".formatted(what, images, unit, counts);
    }

    private Map<String, Object> toJson() {
      return Map.of("images", images, "unit", unit, "perClass", perClass);
    }
  }

  String text() {
    return (hints == null ? "" : hints.text("hints")) + (boxes == null ? "" : boxes.text("boxes"));
  }

  /// Empty if neither is configured.
  Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    if (hints != null) {
      json.put("hints", hints.toJson());
    }
    if (boxes != null) {
      json.put("boxes", boxes.toJson());
    }
    return json;
  }
}
