// Vectors of floats and loops over them, written once for every vector width. All of it is inlined
// into functions that are compiled once for each instruction set.
#pragma once

#include <cstdint>
#include <cstring>

#include "simd.h"

namespace toco {

// Behind a lambda's parameters: inlined where it is called.
#define TOCO_INLINE_LAMBDA __attribute__((always_inline))

// The compiler ignores a vector size that depends on a template's argument.
template <int kLanes>
struct Vector;
#define TOCO_VECTOR(lanes)                                   \
  template <>                                                \
  struct Vector<lanes> {                                     \
    typedef float Float __attribute__((vector_size(lanes * 4))); \
    typedef int32_t Int __attribute__((vector_size(lanes * 4))); \
  };
TOCO_VECTOR(2)
TOCO_VECTOR(4)
TOCO_VECTOR(8)
TOCO_VECTOR(16)
#undef TOCO_VECTOR

template <int kLanes>
struct Lanes {
  using Float = typename Vector<kLanes>::Float;
  using Int = typename Vector<kLanes>::Int;

  static TOCO_INLINE Float load(const float* from) {
    Float v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }

  static TOCO_INLINE void store(float* to, Float v) { std::memcpy(to, &v, sizeof v); }

  static TOCO_INLINE Float abs(Float v) {
    Int bits;
    std::memcpy(&bits, &v, sizeof bits);
    bits &= 0x7fffffff;
    std::memcpy(&v, &bits, sizeof v);
    return v;
  }

  static TOCO_INLINE Float max(Float a, Float b) { return a > b ? a : b; }

  // 2^x for x <= 0, within 2e-7 of it: 2^round(x) times a polynomial in the rest. Below -126, where
  // float32 leaves its normal range, 2^-126.
  static TOCO_INLINE Float exp2_of_negative(Float x) {
    constexpr float kRoundToInteger = 12582912.0f;  // 1.5 * 2^23
    x = max(x, Float{} - 126.0f);
    const Float n = (x + kRoundToInteger) - kRoundToInteger;
    const Float r = x - n;  // -0.5 ... 0.5
    Float p = r * 1.535336188319500e-4f + 1.339887440266574e-3f;
    p = p * r + 9.618437357674640e-3f;
    p = p * r + 5.550332471162809e-2f;
    p = p * r + 2.402264791363012e-1f;
    p = p * r + 6.931472028550421e-1f;
    p = p * r + 1.0f;
    const Int power_bits = (__builtin_convertvector(n, Int) + 127) << 23;
    Float power;
    std::memcpy(&power, &power_bits, sizeof power);
    return p * power;
  }

  static TOCO_INLINE float largest(Float v) {
    if constexpr (kLanes == 2) {
      return v[0] > v[1] ? v[0] : v[1];
    } else {
      using Half = Lanes<kLanes / 2>;
      float lanes[kLanes];
      store(lanes, v);
      return Half::largest(Half::max(Half::load(lanes), Half::load(lanes + kLanes / 2)));
    }
  }

  static TOCO_INLINE float sum(Float v) {
    if constexpr (kLanes == 2) {
      return v[0] + v[1];
    } else {
      using Half = Lanes<kLanes / 2>;
      float lanes[kLanes];
      store(lanes, v);
      return Half::sum(Half::load(lanes) + Half::load(lanes + kLanes / 2));
    }
  }
};

// For functions compiled for wide vectors, chosen when the program runs.
#if defined(__x86_64__) && defined(__GNUC__)
#define TOCO_X86_VECTORS 1
#define TOCO_AVX2 __attribute__((target("avx2,fma")))
#define TOCO_AVX512 __attribute__((target("avx512f,fma")))
inline bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
inline bool has_avx512() { return __builtin_cpu_supports("avx512f"); }
#endif

// C [kRows, kVectors * kLanes] (+)= A [kRows, depth] * B [depth, kVectors * kLanes], the sums held in
// registers. A's entries lie a_row apart down a column and a_step along a row, so that a transposed A
// needs no copy.
template <int kLanes, int kRows, int kVectors>
TOCO_INLINE void multiply_tile(bool add, int64_t depth, const float* a, int64_t a_row, int64_t a_step,
                               const float* b, int64_t b_row, float* c, int64_t c_row) {
  using L = Lanes<kLanes>;
  typename L::Float sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = add ? L::load(c + r * c_row + v * kLanes) : typename L::Float{};
    }
  }
  for (int64_t k = 0; k < depth; ++k) {
    typename L::Float row[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) row[v] = L::load(b + k * b_row + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const float factor = a[r * a_row + k * a_step];
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sums[r][v] += factor * row[v];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) L::store(c + r * c_row + v * kLanes, sums[r][v]);
  }
}

}  // namespace toco
