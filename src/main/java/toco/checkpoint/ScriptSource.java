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

/// The network's methods as TorchScript text: the files `*.py` beside this class, in which `{name}`
/// stands for a figure of the network.
final class ScriptSource {
  private final Map<String, Object> figures = new LinkedHashMap<>();

  ScriptSource(ModelConfig model) {
    var shape = model.encoderShape();
    figures.put("heads", shape.numHeads());
    figures.put("scale", shape.attentionScale());
    figures.put("eps", shape.layerNormEps());
    figures.put("qkvBias", shape.qkvBias() ? "self.attn.qkv.bias" : "None");
    figures.put("grid", shape.gridSize());
    figures.put("width", shape.embedDim());
    figures.put("patch", shape.patchSizePx());
    figures.put("prefixTokens", shape.prefixTokens());
    figures.put("prefix", prefix(shape));
    figures.put("blocks", blocks(shape.depth(), model.auxLayer()));
    figures.put("aux", model.auxLayer() == -1 ? "normed" : "aux");
    figures.put("dilation", model.decoderDilation());
  }

  private static String prefix(EncoderShape shape) {
    var cls = "self.cls_token.expand([B, -1, -1])";
    return shape.distilled() ? cls + ", self.dist_token.expand([B, -1, -1])" : cls;
  }

  private static String blocks(int depth, int auxLayer) {
    return IntStream.range(0, depth)
        .mapToObj(i ->
            "    tokens = getattr(self.blocks, \"%d\").forward(tokens)".formatted(i)
                + (i == depth + auxLayer ? "\n    aux = tokens" : ""))
        .collect(Collectors.joining("\n"));
  }

  /// The methods of one part.
  ///
  /// @param part `block`, `encoder`, `decoder` or `network`
  String of(String part) {
    var text = resource(part + ".py");
    for (var figure : figures.entrySet()) {
      text = text.replace("{" + figure.getKey() + "}", figure.getValue().toString());
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
