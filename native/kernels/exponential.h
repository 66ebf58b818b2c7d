// The kernels' exponentials of numbers <= 0, in operations that vectorise: of a float in a loop
// that the compiler vectorises, or of a vector of floats.
//
// Both round to n + r with an integer n and |r| <= 1/2 (in units of the base's logarithm), take a
// polynomial of r and multiply it by 2^n. They differ in base and polynomial, and so in last bits:
// PAR and the dense CRF reproduce published results with base e; attention and GELU scale their
// arguments anyway, so they fold log2(e) into that factor and save a multiplication with base 2.
#pragma once

#include <cstdint>
#include <cstring>

#include "simd.h"

namespace toco {

// Added to |v| < 2^22, it leaves v's nearest integer in the low bits of the sum; subtracted again,
// as a float.
constexpr float kRoundToInteger = 12582912.0f;  // 1.5 * 2^23

template <class Float>
struct Bits {
  using Int = decltype(Float{} < Float{});  // the vector of integers of the same width
};
template <>
struct Bits<float> {
  using Int = int32_t;
};

// 2^n for -126 <= n <= 127, given n + kRoundToInteger.
template <class Float>
TOCO_INLINE Float power_of_two(Float shifted) {
  typename Bits<Float>::Int bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits - (0x4B400000 - 127)) << 23;  // 0x4B400000: the bits of kRoundToInteger
  Float power;
  std::memcpy(&power, &bits, sizeof power);
  return power;
}

// e^x for -87 <= x <= 0 to 2 units in the last place, by the polynomial of Cephes' expf; any number
// for other x. The caller limits x, or replaces the result.
template <class Float>
TOCO_INLINE Float exp_of_negative(Float x) {
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;  // their sum is ln 2
  const Float shifted = x * 1.44269504f + kRoundToInteger;             // log2(e)
  const Float n = shifted - kRoundToInteger;
  const Float r = x - n * kLn2High - n * kLn2Low;
  Float p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return (p * r * r + r + 1.0f) * power_of_two(shifted);
}

// 2^x for x <= 0, within 2e-7 of it. Below -126, where float32 leaves its normal range, 2^-126.
template <class Float>
TOCO_INLINE Float exp2_of_negative(Float x) {
  x = x > -126.0f ? x : Float{} - 126.0f;
  const Float shifted = x + kRoundToInteger;
  const Float r = x - (shifted - kRoundToInteger);
  Float p = r * 1.535336188319500e-4f + 1.339887440266574e-3f;
  p = p * r + 9.618437357674640e-3f;
  p = p * r + 5.550332471162809e-2f;
  p = p * r + 2.402264791363012e-1f;
  p = p * r + 6.931472028550421e-1f;
  p = p * r + 1.0f;
  return p * power_of_two(shifted);
}

}  // namespace toco
