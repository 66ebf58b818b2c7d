package toco.eval;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import toco.cam.MultiScaleCam;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Tensor;

/// One image's scores with plain loops in double precision, independent of the code under test
/// except for the network and its CAMs.
final class SlowScores {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] STD = {0.229, 0.224, 0.225};

  /// Labels, [height][width].
  final int[][] seg;

  final int[][] cam;
  final int[][] camAux;
  final double f1;
  final double cosine;

  SlowScores(Toco model, Config config, BufferedImage image, float[] labels) {
    int size = config.eval().sizePx();
    int width = image.getWidth();
    int height = image.getHeight();
    var input = input(image, size);
    var tokens = model.encode(input);
    var logits = maps(model.segment(tokens.patchMap()));
    seg = eachPixel(height, width, (y, x) -> strongest(at(logits, y, x, height, width)));
    var cams = MultiScaleCam.compute(model, input, config.eval().camScales());
    double threshold = config.cam().backgroundThreshold();
    cam = camLabels(maps(cams.cam()), labels, threshold, height, width);
    camAux = camLabels(maps(cams.auxCam()), labels, threshold, height, width);
    f1 = f1(model.classLogits(tokens.patchMap()).toDoubleArray(), labels);
    cosine = cosine(maps(tokens.patchTokens().unsqueeze(0))[0]);
  }

  /// Mean IoU of several images' labels over the classes of the truth.
  static double miou(List<int[][]> truths, List<int[][]> predictions, int classes) {
    double sum = 0;
    int present = 0;
    for (int c = 0; c < classes; c++) {
      int both = 0;
      int either = 0;
      int ofTruth = 0;
      for (int i = 0; i < truths.size(); i++) {
        for (int y = 0; y < truths.get(i).length; y++) {
          for (int x = 0; x < truths.get(i)[y].length; x++) {
            int truth = truths.get(i)[y][x];
            int predicted = predictions.get(i)[y][x];
            if (truth != 255) {
              both += truth == c && predicted == c ? 1 : 0;
              either += truth == c || predicted == c ? 1 : 0;
              ofTruth += truth == c ? 1 : 0;
            }
          }
        }
      }
      if (ofTruth > 0) {
        sum += (double) both / either;
        present++;
      }
    }
    return sum / present;
  }

  static int[][] eachPixel(int height, int width, PixelFunction function) {
    var out = new int[height][width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        out[y][x] = function.at(y, x);
      }
    }
    return out;
  }

  @FunctionalInterface
  interface PixelFunction {
    int at(int y, int x);
  }

  private static Tensor input(BufferedImage image, int size) {
    int width = image.getWidth();
    int height = image.getHeight();
    var planes = new double[3][height][width];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int level = image.getRGB(x, y) >> (16 - 8 * c) & 0xFF;
          planes[c][y][x] = (level / 255.0 - MEAN[c]) / STD[c];
        }
      }
    }
    var values = new float[3 * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) at(planes, i / size % size, i % size, size, size)[i / (size * size)];
    }
    return Tensor.of(values, 1, 3, size, size);
  }

  /// The channels [C][h][w] of a tensor [1, C, h, w].
  private static double[][][] maps(Tensor tensor) {
    var sizes = tensor.shape().sizes();
    int height = (int) sizes[2];
    int width = (int) sizes[3];
    var flat = tensor.toDoubleArray();
    var maps = new double[(int) sizes[1]][height][];
    for (int c = 0; c < maps.length; c++) {
      for (int y = 0; y < height; y++) {
        int start = (c * height + y) * width;
        maps[c][y] = Arrays.copyOfRange(flat, start, start + width);
      }
    }
    return maps;
  }

  /// All channels at a pixel of the maps resized to height×width: bilinear, half-pixel centres.
  private static double[] at(double[][][] maps, int y, int x, int height, int width) {
    int rows = maps[0].length;
    int columns = maps[0][0].length;
    double fromY = Math.max(0, (y + 0.5) * rows / height - 0.5);
    double fromX = Math.max(0, (x + 0.5) * columns / width - 0.5);
    int y0 = (int) fromY;
    int x0 = (int) fromX;
    int y1 = Math.min(y0 + 1, rows - 1);
    int x1 = Math.min(x0 + 1, columns - 1);
    var values = new double[maps.length];
    for (int c = 0; c < maps.length; c++) {
      double top = maps[c][y0][x0] * (1 - fromX + x0) + maps[c][y0][x1] * (fromX - x0);
      double bottom = maps[c][y1][x0] * (1 - fromX + x0) + maps[c][y1][x1] * (fromX - x0);
      values[c] = top * (1 - fromY + y0) + bottom * (fromY - y0);
    }
    return values;
  }

  private static int[][] camLabels(
      double[][][] maps, float[] labels, double threshold, int height, int width) {
    return eachPixel(
        height,
        width,
        (y, x) -> {
          var values = at(maps, y, x, height, width);
          for (int k = 0; k < values.length; k++) {
            values[k] *= labels[k];
          }
          int k = strongest(values);
          return values[k] <= threshold ? 0 : k + 1;
        });
  }

  private static int strongest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private static double f1(double[] logits, float[] labels) {
    int truePositives = 0;
    int wrong = 0;
    for (int k = 0; k < logits.length; k++) {
      truePositives += logits[k] > 0 && labels[k] > 0 ? 1 : 0;
      wrong += logits[k] > 0 != labels[k] > 0 ? 1 : 0;
    }
    return 2.0 * truePositives / (2 * truePositives + wrong);
  }

  /// The mean cosine of all pairs, one by one.
  private static double cosine(double[][] tokens) {
    var cosines = new ArrayList<Double>();
    for (int i = 0; i < tokens.length; i++) {
      for (int j = 0; j < tokens.length; j++) {
        if (i != j) {
          cosines.add(
              dot(tokens[i], tokens[j])
                  / Math.sqrt(dot(tokens[i], tokens[i]) * dot(tokens[j], tokens[j])));
        }
      }
    }
    return cosines.stream().mapToDouble(c -> c).average().orElseThrow();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
