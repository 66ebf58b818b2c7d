package toco.torch;

/// A singular value decomposition in its thin form: `u · diag(s) · vh`, with k = min(n, m).
///
/// @param u [..., n, k], orthonormal columns
/// @param s [..., k] ≥ 0, in descending order
/// @param vh [..., k, m], orthonormal rows
public record Svd(Tensor u, Tensor s, Tensor vh) {}
