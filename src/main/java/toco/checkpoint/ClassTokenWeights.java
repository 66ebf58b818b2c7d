package toco.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.model.MoreNetwork;
import toco.nn.Init;
import toco.torch.Tensor;

/// Gives an encoder with one class token MoRe's many: registers, then a token per class. All start
/// as the pre-trained one. The classes' positions repeat its position, those of the registers are
/// random.
public final class ClassTokenWeights {
  private static final String CLASS_TOKEN = "cls_token";
  private static final String POSITION = "pos_embed";

  private ClassTokenWeights() {}

  /// The weights with as many class tokens as another encoder has, if they have one and it has
  /// more.
  ///
  /// @param weights by timm's names
  /// @param own the other encoder's
  static Map<String, Tensor> fitted(Map<String, Tensor> weights, Map<String, Tensor> own) {
    var token = own.get(CLASS_TOKEN);
    var given = weights.get(CLASS_TOKEN);
    if (token == null || given == null || token.size(1) == given.size(1) || given.size(1) != 1) {
      return weights; // a comparison of shapes reports what cannot be fitted
    }
    long width = given.size(2);
    var positions = Init.unitNormalWithinTwo(1, MoreNetwork.REGISTERS, width);
    return expanded(weights, token.size(1), PositionRows.of(weights).prefixRows() > 0, positions);
  }

  /// The weights of an encoder whose class tokens are for other classes: registers and patches keep
  /// theirs, every class starts as the mean of the given ones.
  ///
  /// @param weights by timm's names
  /// @param own those of the encoder that is to have them, with another number of class tokens
  static Map<String, Tensor> forOtherClasses(Map<String, Tensor> weights, Map<String, Tensor> own) {
    var token = own.get(CLASS_TOKEN);
    var given = weights.get(CLASS_TOKEN);
    if (token == null || given == null || given.size(1) <= MoreNetwork.REGISTERS) {
      return fitted(weights, own);
    }
    long count = token.size(1);
    var rows = PositionRows.of(weights);
    var result = new LinkedHashMap<>(weights);
    result.put(CLASS_TOKEN, forClasses(given, count));
    result.computeIfPresent(
        POSITION,
        (_, position) ->
            rows.prefixRows() != given.size(1)
                ? position
                : Tensor.cat(
                    List.of(
                        forClasses(position.slice(1, 0, given.size(1)), count),
                        position.slice(1, given.size(1), Long.MAX_VALUE)),
                    1));
    return result;
  }

  /// @param rows of registers and classes, [1, 4 + K', D]
  /// @param count of the result: 1 has no registers
  private static Tensor forClasses(Tensor rows, long count) {
    long registers = MoreNetwork.REGISTERS;
    var mean = rows.slice(1, registers, rows.size(1)).mean(new long[] {1}, true); // [1, 1, D]
    return count == 1
        ? mean
        : Tensor.cat(
            List.of(rows.slice(1, 0, registers), mean.expand(1, count - registers, -1)), 1);
  }

  /// The weights of an encoder with one class token and a position of it, with more class tokens.
  ///
  /// @param weights by timm's names, `cls_token` [1, 1, D] and `pos_embed` [1, 1 + g², D] among
  ///   them
  /// @param count of class tokens, registers included
  /// @param registerPositions [1, 4, D]
  public static Map<String, Tensor> expanded(
      Map<String, Tensor> weights, long count, Tensor registerPositions) {
    return expanded(weights, count, true, registerPositions);
  }

  private static Map<String, Tensor> expanded(
      Map<String, Tensor> weights, long count, boolean hasPosition, Tensor registerPositions) {
    var expanded = new LinkedHashMap<>(weights);
    expanded.computeIfPresent(CLASS_TOKEN, (_, token) -> token.expand(1, count, -1));
    if (hasPosition) {
      long classes = count - registerPositions.size(1);
      expanded.computeIfPresent(
          POSITION,
          (_, position) ->
              Tensor.cat(
                  List.of(
                      registerPositions,
                      position.slice(1, 0, 1).expand(1, classes, -1),
                      position.slice(1, 1, Long.MAX_VALUE)),
                  1));
    }
    return expanded;
  }
}
