package toco.config;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// The values of a mask's pixels, for masks that do not hold class indices: `0,255` for a binary
/// mask, `#000000,#ff0000,#00ff00` for a coloured one. The background comes first, then the classes
/// in label order.
///
/// @param isColours whether the values are colours `0xRRGGBB`; else samples 0…255
/// @param labelOf the label of each value: 0 background, 1…K classes
public record MaskValues(boolean isColours, Map<Integer, Integer> labelOf) {
  private static final String KEY = "data.maskValues";
  private static final Pattern SAMPLE = Pattern.compile("\\d{1,3}");
  private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{6}");

  public MaskValues {
    labelOf = Map.copyOf(labelOf);
  }

  /// @throws ConfigException if the text is not such a list
  static MaskValues parse(String text) {
    var labels = new LinkedHashMap<Integer, Integer>();
    int colours = 0;
    for (var item : items(text)) {
      boolean isColour = COLOUR.matcher(item).matches();
      colours += isColour ? 1 : 0;
      if (!isColour && !(SAMPLE.matcher(item).matches() && Integer.parseInt(item) <= 255)) {
        throw invalid(text);
      }
      int value = isColour ? HexFormat.fromHexDigits(item.substring(1)) : Integer.parseInt(item);
      if (labels.put(value, labels.size()) != null) {
        throw invalid(text);
      }
    }
    if (labels.size() < 2 || (colours > 0 && colours < labels.size())) {
      throw invalid(text);
    }
    return new MaskValues(colours > 0, labels);
  }

  private static ArrayList<String> items(String text) {
    var items = new ArrayList<String>();
    for (var item : text.split(",", -1)) {
      items.add(item.strip());
    }
    return items;
  }

  private static ConfigException invalid(String text) {
    return new ConfigException(
        KEY,
        ("%s must be the different values of the background and of each class in label order, such"
                + " as 0,255 or '#000000,#ff0000', got '%s'")
            .formatted(KEY, text));
  }

  /// @throws ConfigException if there is not one value for the background and one per class
  void requireClasses(int foreground) {
    if (labelOf.size() != foreground + 1) {
      throw new ConfigException(
          KEY,
          "%s must have %s values, one for the background and one per class, got %s"
              .formatted(KEY, foreground + 1, labelOf.size()));
    }
  }
}
