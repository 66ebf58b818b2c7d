package toco.onnx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.ExportedOutputs;
import toco.config.Config;
import toco.files.AtomicFile;
import toco.files.OptionalLibrary;
import toco.model.Network;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Writes a network as ONNX, which programs of any language run without this one.
///
/// The input `image` [batch, 3, height, width] is float32 and normalised, of any size of at least
/// one patch; pixels beyond the last whole patch are ignored. The outputs are those of
/// [toco.checkpoint.TorchScriptExport]: `cls`, `seg`, `cam` and `camAux`. Positions are resampled
/// to the image's grid in the graph. Weights keep their names and layout. Metadata: `classes` (one
/// per line, background first), `mean` and `std` (of R, G and B on the scale 0…255), `patchSizePx`,
/// and `config`, the configuration as YAML.
public final class OnnxExport {
  /// What a message of protobuf can hold, less room for the graph.
  private static final long LARGEST = Integer.MAX_VALUE - (16L << 20);

  private OnnxExport() {}

  /// Writes the network atomically, after checking that ONNX Runtime computes the same outputs: for
  /// images of the size of the stored positions, larger ones, and ones with sides of their own.
  ///
  /// @param model on any device
  /// @return the largest difference between an output of the file and of the network, relative to
  ///   the largest value of that output; empty if the file was not checked, because ONNX Runtime is
  ///   missing
  /// @throws CheckpointException if the network cannot be exported, the library for ONNX files is
  ///   missing, the file cannot be written, or outputs differ by more than rounding
  /// @throws OnnxException if ONNX Runtime does not run the file
  public static OptionalDouble write(Path out, Network model, Config config) {
    model.exportObstacle().ifPresent(obstacle -> refuse(out, obstacle));
    OptionalLibrary.ONNX.missing().ifPresent(clause -> refuse(out, clause));
    boolean isChecked = OptionalLibrary.ONNX_RUNTIME.missing().isEmpty();
    var difference = new double[1];
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var weights = weights(out, model);
      AtomicFile.writeByName(
          out,
          file -> {
            NetworkGraph.write(file, weights, config);
            if (isChecked) {
              difference[0] = difference(file, model);
              ExportedOutputs.requireClose(out, difference[0]);
            }
          });
    } catch (IOException e) {
      throw CheckpointException.unwritable(out, e);
    }
    return isChecked ? OptionalDouble.of(difference[0]) : OptionalDouble.empty();
  }

  private static void refuse(Path out, String reason) {
    throw new CheckpointException(out, "is not written: " + reason);
  }

  /// As the file needs them; those of a network on the CPU share its memory.
  private static Map<String, Tensor> weights(Path out, Network model) {
    var weights = new LinkedHashMap<String, Tensor>();
    long bytes = 0;
    for (var entry : model.inferenceWeights().entrySet()) {
      var weight = entry.getValue().detach().to(DType.FLOAT32).to(Device.CPU).contiguous();
      weights.put(entry.getKey(), weight);
      bytes += weight.numel() * DType.FLOAT32.byteSize();
    }
    requireFit(out, bytes);
    return weights;
  }

  static void requireFit(Path out, long bytes) {
    if (bytes > LARGEST) {
      refuse(
          out,
          String.format(
              Locale.ROOT,
              "its weights have %.1f GB, and an ONNX file holds 2 GB; use --format torchscript",
              bytes / 1e9));
    }
  }

  /// Compares outputs at three sizes, one side of the last smaller than that of the stored
  /// positions.
  private static double difference(Path file, Network model) {
    var shape = model.config().encoderShape();
    long patch = shape.patchSizePx();
    long side = shape.gridSize() * patch;
    long less = Math.max(patch, side - patch);
    try (var network = OnnxNetwork.open(file)) {
      return Stream.of(
              new long[] {1, side, side},
              new long[] {2, side + patch, side + patch},
              new long[] {1, side + 2 * patch, less})
          .mapToDouble(size -> difference(network, model, size))
          .reduce(0, Math::max); // NaN if one is
    }
  }

  private static double difference(OnnxNetwork network, Network model, long[] size) {
    try (var _ = TensorScope.open()) {
      var images = Tensor.rand(size[0], 3, size[1], size[2]).sub(0.5).mul(4);
      var own = ExportedOutputs.of(model, images);
      return ExportedOutputs.difference(own, network.run(images, List.copyOf(own.keySet())));
    }
  }
}
