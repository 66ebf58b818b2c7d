package toco.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import toco.torch.ScriptModule;
import toco.torch.Tensor;

/// A module of the network to be written as TorchScript: its weights and its child modules. The
/// tree is that of the weights' names.
final class ScriptPart {
  private static final Pattern BLOCK = Pattern.compile("encoder\\.blocks\\.\\d+");

  private final String path;
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final Map<String, ScriptPart> parts = new LinkedHashMap<>();

  private ScriptPart(String path) {
    this.path = path;
  }

  /// The whole network.
  ///
  /// @param weights by full name, such as `encoder.blocks.0.norm1.weight`
  static ScriptPart of(Map<String, Tensor> weights) {
    var root = new ScriptPart("");
    weights.forEach(root::add);
    return root;
  }

  private void add(String name, Tensor weight) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      weights.put(name, weight);
    } else {
      var first = name.substring(0, dot);
      parts
          .computeIfAbsent(first, _ -> new ScriptPart(path.isEmpty() ? first : path + "." + first))
          .add(name.substring(dot + 1), weight);
    }
  }

  /// Builds the module, to be closed by the caller. Child modules are complete before the methods
  /// that use them are compiled.
  ScriptModule build(ScriptSource source) {
    var module = ScriptModule.create(path.isEmpty() ? "Toco" : "toco_" + path.replace('.', '_'));
    weights.forEach(module::parameter);
    parts.forEach((name, part) -> {
      try (var child = part.build(source)) {
        module.child(name, child);
      }
    });
    var methods = methods();
    return methods.isEmpty() ? module : module.define(source.of(methods));
  }

  private String methods() {
    return switch (path) {
      case "" -> "network";
      case "encoder", "decoder" -> path;
      default -> BLOCK.matcher(path).matches() ? "block" : "";
    };
  }
}
