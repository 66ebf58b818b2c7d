package toco.checkpoint;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import toco.model.Network;
import toco.torch.Tensor;

/// What an exported network computes, and the check that a file gives the same.
public final class ExportedOutputs {
  /// Relative to the largest value of an output. Other programs sum in another order.
  private static final double TOLERANCE = 1e-4;

  private ExportedOutputs() {}

  /// The network's own outputs: `cls`, `seg`, `cam` and `camAux`.
  ///
  /// @param images [B, 3, H, W] normalised, on any device
  /// @return on the network's device
  public static Map<String, Tensor> of(Network model, Tensor images) {
    var tokens = model.encode(images.to(model.params().device()));
    var patchMap = tokens.patchMap();
    return Map.of(
        "cls", model.classLogits(patchMap),
        "seg", model.segment(patchMap),
        "cam", model.cam(patchMap),
        "camAux", model.auxCam(tokens.auxMap()));
  }

  /// The largest difference between outputs of the network and of a file, relative to the largest
  /// value of that output.
  ///
  /// @param others of the file, by the same names, on any device
  public static double difference(Map<String, Tensor> own, Map<String, Tensor> others) {
    double largest = 0;
    for (var output : own.entrySet()) {
      var name = output.getKey();
      var other = Objects.requireNonNull(others.get(name), name).to(output.getValue().device());
      double scale = output.getValue().abs().amax().item();
      largest = Math.max(largest, output.getValue().sub(other).abs().amax().item() / scale);
    }
    return largest;
  }

  /// @param out the file's name, for the message
  /// @throws CheckpointException if the difference is more than rounding, or no number
  public static void requireClose(Path out, double difference) {
    if (!(difference <= TOLERANCE)) {
      throw new CheckpointException(
          out,
          String.format(
              Locale.ROOT,
              "is not written: its outputs differ from the network's by %.3g, expected at most"
                  + " %.0e",
              difference,
              TOLERANCE));
    }
  }
}
