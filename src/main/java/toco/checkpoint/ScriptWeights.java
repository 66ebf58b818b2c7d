package toco.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipFile;
import toco.torch.Device;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TorchException;

/// Reads the weights in a TorchScript file. LibTorch compiles its methods, but none of them is run.
final class ScriptWeights {
  private static final String MARK = "/constants.pkl";

  private ScriptWeights() {}

  /// Whether a ZIP archive is TorchScript rather than only weights.
  static boolean isScript(Path path) {
    try (var zip = new ZipFile(path.toFile())) {
      return zip.stream().anyMatch(entry -> entry.getName().endsWith(MARK));
    } catch (IOException e) {
      return false; // the reader of weights then reports the problem
    }
  }

  /// Reads parameters and buffers by their full names; they belong to the innermost scope, or to
  /// the caller if there is none.
  ///
  /// @throws CheckpointException if LibTorch cannot load the file
  static Map<String, Tensor> read(Path path) {
    try (var module = ScriptModule.load(path, Device.CPU)) {
      var weights = new LinkedHashMap<>(module.parameters());
      weights.putAll(module.buffers());
      return weights;
    } catch (TorchException e) {
      var reason = String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
      throw new CheckpointException(path, "is TorchScript that cannot be loaded: " + reason, e);
    }
  }
}
