package toco.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.config.Config;
import toco.files.AtomicFile;
import toco.image.Normalization;
import toco.model.Network;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TorchException;

/// Writes a network as TorchScript, which can be run from C++ and Python without this program.
///
/// `forward(x)` takes images [B, 3, H, W], float32 and normalised, of any size of at least one
/// patch, and returns a dict:
///
/// - `cls` [B, K]: image-level class logits
/// - `seg` [B, C, h, w]: segmentation logits of the patch grid, background first
/// - `cam`, `camAux` [B, K, h, w]: class activation maps of the last and the auxiliary layer,
///   before ReLU
///
/// `encoder.forward(x)` returns `clsToken`, `patchTokens` and `auxTokens`. Weights keep their
/// names: the module's `state_dict()` is the published one without the projection heads, which only
/// training uses. Extra files in the archive are `config.yaml`, `classes.txt` (one class per line,
/// background first) and `normalization.txt` (mean, then standard deviation, of R, G and B on the
/// scale 0…255).
public final class TorchScriptExport {
  private TorchScriptExport() {}

  /// Writes the network atomically, after checking that the written module computes the same
  /// outputs.
  ///
  /// @param model on any device; the file's weights are the CPU's
  /// @return the largest difference between an output of the module and of the network, relative to
  ///   the largest value of that output
  /// @throws CheckpointException if the file cannot be written, or outputs differ by more than
  ///   rounding
  public static double write(Path out, Network model, Config config) {
    model
        .exportObstacle()
        .ifPresent(obstacle -> {
          throw new CheckpointException(out, "is not written: " + obstacle);
        });
    var difference = new double[1];
    try {
      AtomicFile.writeByName(
          out,
          file -> {
            save(file, model, config);
            difference[0] = difference(file, model);
            ExportedOutputs.requireClose(out, difference[0]);
          });
    } catch (IOException e) {
      throw CheckpointException.unwritable(out, e);
    }
    return difference[0];
  }

  private static void save(Path file, Network model, Config config) throws IOException {
    try (var _ = TensorScope.open();
        var module = ScriptPart.of(onCpu(model)).build(new ScriptSource(config.model()))) {
      module.save(file, extraFiles(config));
    } catch (TorchException e) {
      if (e.kind() == TorchException.Kind.IO) {
        throw new IOException(e.getMessage(), e);
      }
      throw e;
    }
  }

  /// The weights, whose module can be loaded where there is no such device.
  private static Map<String, Tensor> onCpu(Network model) {
    var weights = new LinkedHashMap<String, Tensor>();
    model
        .inferenceWeights()
        .forEach((name, weight) ->
            weights.put(
                name,
                weight.device().isCpu()
                    ? weight
                    : weight.detach().to(Device.CPU).requiresGrad_(weight.requiresGrad())));
    return weights;
  }

  private static Map<String, String> extraFiles(Config config) {
    var classes = "background\n" + String.join("\n", config.data().classNames()) + "\n";
    return Map.of(
        "config.yaml", config.toYaml(),
        "classes.txt", classes,
        "normalization.txt", Normalization.of(config.model().statistics()).describe());
  }

  /// Compares outputs for images one patch higher and two patches wider than the stored positions.
  private static double difference(Path file, Network model) {
    var shape = model.config().encoderShape();
    long side = (long) shape.gridSize() * shape.patchSizePx();
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad();
        var module = ScriptModule.load(file, Device.CPU)) {
      var images = Tensor.rand(2, 3, side + shape.patchSizePx(), side + 2L * shape.patchSizePx());
      var own = ExportedOutputs.of(model, images.sub(0.5).mul(4));
      var others = module.forwardDict(images.sub(0.5).mul(4));
      return ExportedOutputs.difference(own, others);
    }
  }
}
