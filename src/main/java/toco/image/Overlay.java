package toco.image;

import java.lang.foreign.ValueLayout;

/// Draws heat maps and label maps over an image: CAMs, pseudo-labels, regions of interest and
/// predictions. Maps are scaled to the size of the image.
public final class Overlay {
  private static final float LABEL_OPACITY = 0.6f;
  private static final int WHITE = 0xFFFFFF;

  private Overlay() {}

  /// A heat map over an image: the hotter, the more opaque, so that cold areas show the image.
  ///
  /// @param image the network's input, de-normalised
  /// @param heat values 0…1 of any size
  public static Picture heat(RgbImage image, HeatMap heat, Colormap colours) {
    var picture = Picture.of(image);
    int width = picture.widthPx();
    int height = picture.heightPx();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        float value = heat.sample((x + 0.5f) / width, (y + 0.5f) / height);
        float opacity = 0.35f + 0.4f * Math.clamp(value, 0f, 1f);
        int i = y * width + x;
        picture.rgb()[i] = Picture.blend(picture.rgb()[i], colours.rgb(value), opacity);
      }
    }
    return picture;
  }

  /// A label map over an image in the VOC colours. Background shows the image, ignored pixels are
  /// cream.
  ///
  /// @param labels class indices of any size
  public static Picture labels(RgbImage image, LabelMap labels) {
    var picture = Picture.of(image);
    int width = picture.widthPx();
    int height = picture.heightPx();
    byte[] indices = labels.labels().toArray(ValueLayout.JAVA_BYTE);
    for (int y = 0; y < height; y++) {
      int row = (int) ((long) y * labels.heightPx() / height) * labels.widthPx();
      for (int x = 0; x < width; x++) {
        int label = indices[row + (int) ((long) x * labels.widthPx() / width)] & 0xFF;
        if (label != 0) {
          int i = y * width + x;
          picture.rgb()[i] = Picture.blend(picture.rgb()[i], VocPalette.rgb(label), LABEL_OPACITY);
        }
      }
    }
    return picture;
  }

  /// Labels of single pixels over an image: classes in the VOC colours, background in white.
  /// Unknown pixels (255) show the image.
  ///
  /// @param labels of the image's size
  public static Picture hints(RgbImage image, LabelMap labels) {
    var picture = Picture.of(image);
    byte[] indices = labels.labels().toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < indices.length; i++) {
      int label = indices[i] & 0xFF;
      if (label != LabelMap.IGNORE) {
        picture.rgb()[i] = label == 0 ? WHITE : VocPalette.rgb(label);
      }
    }
    return picture;
  }
}
