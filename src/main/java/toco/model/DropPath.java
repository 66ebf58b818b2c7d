package toco.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import toco.data.CounterRandom;
import toco.torch.Device;
import toco.torch.Tensor;

/// Stochastic depth (Huang et al. 2016, arXiv:1603.09382; timm's `DropPath`) of one block: for each
/// image its attention and its MLP are left out with some probability p, and else scaled by 1 / (1
/// − p), so that the expectation of what they add is the same.
///
/// @param scales what attention and MLP are multiplied by, 0 or 1 / (1 − p), float32 [2, B, 1, 1];
///   null: nothing is dropped
record DropPath(@Nullable Tensor scales) {
  /// Drops nothing.
  static final DropPath OFF = new DropPath(null);

  /// Draws for all blocks. The probability grows linearly from 0 in the first block.
  ///
  /// @param last probability in the last block
  /// @param kept number of blocks at the start in which nothing is dropped all the same
  /// @param random a generator for each image of the batch
  static List<DropPath> draw(
      double last, int depth, int kept, int batch, IntFunction<CounterRandom> random, Device to) {
    var scales = new float[depth * 2 * batch];
    for (int image = 0; image < batch; image++) {
      var own = random.apply(image);
      for (int i = 0; i < depth; i++) {
        double p = last * i / Math.max(1, depth - 1);
        int attention = 2 * i * batch + image;
        scales[attention] = own.nextFloat() < p ? 0 : (float) (1 / (1 - p));
        scales[attention + batch] = own.nextFloat() < p ? 0 : (float) (1 / (1 - p));
      }
    }
    // Non-blocking: a host array that is not pinned is read before the call returns, without
    // waiting for the stream.
    var all = Tensor.of(scales, depth, 2, batch, 1, 1).to(to, true);
    var blocks = new ArrayList<DropPath>();
    for (int i = 0; i < depth; i++) {
      boolean drops = i > 0 && i >= kept;
      blocks.add(drops ? new DropPath(all.select(0, i)) : OFF);
    }
    return blocks;
  }

  /// Of some images.
  DropPath slice(long from, long to) {
    return scales == null ? OFF : new DropPath(scales.slice(1, from, to));
  }

  /// @param x input of the attention [B, T, D]
  /// @param sum x + attn(norm(x))
  /// @return x + scale · attn(norm(x))
  Tensor attention(Tensor x, Tensor sum) {
    return scaled(0, x, sum);
  }

  /// The same for the MLP.
  Tensor mlp(Tensor x, Tensor sum) {
    return scaled(1, x, sum);
  }

  private Tensor scaled(int branch, Tensor x, Tensor sum) {
    return scales == null ? sum : x.add(sum.sub(x).mul(scales.select(0, branch)));
  }
}
