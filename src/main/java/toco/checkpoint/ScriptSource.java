package toco.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import toco.config.EncoderShape;
import toco.config.ModelConfig;

/// The methods of the network as TorchScript source: the resources `*.py` of this package, in which
/// `{name}` is a placeholder for a setting of the network.
final class ScriptSource {
  private final Map<String, Object> settings = new LinkedHashMap<>();

  ScriptSource(ModelConfig model) {
    var shape = model.encoderShape();
    settings.put("heads", shape.numHeads());
    settings.put("scale", shape.attentionScale());
    settings.put("eps", shape.layerNormEps());
    settings.put("qkvBias", shape.qkvBias() ? "self.attn.qkv.bias" : "None");
    settings.put("grid", shape.gridSize());
    settings.put("width", shape.embedDim());
    settings.put("patch", shape.patchSizePx());
    settings.put("prefixTokens", shape.prefixTokens());
    settings.put("prefix", prefix(shape));
    settings.put("blocks", blocks(shape.depth(), model.auxLayer()));
    settings.put("aux", model.auxLayer() == -1 ? "normed" : "aux");
    settings.put("dilation", model.decoderDilation());
  }

  private static String prefix(EncoderShape shape) {
    var cls = "self.cls_token.expand([B, -1, -1])";
    return shape.distilled() ? cls + ", self.dist_token.expand([B, -1, -1])" : cls;
  }

  private static String blocks(int depth, int auxLayer) {
    return IntStream.range(0, depth)
        .mapToObj(i ->
            "    tokens = getattr(self.blocks, \"%s\").forward(tokens)".formatted(i)
                + (i == depth + auxLayer ? "\n    aux = tokens" : ""))
        .collect(Collectors.joining("\n"));
  }

  /// The methods of one module.
  ///
  /// @param part `block`, `encoder`, `decoder` or `network`
  String of(String part) {
    var text = resource(part + ".py");
    for (var setting : settings.entrySet()) {
      text = text.replace("{" + setting.getKey() + "}", setting.getValue().toString());
    }
    return text;
  }

  private static String resource(String name) {
    try (var in = Objects.requireNonNull(ScriptSource.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
