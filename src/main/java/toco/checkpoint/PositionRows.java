package toco.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import toco.torch.Shape;
import toco.torch.Tensor;

/// The rows of a stored position embedding [1, prefixRows + grid², D].
///
/// @param prefixRows rows before those of the patches: none, or those of the class token and of the
///   distillation token, or of all tokens before the patches
/// @param grid side of the grid of patches; 0 if there is no embedding, or one of another form
record PositionRows(long prefixRows, long grid) {
  private static final String POSITION = "pos_embed";
  private static final List<String> CLASS_TOKENS = List.of("cls_token", "dist_token");
  private static final List<String> TOKENS = List.of("cls_token", "dist_token", "reg_token");

  /// @param weights by timm's names
  static PositionRows of(Map<String, Tensor> weights) {
    var position = weights.get(POSITION);
    return position == null
        ? new PositionRows(0, 0)
        : of(position.shape(), tokens(weights, CLASS_TOKENS), tokens(weights, TOKENS));
  }

  /// Squares and their successors never meet, so the number of rows tells which they are; of an
  /// encoder with many class tokens it is most often all of them.
  private static PositionRows of(Shape shape, long classRows, long prefixTokens) {
    if (shape.dims() != 3 || shape.size(0) != 1) {
      return new PositionRows(0, 0);
    }
    return LongStream.of(classRows, 0, prefixTokens)
        .mapToObj(rows -> new PositionRows(rows, side(shape.size(1) - rows)))
        .filter(rows -> rows.grid > 0)
        .findFirst()
        .orElse(new PositionRows(0, 0));
  }

  private static long tokens(Map<String, Tensor> weights, List<String> names) {
    long tokens = 0;
    for (var name : names) {
      var token = weights.get(name);
      tokens += token == null || token.dim() != 3 ? 0 : token.size(1);
    }
    return tokens;
  }

  /// The root of a square number; 0 for other numbers.
  private static long side(long squared) {
    long side = Math.round(Math.sqrt((double) Math.max(0, squared)));
    return side * side == squared ? side : 0;
  }

  /// Gives the weights as many rows before those of the patches as another encoder has. Rows that
  /// it does not have are added to their tokens, which is the same; rows that the weights do not
  /// have are zeros.
  ///
  /// @param weights by timm's names, with this embedding
  static Map<String, Tensor> fitted(Map<String, Tensor> weights, PositionRows own) {
    var rows = of(weights);
    var position = weights.get(POSITION);
    if (position == null || rows.grid == 0 || own.grid == 0 || rows.prefixRows == own.prefixRows) {
      return weights;
    }
    var fitted = new LinkedHashMap<>(weights);
    long width = position.size(2);
    var prefix = new ArrayList<Tensor>();
    long at = 0;
    for (var name : TOKENS) {
      var token = weights.get(name);
      if (token == null) {
        continue;
      }
      long count = token.size(1);
      var row =
          at + count <= rows.prefixRows
              ? position.slice(1, at, at + count)
              : Tensor.zeros(1, count, width);
      if (at + count <= own.prefixRows) {
        prefix.add(row);
      } else {
        fitted.put(name, token.add(row)); // [1, count, D]
      }
      at += count;
    }
    prefix.add(position.slice(1, rows.prefixRows, Long.MAX_VALUE));
    fitted.put(POSITION, Tensor.cat(prefix, 1));
    return fitted;
  }
}
