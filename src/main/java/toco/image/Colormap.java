package toco.image;

/// Colour maps for values 0…1.
@SuppressWarnings("ImmutableEnumChecker") // the anchors never leave the enum
public enum Colormap {
  /// Dark violet, blue-green, yellow, with linearly increasing lightness (perceptually uniform).
  VIRIDIS(0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725),
  /// Jet: blue, cyan, yellow, red, as in the paper's figures.
  JET(0x000080, 0x0000FF, 0x0080FF, 0x00FFFF, 0x80FF80, 0xFFFF00, 0xFF8000, 0xFF0000, 0x800000);

  private final int[] anchors;

  Colormap(int... anchors) {
    this.anchors = anchors;
  }

  /// The colour of a value as 0xRRGGBB. Values are clamped to 0…1, NaN is drawn as 0.
  public int rgb(float value) {
    float scaled = Math.clamp(Float.isNaN(value) ? 0f : value, 0f, 1f) * (anchors.length - 1);
    int below = Math.min((int) scaled, anchors.length - 2);
    return Picture.blend(anchors[below], anchors[below + 1], scaled - below);
  }
}
