package toco.refine;

import java.util.stream.IntStream;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Ops;
import toco.torch.Tensor;

/// The vertices of a permutohedral lattice as single int64 numbers.
///
/// All d + 1 coordinates of a vertex are k modulo d + 1 and sum to 0, so d quotients and k
/// determine it: k is in the lowest bits, the quotients above it, offset to be positive.
///
/// @param dimensions d, the dimension of the points
record VertexKeys(int dimensions) {
  VertexKeys {
    if (dimensions < 1 || dimensions > 7) { // with 8, a step up would not be exact as a double
      throw new IllegalArgumentException("dimensions must be 1 to 7, got " + dimensions);
    }
  }

  int corners() {
    return dimensions + 1;
  }

  private int remainderBits() {
    return Integer.SIZE - Integer.numberOfLeadingZeros(dimensions);
  }

  private int quotientBits() {
    return (Long.SIZE - 1 - remainderBits()) / dimensions;
  }

  /// Coordinates must be smaller than this, so that the simplex and its neighbours have keys and
  /// float32 has enough digits.
  double limit() {
    double quotients = Math.pow(2, quotientBits() - 1) - 2;
    return Math.min(32000, quotients * corners());
  }

  /// The value of one quotient in a key; that of the last coordinate is implied and has value 0.
  double unit(int axis) {
    return axis < dimensions ? Math.pow(2, remainderBits() + axis * quotientBits()) : 0;
  }

  private double allUnits() {
    return IntStream.range(0, dimensions).mapToDouble(this::unit).sum();
  }

  /// The units of all axes, int64 [d + 1, 1].
  Tensor units(Device device) {
    // Non-blocking: a host array that is not pinned is read before the call returns, without
    // waiting for the stream.
    var units = IntStream.range(0, corners()).mapToLong(i -> (long) unit(i)).toArray();
    return Tensor.of(units, corners(), 1).to(device, true);
  }

  /// Keys of vertices whose remainder is 0.
  ///
  /// @param quotients int64 [B, d + 1, N]
  /// @param units of all axes
  /// @return int64 [B, 1, N]
  Tensor ofQuotients(Tensor quotients, Tensor units) {
    double zero = allUnits() * Math.pow(2, quotientBits() - 1);
    return quotients.mul(units).sum(new long[] {1}, true).add(zero);
  }

  /// A step up an axis adds 1 to every coordinate except the axis's own, from which it subtracts d:
  /// the key is the result of this method minus the axis's unit. From remainder d, all quotients
  /// increase and k restarts at 0.
  Tensor up(Tensor keys) {
    return step(keys, dimensions, allUnits() - dimensions, 1);
  }

  /// A step down an axis: the key is the result of this method plus the axis's unit.
  Tensor down(Tensor keys) {
    return step(keys, 0, dimensions - allUnits(), -1);
  }

  private Tensor step(Tensor keys, int carryAt, double carry, int step) {
    var remainder = Ops.call("aten::bitwise_and.Scalar", keys, (1L << remainderBits()) - 1);
    var steps = Tensor.full(step, DType.INT64, keys.device(), 1);
    return keys.add(steps.maskedFill(remainder.eq(carryAt), carry));
  }
}
