package toco.torch;

import java.util.Arrays;

/// The sizes of a tensor's dimensions, outermost first.
///
/// @param sizes one entry per dimension, each ≥ 0; not copied, so do not modify the array
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and toString below read the contents
public record Shape(long... sizes) {
  /// The shape with these sizes; without arguments, the shape of a scalar.
  public static Shape of(long... sizes) {
    return new Shape(sizes);
  }

  /// The number of dimensions.
  public int dims() {
    return sizes.length;
  }

  /// The size of one dimension; a negative one counts from the end.
  public long size(int dim) {
    int index = dim < 0 ? dim + sizes.length : dim;
    if (index < 0 || index >= sizes.length) {
      throw new IndexOutOfBoundsException(
          "shape %s has %s dimensions, got dimension %s".formatted(this, sizes.length, dim));
    }
    return sizes[index];
  }

  /// The number of elements.
  public long numel() {
    long count = 1;
    for (long size : sizes) {
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
