package toco.torch;

/// One index of [Tensor#index]: an item between the commas of Python's `x[…]`.
///
/// | Python | here |
/// |---|---|
/// | `x[1]`, `x[-1]` | `x.index(at(1))`, `x.index(at(-1))` |
/// | `x[1:5:2]`, `x[1:]`, `x[:]` | `slice(1, 5, 2)`, `from(1)`, `all()` |
/// | `x[..., None]` | `x.index(ellipsis(), newAxis())` |
/// | `x[mask]`, `x[rows, cols]` | `x.index(of(mask))`, `x.index(of(rows), of(cols))` |
public sealed interface Index {
  /// One position of a dimension, which is removed; a negative one counts from the end.
  static Index at(long position) {
    return new At(position);
  }

  /// Every `step`-th position from `start` to `end`, exclusive; negative ends count from the end.
  static Index slice(long start, long end, long step) {
    return new Slice(start, end, step);
  }

  /// Positions from `start` to `end`, exclusive.
  static Index slice(long start, long end) {
    return new Slice(start, end, 1);
  }

  /// Positions from `start` to the end.
  static Index from(long start) {
    return new Slice(start, Long.MAX_VALUE, 1);
  }

  /// A whole dimension.
  static Index all() {
    return new Slice(0, Long.MAX_VALUE, 1);
  }

  /// All dimensions that the other indices do not cover.
  static Index ellipsis() {
    return new Ellipsis();
  }

  /// A new dimension of size 1.
  static Index newAxis() {
    return new NewAxis();
  }

  /// The positions in an int64 tensor of any shape, or those where a bool mask is true.
  static Index of(Tensor positions) {
    return new Positions(positions);
  }

  /// See [#at].
  record At(long position) implements Index {}

  /// See [#slice].
  record Slice(long start, long end, long step) implements Index {
    /// @throws IllegalArgumentException if the step is not positive, as in PyTorch
    public Slice {
      if (step < 1) {
        throw new IllegalArgumentException("step must be ≥ 1, got " + step);
      }
    }
  }

  /// See [#ellipsis].
  record Ellipsis() implements Index {}

  /// See [#newAxis].
  record NewAxis() implements Index {}

  /// See [#of].
  record Positions(Tensor tensor) implements Index {}
}
