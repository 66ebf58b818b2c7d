package toco.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import toco.checkpoint.SafeTensors;
import toco.files.Json;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import tools.jackson.databind.JsonNode;

/// Creates and compares images: uint8 [H, W, 3] on the CPU.
final class TestImages {

  private TestImages() {}

  /// A recorded case: an image, parameters and the result.
  record Recorded(Tensor in, Tensor out, JsonNode params) {
    double number(String name) {
      return params.get(name).doubleValue();
    }

    int integer(String name) {
      return params.get(name).intValue();
    }

    List<String> texts(String name) {
      return params.get(name).valueStream().map(JsonNode::stringValue).toList();
    }

    List<Double> numbers(String name) {
      return params.get(name).valueStream().map(JsonNode::doubleValue).toList();
    }
  }

  static Recorded recorded(String file) {
    var golden =
        SafeTensors.read(Path.of("src/test/resources/golden").resolve(file + ".safetensors"));
    return new Recorded(
        golden.tensors().get("in.rgb"),
        golden.tensors().get("out.rgb"),
        Json.MAPPER.readTree(golden.metadata().get("params")));
  }

  /// Pseudo-random levels with all differences between neighbours: level i is the highest byte of
  /// the low 32 bits of i · 2654435761.
  static Tensor noise(int height, int width) {
    var levels = new byte[height * width * 3];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i * 0x9E3779B1 >>> 24);
    }
    return Tensor.copyOf(MemorySegment.ofArray(levels), DType.UINT8, height, width, 3);
  }

  /// Each of the 2²⁴ colours once.
  static Tensor allColours() {
    var image = Tensor.empty(DType.UINT8, Device.CPU, 4096, 4096, 3);
    var levels = image.segment();
    for (int colour = 0; colour < 1 << 24; colour++) {
      levels.set(ValueLayout.JAVA_BYTE, 3L * colour, (byte) (colour >> 16));
      levels.set(ValueLayout.JAVA_BYTE, 3L * colour + 1, (byte) (colour >> 8));
      levels.set(ValueLayout.JAVA_BYTE, 3L * colour + 2, (byte) colour);
    }
    return image;
  }

  static Tensor black(long height, long width) {
    return Tensor.zeros(height, width, 3).to(DType.UINT8);
  }

  /// The absolute difference of two images, level by level.
  static Tensor difference(Tensor a, Tensor b) {
    return a.to(DType.INT32).sub(b.to(DType.INT32)).abs();
  }

  static long largestDifference(Tensor a, Tensor b) {
    return difference(a, b).amax().itemLong();
  }

  /// The share of levels that differ by at most `within`.
  static double shareWithin(Tensor a, Tensor b, int within) {
    return difference(a, b).le(within).to(DType.FLOAT64).mean().item();
  }
}
