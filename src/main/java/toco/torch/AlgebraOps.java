package toco.torch;

import java.util.List;

/// Linear algebra and sums over indices.
sealed interface AlgebraOps permits Tensor {
  /// Sums of products over named dimensions, `torch.einsum`: `einsum("bij,bjk->bik", x, y)`.
  static Tensor einsum(String equation, Tensor... operands) {
    return Ops.call("aten::einsum", equation, List.of(operands), null);
  }

  /// Matrix products of a batch: [B, n, m] and [B, m, p] → [B, n, p].
  default Tensor bmm(Tensor other) {
    return Ops.call("aten::bmm", this, other);
  }

  /// The sum of products of two vectors.
  default Tensor dot(Tensor other) {
    return Ops.call("aten::dot", this, other);
  }

  /// All products of two vectors: \[n] and \[m] → [n, m].
  default Tensor outer(Tensor other) {
    return Ops.call("aten::outer", this, other);
  }

  /// The lower triangle, zero above the given diagonal; 0 is the main one.
  default Tensor tril(long diagonal) {
    return Ops.call("aten::tril", this, diagonal);
  }

  /// The upper triangle, zero beneath the given diagonal.
  default Tensor triu(long diagonal) {
    return Ops.call("aten::triu", this, diagonal);
  }

  /// The diagonal of a matrix, or the matrix of a diagonal.
  default Tensor diag(long diagonal) {
    return Ops.call("aten::diag", this, diagonal);
  }

  /// The inverse of matrices [..., n, n].
  ///
  /// @throws TorchException if one is singular
  default Tensor inverse() {
    return Ops.call("aten::linalg_inv", this);
  }

  /// The determinants of matrices [..., n, n] → [...].
  default Tensor det() {
    return Ops.call("aten::linalg_det", this);
  }

  /// The lower Cholesky factor of positive-definite matrices [..., n, n].
  ///
  /// @throws TorchException if one is not positive-definite
  default Tensor cholesky() {
    return Ops.call("aten::linalg_cholesky", this);
  }

  /// x with `this · x = right`, for matrices [..., n, n] and right sides [..., n] or [..., n, k].
  ///
  /// @throws TorchException if a matrix is singular
  default Tensor solve(Tensor right) {
    return Ops.call("aten::linalg_solve", this, right);
  }

  /// The singular value decomposition of matrices [..., n, m] in its thin form.
  default Svd svd() {
    var parts = Ops.callAll("aten::linalg_svd", this, false);
    return new Svd((Tensor) parts.get(0), (Tensor) parts.get(1), (Tensor) parts.get(2));
  }

  /// `u · diag(s) · vh`, k = min(n, m).
  ///
  /// @param u [..., n, k], orthonormal columns
  /// @param s [..., k] ≥ 0, falling
  /// @param vh [..., k, m], orthonormal rows
  record Svd(Tensor u, Tensor s, Tensor vh) {}
}
