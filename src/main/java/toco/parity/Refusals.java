package toco.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.ModelConfig;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Weights `weights/refuse_*` of encoders that are not supported: loading must fail and say why.
final class Refusals {
  private static final Pattern BLOCK =
      Pattern.compile("\\b(?:blocks|layers?|resblocks)\\.(\\d+)\\.");
  private static final Pattern CLASS_TOKEN = Pattern.compile("(.*\\.)?cls_token|.*class_embedding");

  private Refusals() {}

  /// One row per such file; none if there are none.
  static List<Parity.Row> of(Path directory) {
    var folder = directory.resolve("weights");
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var all = Files.list(folder)) {
      return all.filter(file -> file.getFileName().toString().startsWith("refuse_"))
          .sorted()
          .map(Refusals::row)
          .toList();
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be listed: " + e.getMessage());
    }
  }

  private static Parity.Row row(Path file) {
    var name = file.getFileName().toString();
    try (var _ = TensorScope.open()) {
      var tensors = StateDict.load(file).tensors();
      var reason =
          tensors.keySet().stream().anyMatch(CLASS_TOKEN.asMatchPredicate())
              ? "SwiGLU"
              : "class token";
      var note = note(file, tensors, reason);
      return new Parity.Row(name, "weights", 0, "refused: " + reason, note.isEmpty(), note);
    } catch (RuntimeException e) {
      return Parity.failed(name, "weights", "refused", Parity.oneLine(e));
    }
  }

  private static String note(Path file, Map<String, Tensor> tensors, String reason) {
    try (var model = new Toco(config(tensors), Device.CPU)) {
      var _ = StateDict.loadEncoder(file, model.params().all(), List.of());
      return "was loaded";
    } catch (CheckpointException e) {
      var message = String.valueOf(e.getMessage());
      return message.contains(reason) ? "" : "was refused for another reason: " + message;
    }
  }

  /// A network of the file's width, depth and patch size.
  private static ModelConfig config(Map<String, Tensor> tensors) {
    var patches =
        tensors.values().stream()
            .filter(tensor -> tensor.dim() == 4)
            .findFirst()
            .orElseThrow()
            .shape(); // [D, 3, P, P]
    int last =
        tensors.keySet().stream()
            .map(BLOCK::matcher)
            .filter(Matcher::find)
            .mapToInt(block -> Integer.parseInt(block.group(1)))
            .max()
            .orElse(0);
    return Config.defaults()
        .with(
            "model.backbone=custom",
            "train.localCropSizePx=" + 4 * patches.size(2),
            "model.patchSizePx=" + patches.size(2),
            "model.imageSizePx=" + 4 * patches.size(2),
            "model.embedDim=" + patches.size(0),
            "model.depth=" + (last + 1),
            "model.numHeads=1",
            "model.auxLayer=-1",
            "model.variant.layerScale=true",
            "model.projectionHidden=8",
            "model.projectionOut=8")
        .model();
  }
}
