package toco.torch;

import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_matmul;
import static toco.torch.ffi.TocoTorch.tt_normalize;

import java.lang.foreign.MemorySegment;

/// Linear algebra: products, triangles and diagonals, factorisations. For `torch.einsum` see
/// [Tensor#einsum].
sealed interface LinearAlgebraOps permits Tensor {

  MemorySegment handle();

  /// Matrix product, batched and broadcast as in PyTorch.
  default Tensor matmul(Tensor other) {
    return result(tt_matmul(handle(), other.handle(), out()));
  }

  /// Batched matrix product: [B, n, m] and [B, m, p] → [B, n, p].
  default Tensor bmm(Tensor other) {
    return Ops.call("aten::bmm", this, other);
  }

  /// The dot product of two vectors: a scalar.
  default Tensor dot(Tensor other) {
    return Ops.call("aten::dot", this, other);
  }

  /// The outer product of two vectors: \[n] and \[m] → [n, m].
  default Tensor outer(Tensor other) {
    return Ops.call("aten::outer", this, other);
  }

  /// The lower triangle, zero above the given diagonal; 0 is the main diagonal.
  default Tensor tril(long diagonal) {
    return Ops.call("aten::tril", this, diagonal);
  }

  /// The upper triangle, zero below the given diagonal.
  default Tensor triu(long diagonal) {
    return Ops.call("aten::triu", this, diagonal);
  }

  /// The diagonal of a matrix, or the matrix with this vector as its diagonal.
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

  /// Solves `this · x = right` for x, with matrices [..., n, n] and right-hand sides [..., n] or
  /// [..., n, k].
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

  /// Divided by its Euclidean norm along a dimension, or by `eps` where that is larger.
  default Tensor normalize(long dim, double eps) {
    return result(tt_normalize(handle(), dim, eps, out()));
  }
}
