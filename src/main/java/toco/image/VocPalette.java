package toco.image;

import java.util.HashMap;
import java.util.Map;

/// The Pascal VOC colour map: background black, aeroplane dark red …, ignored pixels (255) cream.
///
/// Colour `i` follows from the bits of `i`: bits 0, 1, 2 are the highest bits of red, green and
/// blue, bits 3, 4, 5 the next, and so on.
public final class VocPalette {
  private static final int[] COLOURS = new int[256];
  private static final Map<Integer, Integer> LABELS = new HashMap<>();

  static {
    for (int label = 0; label < 256; label++) {
      int rgb = 0;
      for (int bit = 0; bit < 8; bit++) {
        int channel = bit % 3; // 0 red, 1 green, 2 blue
        int weight = 7 - bit / 3;
        rgb |= (label >> bit & 1) << (16 - 8 * channel + weight);
      }
      COLOURS[label] = rgb;
      LABELS.put(rgb, label);
    }
  }

  private VocPalette() {}

  /// The colour of a label as 0xRRGGBB.
  ///
  /// @param label 0…255
  public static int rgb(int label) {
    return COLOURS[label];
  }

  /// The label of a colour `0xRRGGBB`; −1 if it is not in the palette.
  static int label(int rgb) {
    return LABELS.getOrDefault(rgb, -1);
  }
}
