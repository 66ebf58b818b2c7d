package toco.model;

import java.util.List;
import toco.nn.LayerNorm;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Tensor;

/// MoRe's graph category representation (arXiv:2412.11076): each class token gathers the tokens, of
/// classes and patches, that are most similar to it, and is updated with their weighted sum.
///
/// Quirks, kept: a neighbour's weight comes from the product of two sums over the channels, not
/// from a dot product; and the layer `_fc1` exists in the weights but is not used.
public final class GraphCategoryAttention {
  /// Of the K classes, how many neighbours a class has, rounded down.
  public static final double NEIGHBOUR_RATIO = 0.5;

  /// Epsilon of its norm, another than the encoder's.
  public static final double NORM_EPS = 1e-5;

  /// Of its two leaky ReLUs.
  public static final double SLOPE = 0.01;

  private static final double UPDATE = 0.1;

  private final Linear headProj;
  private final Linear tailProj;
  private final Linear linear1;
  private final Linear linear2;
  private final LayerNorm norm;

  /// @param params receives the weights and owns them
  /// @param width D
  public GraphCategoryAttention(Parameters params, long width) {
    var _ =
        new Linear(params.frozenChild("_fc1").child("0"), width, width); // only in weights files
    headProj = new Linear(params.child("head_proj"), width, width);
    tailProj = new Linear(params.child("tail_proj"), width, width);
    linear1 = new Linear(params.child("linear1"), width, width);
    linear2 = new Linear(params.child("linear2"), width, width);
    norm = new LayerNorm(params.child("norm"), width, NORM_EPS);
  }

  /// The neighbours of each class: what is gathered.
  ///
  /// @param scores of the k most similar tokens [B, K, k], largest first
  /// @param index their positions in class tokens, then patch tokens, int64 [B, K, k]
  private record Neighbours(Tensor scores, Tensor index) {}

  /// @param classTokens [B, K, D]
  /// @param patchTokens [B, N, D]; no gradient reaches them
  /// @return updated class tokens [B, K, D], normed
  public Tensor forward(Tensor classTokens, Tensor patchTokens) {
    var head = headProj.forward(classTokens); // [B, K, D]
    var tail = tail(classTokens, patchTokens); // [B, K + N, D]
    var gathered = gathered(head, tail); // [B, K, D]
    var sum = linear1.forward(updated(classTokens, head.add(gathered))).leakyRelu(SLOPE);
    var product = linear2.forward(updated(classTokens, head.mul(gathered))).leakyRelu(SLOPE);
    return norm.forward(sum.add(product));
  }

  /// The most similar tokens of each class, int64 [B, K, k], k = ⌊K / 2⌋: positions in class
  /// tokens, then patch tokens.
  public Tensor neighbours(Tensor classTokens, Tensor patchTokens) {
    return mostSimilar(headProj.forward(classTokens), tail(classTokens, patchTokens)).index();
  }

  private static Tensor updated(Tensor classTokens, Tensor update) {
    return update.mul(UPDATE).add(classTokens);
  }

  private Tensor tail(Tensor classTokens, Tensor patchTokens) {
    var all = Tensor.cat(List.of(classTokens, patchTokens.detach()), 1);
    return tailProj.forward(all);
  }

  private static Neighbours mostSimilar(Tensor head, Tensor tail) {
    long count = (long) (head.size(1) * NEIGHBOUR_RATIO);
    double scale = Math.pow((double) head.size(2), -0.5);
    var scores = head.mul(scale).matmul(tail.transpose(1, 2)); // [B, K, K + N]
    var top = scores.topk(count, 2);
    return new Neighbours(top.values(), top.indices());
  }

  /// What the neighbours of each class give it, [B, K, D].
  private static Tensor gathered(Tensor head, Tensor tail) {
    long batch = head.size(0);
    long classes = head.size(1);
    long width = head.size(2);
    var found = mostSimilar(head, tail);
    long count = found.index().size(2);
    if (count == 0) { // a single class has no neighbours
      return head.zerosLike();
    }
    var index = found.index().flatten(1).unsqueeze(2).expand(-1, -1, width); // [B, K·k, D]
    var neighbours = tail.gather(1, index).reshape(batch, classes, count, width); // [B, K, k, D]
    var share = found.scores().softmax(2).unsqueeze(3); // [B, K, k, 1]
    var own = head.unsqueeze(2); // [B, K, 1, D]
    var related = share.rsub(1).mul(own).add(share.mul(neighbours));
    var gate = own.add(related).tanh(); // [B, K, k, D]
    var weights = neighbours.sum(3).mul(gate.sum(3)).softmax(2).unsqueeze(3); // [B, K, k, 1]
    return weights.mul(neighbours).sum(2);
  }
}
