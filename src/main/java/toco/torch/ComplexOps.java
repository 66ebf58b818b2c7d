package toco.torch;

/// Complex numbers: parts, conjugates, views as pairs of real numbers. A complex tensor is made by
/// [Tensor#complex], [Tensor#polar], [#viewAsComplex] or a transform of [Fft].
sealed interface ComplexOps permits Tensor {

  TensorInfo info();

  /// The real parts; shares memory. A real tensor is its own real part.
  default Tensor real() {
    return Ops.call("aten::real", this);
  }

  /// The imaginary parts; shares memory.
  ///
  /// @throws TorchException if the elements are real
  default Tensor imag() {
    return Ops.call("aten::imag", this);
  }

  /// The complex conjugates; shares memory, and is computed when it is used. Call
  /// [Tensor#contiguous] before reading [Tensor#segment].
  default Tensor conj() {
    return Ops.call("aten::conj", this);
  }

  /// The angles in radians, from −π to π.
  default Tensor angle() {
    return Ops.call("aten::angle", this);
  }

  /// A complex tensor [...] as real and imaginary parts [..., 2]; shares memory. Conjugates are
  /// copied.
  default Tensor viewAsReal() {
    try (var resolved = Ops.call("aten::resolve_conj", this)) {
      return Ops.call("aten::view_as_real", resolved);
    }
  }

  /// Real and imaginary parts [..., 2] as a complex tensor [...]; shares memory.
  default Tensor viewAsComplex() {
    return Ops.call("aten::view_as_complex", this);
  }

  /// The element of a one-element tensor, real or complex; waits for the device.
  default Complex itemComplex() {
    if (info().shape().numel() != 1) {
      throw new IllegalStateException(
          "itemComplex() needs a tensor of one element, got shape " + info().shape());
    }
    return toComplexArray()[0];
  }

  /// A copy of the elements, in row-major order, from any dtype and device. For many elements
  /// `viewAsReal().toFloatArray()` needs less memory.
  default Complex[] toComplexArray() {
    try (var complex = Ops.call("aten::to.dtype", this, DType.COMPLEX128);
        var parts = complex.viewAsReal()) {
      var pairs = parts.toDoubleArray();
      var numbers = new Complex[pairs.length / 2];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = new Complex(pairs[2 * i], pairs[2 * i + 1]);
      }
      return numbers;
    }
  }
}
