package toco.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.torch.DType;
import toco.torch.Tensor;

/// Brings the weights of a publisher to timm's shapes, in float32: queries, keys and values in one
/// matrix, tokens and position embedding with a batch axis, masked biases without their mask.
///
/// Encoders whose keys have no bias have `attn.q_bias` and `attn.v_bias` instead of
/// `attn.qkv.bias`.
final class EncoderTensors {
  private static final Pattern ATTENTION = Pattern.compile("(blocks\\.\\d+\\.attn\\.).*");

  private final StateDict file;
  private final Map<String, Tensor> weights = new LinkedHashMap<>();

  private EncoderTensors(StateDict file, Map<String, Tensor> parts) {
    this.file = file;
    parts.forEach((name, tensor) ->
        weights.put(name, tensor.dtype().isFloatingPoint() ? tensor.to(DType.FLOAT32) : tensor));
  }

  /// @param parts by the names of [EncoderVocabulary]
  /// @throws CheckpointException if a part of an attention is missing
  static Map<String, Tensor> of(StateDict file, Map<String, Tensor> parts) {
    var tensors = new EncoderTensors(file, parts);
    tensors.withBatchAxes();
    parts.keySet().stream()
        .map(ATTENTION::matcher)
        .filter(java.util.regex.Matcher::matches)
        .map(match -> match.group(1))
        .distinct()
        .forEach(tensors::join);
    return tensors.weights;
  }

  private void withBatchAxes() {
    for (var name : List.of("cls_token", "dist_token", "reg_token", "pos_embed")) {
      weights.computeIfPresent(
          name,
          (_, tensor) -> {
            int dims = tensor.dim();
            long width = dims == 0 ? 0 : tensor.size(dims - 1);
            return dims == 1 || dims == 2 ? tensor.reshape(1, -1, width) : tensor;
          });
    }
  }

  /// @param attention such as `blocks.0.attn.`
  private void join(String attention) {
    var query = weights.remove(attention + "q.weight");
    var key = weights.remove(attention + "k.weight");
    var value = weights.remove(attention + "v.weight");
    if (query != null || key != null || value != null) {
      weights.put(
          attention + "qkv.weight",
          Tensor.cat(
              List.of(
                  needed(query, attention, "query"),
                  needed(key, attention, "key"),
                  needed(value, attention, "value")),
              0)); // [3D, D]
    }
    joinBiases(attention);
    var bias = weights.get(attention + "qkv.bias");
    var mask = weights.remove(attention + "qkv.bias_mask");
    if (bias != null && mask != null) {
      unmask(attention, bias, mask);
    }
  }

  private void joinBiases(String attention) {
    var query = weights.remove(attention + "q.bias");
    var key = weights.remove(attention + "k.bias");
    var value = weights.remove(attention + "v.bias");
    if (query == null && key == null && value == null) {
      return;
    }
    var q = needed(query, attention, "query bias");
    var v = needed(value, attention, "value bias");
    if (key == null) {
      weights.put(attention + "q_bias", q);
      weights.put(attention + "v_bias", v);
    } else {
      weights.put(attention + "qkv.bias", Tensor.cat(List.of(q, key, v), 0)); // [3D]
    }
  }

  private Tensor needed(@Nullable Tensor part, String attention, String what) {
    if (part == null) {
      throw new CheckpointException(
          file.source(),
          "lacks the %s of %s*; the file is incomplete, or in parts of which this is one"
              .formatted(what, attention));
    }
    return part;
  }

  /// DINOv3's own files: numbers in the masked part of a bias do not count.
  private void unmask(String attention, Tensor bias, Tensor mask) {
    long width = bias.size(0) / 3;
    if (isZero(mask.slice(0, width, 2 * width))) {
      weights.remove(attention + "qkv.bias");
      weights.put(attention + "q_bias", masked(bias, mask, 0, width));
      weights.put(attention + "v_bias", masked(bias, mask, 2 * width, 3 * width));
    } else {
      weights.put(attention + "qkv.bias", masked(bias, mask, 0, 3 * width));
    }
  }

  private static Tensor masked(Tensor bias, Tensor mask, long from, long to) {
    return bias.slice(0, from, to).mul(mask.slice(0, from, to));
  }

  static boolean isZero(Tensor tensor) {
    return tensor.abs().sum().item() == 0;
  }
}
