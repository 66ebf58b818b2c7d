package toco.torch;

/// A complex number: an element of a complex tensor, or an argument or result of [Ops#call].
///
/// @param re the real part
/// @param im the imaginary part
public record Complex(double re, double im) {
  @Override
  public String toString() {
    return im < 0 || 1 / im < 0 ? re + "" + im + "j" : re + "+" + im + "j";
  }
}
