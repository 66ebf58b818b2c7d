package toco.serve;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/// A drawn landscape with its true labels: a picture for tests and for screenshots that is nobody's
/// photograph.
final class DrawnScene {
  static final int WIDTH_PX = 500;
  static final int HEIGHT_PX = 375;

  /// In label order from 1.
  static final List<String> CLASSES =
      List.of("bird", "boat", "cloud", "house", "moon", "sheep", "tree");

  private final BufferedImage picture =
      new BufferedImage(WIDTH_PX, HEIGHT_PX, BufferedImage.TYPE_INT_RGB);
  private final byte[] labels = new byte[WIDTH_PX * HEIGHT_PX];
  private final Graphics2D graphics = picture.createGraphics();
  private final Random random;

  /// Another scene for each number.
  DrawnScene(int number) {
    random = new Random(number * 7919L + 3);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    boolean dusk = number % 3 == 2;
    var above = dusk ? new Color(0x35345e) : new Color(0x7fb2dd);
    var horizon = dusk ? new Color(0xf0a37c) : new Color(0xf3e7d1);
    graphics.setPaint(new GradientPaint(0, 0, above, 0, 240, horizon));
    graphics.fillRect(0, 0, WIDTH_PX, HEIGHT_PX);
    if (dusk) {
      object("moon", new Color(0xfff3d6), new Ellipse2D.Double(370, 34, 54, 54));
    } else {
      cloud(60 + random.nextInt(200), 40 + random.nextInt(30));
    }
    hill(200, 46, dusk ? new Color(0x58507c) : new Color(0x9db5a5));
    boolean water = number % 2 == 0;
    if (water) {
      var deep = dusk ? new Color(0x3d4370) : new Color(0x4d86a8);
      graphics.setPaint(new GradientPaint(0, 235, horizon, 0, HEIGHT_PX, deep));
      graphics.fillRect(0, 238, WIDTH_PX, HEIGHT_PX);
      boat(150 + random.nextInt(160), 262);
    } else {
      hill(248, 26, dusk ? new Color(0x46566b) : new Color(0x7ea06b));
      house(90 + random.nextInt(60), 236);
      sheep(300 + random.nextInt(80), 300);
    }
    hill(332, 18, dusk ? new Color(0x2c3a4d) : new Color(0x557a46));
    tree(water ? 430 : 420 + random.nextInt(40), 338);
    bird(230 + random.nextInt(80), 100 + random.nextInt(30));
    grain();
    graphics.dispose();
  }

  /// Class of each pixel, row by row, 0 for background.
  byte[] labels() {
    return labels;
  }

  BufferedImage picture() {
    return picture;
  }

  /// The names of the classes in it, in label order.
  List<String> classNames() {
    var found = new ArrayList<String>();
    for (int label = 1; label <= CLASSES.size(); label++) {
      for (byte each : labels) {
        if (each == label) {
          found.add(CLASSES.get(label - 1));
          break;
        }
      }
    }
    return found;
  }

  byte[] png() {
    return png(picture);
  }

  /// Its picture in a width of 160 pixels.
  byte[] thumbnail() {
    var small = new BufferedImage(160, 120, BufferedImage.TYPE_INT_RGB);
    var drawing = small.createGraphics();
    drawing.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    drawing.drawImage(picture, 0, 0, 160, 120, null);
    drawing.dispose();
    return png(small);
  }

  static byte[] png(BufferedImage image) {
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void hill(int top, int rise, Color colour) {
    var line = new Path2D.Double();
    line.moveTo(0, HEIGHT_PX);
    double phase = random.nextDouble() * 6;
    for (int x = 0; x <= WIDTH_PX; x += 4) {
      line.lineTo(x, top + rise * Math.sin(x / 90.0 + phase) * Math.cos(x / 211.0));
    }
    line.lineTo(WIDTH_PX, HEIGHT_PX);
    object("background", colour, line);
  }

  private void cloud(int x, int y) {
    var puffs = new Area();
    for (int i = 0; i < 4; i++) {
      int size = 34 + (i % 2) * 16;
      puffs.add(new Area(new Ellipse2D.Double(x + i * 24, y - size / 2.0, size * 1.3, size)));
    }
    object("cloud", new Color(0xfafaf7), puffs);
  }

  private void boat(int x, int y) {
    var hull = new Polygon(new int[] {-58, 62, 42, -40}, new int[] {0, 0, 26, 26}, 4);
    hull.translate(x, y + 20);
    var sail = new Polygon(new int[] {4, 4, 60}, new int[] {-96, 10, 10}, 3);
    sail.translate(x, y);
    var jib = new Polygon(new int[] {-2, -2, -44}, new int[] {-78, 10, 10}, 3);
    jib.translate(x, y);
    object("boat", new Color(0x8c3b2e), hull);
    object("boat", new Color(0xf8f1e2), sail);
    object("boat", new Color(0xe7d3b1), jib);
  }

  private void house(int x, int y) {
    object("house", new Color(0xf1e4cf), new Rectangle2D.Double(x, y, 84, 56));
    var roof = new Polygon(new int[] {-10, 42, 94}, new int[] {0, -42, 0}, 3);
    roof.translate(x, y);
    object("house", new Color(0xa5483a), roof);
    object("house", new Color(0x59687a), new Rectangle2D.Double(x + 14, y + 16, 16, 18));
    object("house", new Color(0x6d4a38), new Rectangle2D.Double(x + 48, y + 20, 18, 36));
  }

  private void sheep(int x, int y) {
    for (int leg : new int[] {-22, -10, 14, 26}) {
      object("sheep", new Color(0x3d3a38), new Rectangle2D.Double(x + leg, y + 12, 5, 26));
    }
    var wool = new Area(new Ellipse2D.Double(x - 40, y - 28, 80, 50));
    for (int i = 0; i < 7; i++) {
      wool.add(new Area(new Ellipse2D.Double(x - 44 + i * 12, y - 36 + (i % 2) * 5, 24, 22)));
    }
    object("sheep", new Color(0xf4efe6), wool);
    object("sheep", new Color(0x3d3a38), new Ellipse2D.Double(x + 30, y - 34, 26, 32));
  }

  private void tree(int x, int y) {
    object("tree", new Color(0x5d4633), new Rectangle2D.Double(x - 6, y - 70, 12, 76));
    var crown = new Area();
    for (int i = 0; i < 6; i++) {
      double angle = i * Math.PI / 3;
      crown.add(
          new Area(
              new Ellipse2D.Double(
                  x - 34 + 26 * Math.cos(angle), y - 122 + 26 * Math.sin(angle), 66, 62)));
    }
    object("tree", new Color(0x3f6b45), crown);
  }

  private void bird(int x, int y) {
    var wings = new Path2D.Double();
    wings.moveTo(x - 44, y - 14);
    wings.quadTo(x - 20, y - 26, x, y);
    wings.quadTo(x + 20, y - 26, x + 44, y - 14);
    var shape = new BasicStroke(9, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    object("bird", new Color(0x2e3138), shape.createStrokedShape(wings));
  }

  /// Fills a shape in picture and labels; what is no class is background.
  private void object(String name, Color colour, Shape shape) {
    graphics.setPaint(colour);
    graphics.fill(shape);
    byte label = (byte) (CLASSES.indexOf(name) + 1);
    var box = shape.getBounds();
    for (int y = Math.max(0, box.y); y < Math.min(HEIGHT_PX, box.y + box.height + 1); y++) {
      for (int x = Math.max(0, box.x); x < Math.min(WIDTH_PX, box.x + box.width + 1); x++) {
        if (shape.contains(x + 0.5, y + 0.5)) {
          labels[y * WIDTH_PX + x] = label;
        }
      }
    }
  }

  /// A little noise, as of a camera.
  private void grain() {
    for (int y = 0; y < HEIGHT_PX; y++) {
      for (int x = 0; x < WIDTH_PX; x++) {
        int noise = (int) (random.nextGaussian() * 5);
        var colour = new Color(picture.getRGB(x, y));
        picture.setRGB(
            x,
            y,
            new Color(
                    Math.clamp(colour.getRed() + noise, 0, 255),
                    Math.clamp(colour.getGreen() + noise, 0, 255),
                    Math.clamp(colour.getBlue() + noise, 0, 255))
                .getRGB());
      }
    }
  }
}
