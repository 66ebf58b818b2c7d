package toco.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.model.PositionEmbedding;
import toco.torch.Shape;
import toco.torch.Tensor;

/// Fits a pretrained vision transformer's weights to a network's `encoder.*` parameters.
final class EncoderWeights {
  private static final String PREFIX = "encoder.";
  private static final String POSITION = PREFIX + "pos_embed";
  private static final String DISTILLED = PREFIX + "dist_token";

  private EncoderWeights() {}

  static String load(StateDict file, Map<String, Tensor> parameters) {
    boolean prefixed = file.tensors().keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
    var weights = new LinkedHashMap<String, Tensor>();
    var passedOver = new ArrayList<String>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              if (prefixed ? !name.startsWith(PREFIX) : isHead(name)) {
                passedOver.add(name);
              } else {
                weights.put(prefixed ? name : PREFIX + name, tensor);
              }
            });
    var encoder = new LinkedHashMap<String, Tensor>();
    parameters.forEach(
        (name, parameter) -> {
          if (name.startsWith(PREFIX)) {
            encoder.put(name, parameter);
          }
        });
    var resized = fitPosition(weights, encoder);
    new StateDict(file.source(), weights).into(encoder);
    return "encoder loaded from %s: %d tensors%s%s"
        .formatted(
            file.source(),
            weights.size(),
            resized,
            passedOver.isEmpty() ? "" : "; passed over " + summary(passedOver));
  }

  private static boolean isHead(String name) {
    return name.startsWith("head.")
        || name.startsWith("head_dist.")
        || name.startsWith("pre_logits");
  }

  private static String summary(List<String> names) {
    return names.size() <= 4
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 4)) + " and %d more".formatted(names.size() - 4);
  }

  /// Resizes the position embedding, if the grids differ. What cannot be resized is left for the
  /// comparison of shapes to report.
  private static String fitPosition(Map<String, Tensor> weights, Map<String, Tensor> encoder) {
    var from = weights.get(POSITION);
    var to = encoder.get(POSITION);
    if (from == null || to == null || from.shape().equals(to.shape())) {
      return "";
    }
    int tokens = encoder.containsKey(DISTILLED) ? 2 : 1;
    long gridFrom = grid(from.shape(), tokens);
    long gridTo = grid(to.shape(), tokens);
    if (gridFrom < 1
        || gridTo < 1
        || from.size(2) != to.size(2)
        || weights.containsKey(DISTILLED) != encoder.containsKey(DISTILLED)) {
      return "";
    }
    weights.put(POSITION, PositionEmbedding.resize(from, tokens, gridTo, gridTo));
    return "; position embedding resized from %d×%d to %d×%d"
        .formatted(gridFrom, gridFrom, gridTo, gridTo);
  }

  /// The side of the square grid of a position embedding [1, tokens + g², D], or 0 if it is none.
  private static long grid(Shape shape, int tokens) {
    if (shape.dims() != 3 || shape.size(0) != 1 || shape.size(1) <= tokens) {
      return 0;
    }
    long patches = shape.size(1) - tokens;
    long side = Math.round(Math.sqrt((double) patches));
    return side * side == patches ? side : 0;
  }
}
