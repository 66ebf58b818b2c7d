package toco.loss;

import toco.torch.DType;
import toco.torch.Tensor;

/// Class-token contrast (arXiv:2303.01267 §3.3), an InfoNCE between the teacher's global views and
/// the student's views.
///
/// Quirk of the published code, kept: besides the positive views a term with similarity 1 is always
/// added.
public final class CtcLoss {
  private static final double EPS = 1e-4;
  private static final long TEACHER_VIEWS = 2;

  private CtcLoss() {}

  /// @param teacher projections of the two global views [2·B, P], view after view
  /// @param student projections of all views [V·B, P], view after view
  /// @param flags float [B, V]: 1 positive, 0 negative
  /// @param temperature divides the similarities
  /// @return scalar; gradients reach `student` only. Computed in float32: the exponentials overflow
  ///   half precision
  public static Tensor of(Tensor teacher, Tensor student, Tensor flags, double temperature) {
    long batch = flags.size(0);
    long views = flags.size(1);
    var t = byImage(teacher.detach(), TEACHER_VIEWS, batch); // [B, 2, P]
    var s = byImage(student, views, batch); // [B, V, P]
    var z = t.matmul(s.transpose(1, 2)).div(temperature).exp(); // [B, 2, V]
    var positive = flags.unsqueeze(1); // [B, 1, V]
    var negatives = z.mul(positive.rsub(1)).sum(new long[] {2}, true).add(EPS); // [B, 2, 1]
    var perView =
        z.div(z.add(negatives)).log().neg().mul(positive).sum(new long[] {1, 2}, false); // [B]
    var always = negatives.add(1).log().sum(new long[] {1, 2}, false); // −log(1 / (1 + S + eps))
    return perView.add(always).div(TEACHER_VIEWS).div(flags.sum(1).add(EPS)).mean();
  }

  private static Tensor byImage(Tensor projections, long views, long batch) {
    return projections.to(DType.FLOAT32).reshape(views, batch, -1).transpose(0, 1);
  }
}
