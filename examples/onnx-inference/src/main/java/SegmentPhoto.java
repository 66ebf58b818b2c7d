import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.awt.Color;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/// Segments a photograph with a network that `toco export --format onnx` wrote. Class names and
/// normalisation come from the file.
public final class SegmentPhoto {
  private static final int LONGEST_SIDE_PX = 640;

  private SegmentPhoto() {}

  public static void main(String[] arguments) throws IOException, OrtException {
    if (arguments.length != 3) {
      System.err.println("usage: SegmentPhoto NETWORK.onnx PHOTO OUT.png");
      System.exit(2);
    }
    var photo = ImageIO.read(new File(arguments[1]));
    if (photo == null) {
      System.err.println(arguments[1] + ": no image that Java reads; use JPEG, PNG, BMP or GIF");
      System.exit(1);
    }
    var runtime = OrtEnvironment.getEnvironment();
    try (var network = runtime.createSession(arguments[0])) {
      var about = network.getMetadata().getCustomMetadata();
      var image = resized(photo, Integer.parseInt(about.get("patchSizePx")));
      long[] shape = {1, 3, image.getHeight(), image.getWidth()};
      var pixels = normalised(image, numbers(about.get("mean")), numbers(about.get("std")));
      try (var input = OnnxTensor.createTensor(runtime, pixels, shape);
          var outputs = network.run(Map.of("image", input), Set.of("seg"))) {
        var logits = ((float[][][][]) outputs.get(0).getValue())[0]; // [C, rows, columns]
        var labels = labels(logits, photo.getWidth(), photo.getHeight());
        ImageIO.write(labels, "png", new File(arguments[2]));
        ImageIO.write(overlay(photo, labels), "png", new File(overlayName(arguments[2])));
        printShares(labels, about.get("classes").lines().toList());
      }
    }
  }

  /// Sides that are multiples of the patch: pixels beyond the last whole patch would be ignored.
  private static BufferedImage resized(BufferedImage photo, int patch) {
    double longest = Math.max(photo.getWidth(), photo.getHeight());
    double scale = Math.min(1, LONGEST_SIDE_PX / longest);
    int width = patch * (int) Math.max(1, Math.round(scale * photo.getWidth() / patch));
    int height = patch * (int) Math.max(1, Math.round(scale * photo.getHeight() / patch));
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    var graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(photo, 0, 0, width, height, null);
    graphics.dispose();
    return image;
  }

  private static float[] numbers(String line) {
    var values = Stream.of(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
    return new float[] {(float) values[0], (float) values[1], (float) values[2]};
  }

  /// RGB planes [3, H, W] outside the Java heap, where ONNX Runtime reads them without a copy.
  private static FloatBuffer normalised(BufferedImage image, float[] mean, float[] std) {
    int width = image.getWidth();
    int height = image.getHeight();
    var bytes = ByteBuffer.allocateDirect(3 * height * width * Float.BYTES);
    var planes = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (int channel = 0; channel < 3; channel++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int level = (image.getRGB(x, y) >> (16 - 8 * channel)) & 0xff;
          planes.put((level - mean[channel]) / std[channel]);
        }
      }
    }
    return planes.flip();
  }

  /// The class of each pixel, from logits that are interpolated between the centres of patches.
  private static BufferedImage labels(float[][][] logits, int width, int height) {
    var labels = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, palette());
    var raster = labels.getRaster();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int best = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < logits.length; c++) {
          float value = at(logits[c], (y + 0.5) / height, (x + 0.5) / width);
          if (value > largest) {
            largest = value;
            best = c;
          }
        }
        raster.setSample(x, y, 0, best);
      }
    }
    return labels;
  }

  /// A map at a place, 0 to 1 along each side.
  private static float at(float[][] map, double down, double right) {
    double y = Math.clamp(down * map.length - 0.5, 0, map.length - 1);
    double x = Math.clamp(right * map[0].length - 0.5, 0, map[0].length - 1);
    int top = (int) y;
    int left = (int) x;
    int bottom = Math.min(top + 1, map.length - 1);
    int next = Math.min(left + 1, map[0].length - 1);
    double above = map[top][left] + (x - left) * (map[top][next] - map[top][left]);
    double below = map[bottom][left] + (x - left) * (map[bottom][next] - map[bottom][left]);
    return (float) (above + (y - top) * (below - above));
  }

  /// Background black, each class a colour of its own.
  private static IndexColorModel palette() {
    var colours = new int[256];
    for (int c = 1; c < colours.length; c++) {
      colours[c] = Color.HSBtoRGB(c * 0.381966f, 0.85f, 0.95f); // by the golden angle
    }
    return new IndexColorModel(8, 256, colours, 0, false, -1, DataBuffer.TYPE_BYTE);
  }

  private static BufferedImage overlay(BufferedImage photo, BufferedImage labels) {
    var overlay =
        new BufferedImage(photo.getWidth(), photo.getHeight(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < photo.getHeight(); y++) {
      for (int x = 0; x < photo.getWidth(); x++) {
        int rgb = photo.getRGB(x, y);
        boolean isBackground = labels.getRaster().getSample(x, y, 0) == 0;
        overlay.setRGB(x, y, isBackground ? rgb : mean(rgb, labels.getRGB(x, y)));
      }
    }
    return overlay;
  }

  private static int mean(int one, int other) {
    return ((one & 0xfefefe) >> 1) + ((other & 0xfefefe) >> 1);
  }

  private static String overlayName(String out) {
    return out.replaceFirst("(\\.png)?$", "-overlay.png");
  }

  private static void printShares(BufferedImage labels, List<String> classes) {
    var counts = new long[classes.size()];
    for (int label :
        labels
            .getRaster()
            .getSamples(0, 0, labels.getWidth(), labels.getHeight(), 0, (int[]) null)) {
      counts[label]++;
    }
    double pixels = (double) labels.getWidth() * labels.getHeight();
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] > 0) {
        IO.println("%5.1f %% %s".formatted(100 * counts[c] / pixels, classes.get(c)));
      }
    }
  }
}
