package toco.torch;

/// More functions of each element, by their operators' names.
sealed interface ElementOps permits Tensor {
  /// 1 / x.
  default Tensor reciprocal() {
    return Ops.call("aten::reciprocal", this);
  }

  /// 1 / √x.
  default Tensor rsqrt() {
    return Ops.call("aten::rsqrt", this);
  }

  /// −1, 0 or 1.
  default Tensor sign() {
    return Ops.call("aten::sign", this);
  }

  /// The smallest integer not below it.
  default Tensor ceil() {
    return Ops.call("aten::ceil", this);
  }

  /// log(1 + x), exact for small x.
  default Tensor log1p() {
    return Ops.call("aten::log1p", this);
  }

  /// eˣ − 1, exact for small x.
  default Tensor expm1() {
    return Ops.call("aten::expm1", this);
  }

  /// The error function.
  default Tensor erf() {
    return Ops.call("aten::erf", this);
  }

  /// The tangent.
  default Tensor tan() {
    return Ops.call("aten::tan", this);
  }

  /// The angle of (other, this), −π…π.
  default Tensor atan2(Tensor other) {
    return Ops.call("aten::atan2", this, other);
  }

  /// The rest of the division, with the divisor's sign.
  default Tensor remainder(double divisor) {
    return Ops.call("aten::remainder.Scalar", this, divisor);
  }

  /// The quotient, rounded down.
  default Tensor floorDivide(double divisor) {
    return Ops.call("aten::floor_divide.Scalar", this, divisor);
  }

  /// this + weight · (end − this).
  default Tensor lerp(Tensor end, double weight) {
    return Ops.call("aten::lerp.Scalar", this, end, weight);
  }

  /// x · sigmoid(x).
  default Tensor silu() {
    return Ops.call("aten::silu", this);
  }

  /// x where positive, else slope · x.
  default Tensor leakyRelu(double slope) {
    return Ops.call("aten::leaky_relu", this, slope);
  }

  /// x where positive, else eˣ − 1.
  default Tensor elu() {
    return Ops.call("aten::elu", this);
  }

  /// log(1 + eˣ).
  default Tensor softplus() {
    return Ops.call("aten::softplus", this);
  }

  /// Whether it is neither infinite nor NaN; bool.
  default Tensor isFinite() {
    return Ops.call("aten::isfinite", this);
  }

  /// Whether |this − other| ≤ atol + rtol · |other|, element by element; bool.
  default Tensor isClose(Tensor other, double rtol, double atol) {
    return Ops.call("aten::isclose", this, other, rtol, atol);
  }

  /// Whether that holds for all elements; waits for the device.
  default boolean allClose(Tensor other, double rtol, double atol) {
    return Ops.callAll("aten::allclose", this, other, rtol, atol).getFirst() instanceof Long all
        && all != 0;
  }

  /// Whether shapes and all elements are the same; waits for the device.
  default boolean equal(Tensor other) {
    return Ops.callAll("aten::equal", this, other).getFirst() instanceof Long same && same != 0;
  }
}
