package toco.serve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.files.Json;

/// What a network might make of a [DrawnScene]: blurred labels as CAMs, and cosines that rise with
/// the block, so that the page has something to show without a network.
///
/// @param scene what is seen
/// @param smoothing how alike all patches are after the last block, 0…1
record StandInMaps(DrawnScene scene, double smoothing) {
  static final int BLOCKS = 12;
  static final int GRID_H = 21;
  static final int GRID_W = 28;
  private static final int SCALE = 4; // map pixels per patch and direction
  private static final int MAP_H = GRID_H * SCALE;
  private static final int MAP_W = GRID_W * SCALE;

  /// The answer to `analysis`.
  byte[] analysis(String image, String network) {
    var info = new LinkedHashMap<String, Object>();
    info.put("image", image);
    info.put("network", network);
    info.put("widthPx", DrawnScene.WIDTH_PX);
    info.put("heightPx", DrawnScene.HEIGHT_PX);
    info.put("gridH", GRID_H);
    info.put("gridW", GRID_W);
    info.put("mapH", MAP_H);
    info.put("mapW", MAP_W);
    info.put("milliseconds", 240);
    var found = scene.classNames();
    info.put(
        "classes",
        java.util.stream.IntStream.rangeClosed(1, DrawnScene.CLASSES.size())
            .mapToObj(label -> {
              boolean predicted = found.contains(DrawnScene.CLASSES.get(label - 1));
              double logit = predicted ? 4.2 - 0.6 * label : -2.5 - 0.3 * label;
              return Map.of(
                  "label",
                  label,
                  "logit",
                  logit,
                  "score",
                  1 / (1 + Math.exp(-logit)),
                  "predicted",
                  logit > 0);
            })
            .toList());
    info.put("patchCosine", curve());
    info.put("patchCosineNormed", smoothing * 0.9);
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("labels", labels(1));
    tensors.put("cam", cams(5));
    tensors.put("auxCam", cams(9));
    return safetensors(info, tensors);
  }

  /// The answer to `crf`: the true labels.
  byte[] crf(String image, String network) {
    return safetensors(
        Map.of("image", image, "network", network, "milliseconds", 1900),
        Map.of("labels", labels(0)));
  }

  /// The answer to `similarity`.
  byte[] similarity(int row, int column) {
    int patches = GRID_H * GRID_W;
    var data = ByteBuffer.allocate(4 * (BLOCKS + 1) * patches).order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 1; block <= BLOCKS + 1; block++) {
      double floor = smoothing * Math.pow(Math.min(block, BLOCKS) / (double) BLOCKS, 2);
      for (int at = 0; at < patches; at++) {
        double alike = alike(row * GRID_W + column, at, block);
        data.putFloat((float) (floor + (1 - floor) * alike));
      }
    }
    var info =
        Map.of("row", row, "column", column, "blocks", BLOCKS, "gridH", GRID_H, "gridW", GRID_W);
    var cosine = new Tensor("F32", new int[] {BLOCKS + 1, GRID_H, GRID_W}, data.array());
    return safetensors(info, Map.of("cosine", cosine));
  }

  private double[] curve() {
    var means = new double[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
      means[i] = 0.12 + (smoothing - 0.12) * Math.pow((i + 1.0) / BLOCKS, 1.5);
    }
    return means;
  }

  /// By place in early blocks, by class and colour in late ones.
  private double alike(int one, int other, int block) {
    double down = one / GRID_W - other / GRID_W;
    double across = one % GRID_W - other % GRID_W;
    double near = Math.exp(-(down * down + across * across) / 18);
    double late = Math.min(1, block / (double) BLOCKS);
    double colour = 1 - Math.min(1, difference(one, other) / 160);
    double same = label(one) == label(other) ? 1 : 0.15;
    return Math.clamp((1 - late) * (0.7 * near + 0.3 * colour) + late * same * colour, -1, 1);
  }

  private byte label(int patch) {
    return scene.labels()[y(patch) * DrawnScene.WIDTH_PX + x(patch)];
  }

  private double difference(int one, int other) {
    int a = scene.picture().getRGB(x(one), y(one));
    int b = scene.picture().getRGB(x(other), y(other));
    double sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      sum += Math.pow(((a >> shift) & 255) - ((b >> shift) & 255), 2);
    }
    return Math.sqrt(sum);
  }

  private static int x(int patch) {
    return (patch % GRID_W * 2 + 1) * DrawnScene.WIDTH_PX / (2 * GRID_W);
  }

  private static int y(int patch) {
    return (patch / GRID_W * 2 + 1) * DrawnScene.HEIGHT_PX / (2 * GRID_H);
  }

  /// Labels, coarse where `coarse` is 1: those of the middle of each 5 × 5 pixels.
  private Tensor labels(int coarse) {
    var true_ = scene.labels();
    var labels = new byte[true_.length];
    for (int y = 0; y < DrawnScene.HEIGHT_PX; y++) {
      for (int x = 0; x < DrawnScene.WIDTH_PX; x++) {
        int from = coarse == 0 ? y : Math.min(y / 5 * 5 + 2, DrawnScene.HEIGHT_PX - 1);
        int at = coarse == 0 ? x : Math.min(x / 5 * 5 + 2, DrawnScene.WIDTH_PX - 1);
        labels[y * DrawnScene.WIDTH_PX + x] = true_[from * DrawnScene.WIDTH_PX + at];
      }
    }
    return new Tensor("U8", new int[] {DrawnScene.HEIGHT_PX, DrawnScene.WIDTH_PX}, labels);
  }

  private Tensor cams(int radius) {
    int classes = DrawnScene.CLASSES.size();
    var data = new byte[classes * MAP_H * MAP_W];
    for (int label = 1; label <= classes; label++) {
      var map = new double[MAP_H * MAP_W];
      for (int at = 0; at < map.length; at++) {
        int x = (at % MAP_W * 2 + 1) * DrawnScene.WIDTH_PX / (2 * MAP_W);
        int y = (at / MAP_W * 2 + 1) * DrawnScene.HEIGHT_PX / (2 * MAP_H);
        map[at] = scene.labels()[y * DrawnScene.WIDTH_PX + x] == label ? 1 : 0;
      }
      map = blur(blur(map, radius), radius);
      double most = java.util.Arrays.stream(map).max().orElse(0);
      for (int at = 0; at < map.length; at++) {
        double value = most == 0 ? 0 : map[at] / most;
        data[(label - 1) * map.length + at] = (byte) Math.round(255 * value);
      }
    }
    return new Tensor("U8", new int[] {classes, MAP_H, MAP_W}, data);
  }

  private static double[] blur(double[] map, int radius) {
    var out = new double[map.length];
    for (int at = 0; at < map.length; at++) {
      int count = 0;
      for (int dy = -radius; dy <= radius; dy++) {
        for (int dx = -radius; dx <= radius; dx++) {
          int y = at / MAP_W + dy;
          int x = at % MAP_W + dx;
          if (y >= 0 && y < MAP_H && x >= 0 && x < MAP_W) {
            out[at] += map[y * MAP_W + x];
            count++;
          }
        }
      }
      out[at] /= count;
    }
    return out;
  }

  private record Tensor(String dtype, int[] shape, byte[] data) {}

  private static byte[] safetensors(Map<String, ?> info, Map<String, Tensor> tensors) {
    var header = new LinkedHashMap<String, Object>();
    header.put("__metadata__", Map.of("info", Json.MAPPER.writeValueAsString(info)));
    int end = 0;
    for (var entry : tensors.entrySet()) {
      var tensor = entry.getValue();
      int begin = end;
      end += tensor.data.length;
      header.put(
          entry.getKey(),
          Map.of(
              "dtype",
              tensor.dtype,
              "shape",
              tensor.shape,
              "data_offsets",
              new int[] {begin, end}));
    }
    var text = Json.MAPPER.writeValueAsString(header);
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    int padded = (bytes.length + 7) / 8 * 8;
    var file = ByteBuffer.allocate(8 + padded + end).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(padded).put(bytes).put(" ".repeat(padded - bytes.length).getBytes());
    tensors.values().forEach(tensor -> file.put(tensor.data));
    return file.array();
  }
}
