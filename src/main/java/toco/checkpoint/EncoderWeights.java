package toco.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.checkpoint.EncoderKind.Biases;
import toco.config.VitVariant.Resampling;
import toco.model.PositionEmbedding;
import toco.torch.Tensor;

/// Loads pretrained vision transformers into the `encoder.*` parameters of a network: files of
/// timm, the original repositories, transformers and open_clip, and the encoder of a ToCo file.
///
/// What a file stores in another form is brought to the network's without changing any result: the
/// position of the class token is folded into it or out of it, absent biases of keys are zeros.
final class EncoderWeights {
  private static final String PREFIX = "encoder.";
  private static final String HEAD = "head."; // MoRe's, which nothing uses
  private static final String POSITION = "pos_embed";

  private EncoderWeights() {}

  /// @param rule by which a position embedding of another grid is resampled
  static String load(StateDict file, Map<String, Tensor> parameters, Resampling rule) {
    file.requireSeparateWeights();
    var source = EncoderSource.in(file);
    EncoderAdvice.requireUsable(source);
    var encoder = StateDict.withoutPrefix(parameters, PREFIX);
    encoder.keySet().removeIf(name -> name.startsWith(HEAD));
    var own = EncoderKind.of(encoder);
    var weights = withBiases(source, own);
    if (!EncoderKind.of(weights).fits(own)) {
      throw EncoderAdvice.otherKind(source, own);
    }
    weights = ClassTokenWeights.fitted(weights, encoder);
    weights = PositionRows.fitted(weights, PositionRows.of(encoder));
    var resized = fitGrid(weights, encoder, rule);
    new StateDict(file.source(), named(weights), file.origin()).into(named(encoder));
    return "encoder loaded from %s%s: %s tensors%s%s"
        .formatted(
            file.source(), place(source), weights.size(), resized, source.skipped().summary());
  }

  private static Map<String, Tensor> named(Map<String, Tensor> tensors) {
    var named = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, tensor) -> named.put(PREFIX + name, tensor));
    return named;
  }

  /// Where in the file the encoder was, and where else there are weights.
  private static String place(EncoderSource source) {
    var origin = source.file().origin();
    var others =
        origin.skipped().entrySet().stream()
            .filter(entry -> entry.getValue().startsWith(PickledWeights.STATE_DICT))
            .map(Map.Entry::getKey)
            .toList();
    var place = source.place();
    return (origin.key().isEmpty() ? "" : ", entry " + origin.key())
        + (others.isEmpty() ? "" : " (not %s)".formatted(String.join(", ", others)))
        + (place.prefix().isEmpty() ? "" : ", names %s*".formatted(place.prefix()))
        + (place.layout() == EncoderLayout.TIMM ? "" : ", " + place.layout());
  }

  /// The weights with the biases of the network's encoder, where that changes no result.
  private static Map<String, Tensor> withBiases(EncoderSource source, EncoderKind own) {
    var weights = new LinkedHashMap<>(source.weights());
    for (int i = 0; i < own.depth(); i++) {
      var attention = "blocks.%s.attn.".formatted(i);
      fitBiases(weights, attention, own, source.skipped());
    }
    var patch = weights.get("patch_embed.proj.bias");
    if (patch != null && !own.patchBias() && EncoderTensors.isZero(patch)) {
      weights.remove("patch_embed.proj.bias");
      source.skipped().add("zeros", "patch_embed.proj.bias");
    }
    return weights;
  }

  private static void fitBiases(
      Map<String, Tensor> weights, String attention, EncoderKind own, SkippedWeights skipped) {
    var all = weights.get(attention + "qkv.bias");
    var query = weights.get(attention + "q_bias");
    var value = weights.get(attention + "v_bias");
    if (own.biases() == Biases.ALL && query != null && value != null) {
      weights.remove(attention + "q_bias");
      weights.remove(attention + "v_bias");
      weights.put(attention + "qkv.bias", Tensor.cat(List.of(query, query.zerosLike(), value), 0));
    }
    if (own.biases() == Biases.WITHOUT_KEY && all != null) {
      long width = all.size(0) / 3;
      if (EncoderTensors.isZero(all.slice(0, width, 2 * width))) {
        weights.remove(attention + "qkv.bias");
        weights.put(attention + "q_bias", all.slice(0, 0, width));
        weights.put(attention + "v_bias", all.slice(0, 2 * width, 3 * width));
      }
    }
    if (own.biases() == Biases.NONE) {
      for (var name : List.of("qkv.bias", "q_bias", "v_bias")) {
        var bias = weights.get(attention + name);
        if (bias != null && EncoderTensors.isZero(bias)) {
          weights.remove(attention + name);
          skipped.add("zeros", attention + name);
        }
      }
    }
  }

  /// Resamples the position embedding if the grids differ. If it cannot be resampled, the
  /// comparison of shapes reports it.
  private static String fitGrid(
      Map<String, Tensor> weights, Map<String, Tensor> encoder, Resampling rule) {
    var from = PositionRows.of(weights);
    var to = PositionRows.of(encoder);
    var position = weights.get(POSITION);
    if (position == null
        || from.grid() == to.grid()
        || from.grid() == 0
        || to.grid() == 0
        || from.prefixRows() != to.prefixRows()) {
      return "";
    }
    weights.put(
        POSITION,
        PositionEmbedding.resampleAbsPosEmbed(
            position, (int) from.prefixRows(), to.grid(), to.grid(), rule));
    return "; position embedding resized from %s×%s to %s×%s"
        .formatted(from.grid(), from.grid(), to.grid(), to.grid());
  }
}
