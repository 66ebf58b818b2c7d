// Vectors of floats and loops over them, written once for all vector widths; for bodies of
// simd::run.
#pragma once

#include <cstdint>
#include <cstring>

#include "simd.h"

namespace toco {

// Specializations, because GCC ignores a vector size that depends on a template argument.
template <int kLanes>
struct Vector;
#define TOCO_VECTOR(lanes) \
  template <> \
  struct Vector<lanes> { \
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

  static TOCO_INLINE Float load(const float *from) {
    Float v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }

  static TOCO_INLINE void store(float *to, Float v) { std::memcpy(to, &v, sizeof v); }

  static TOCO_INLINE Float abs(Float v) {
    Int bits;
    std::memcpy(&bits, &v, sizeof bits);
    bits &= 0x7fffffff;
    std::memcpy(&v, &bits, sizeof v);
    return v;
  }

  static TOCO_INLINE Float max(Float a, Float b) { return a > b ? a : b; }

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

// C [kRows, kVectors * kLanes] (+)= A [kRows, depth] * B [depth, kVectors * kLanes], the sums held
// in registers. A's elements are a_row apart down a column and a_step along a row, so that a
// transposed A needs no copy.
template <int kLanes, int kRows, int kVectors>
TOCO_INLINE void multiply_tile(bool add, int64_t depth, const float *a, int64_t a_row,
                               int64_t a_step, const float *b, int64_t b_row, float *c,
                               int64_t c_row) {
  using L = Lanes<kLanes>;
  typename L::Float sums[kRows][kVectors];
  TOCO_UNROLL
  for (int r = 0; r < kRows; ++r) {
    TOCO_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = add ? L::load(c + r * c_row + v * kLanes) : typename L::Float{};
    }
  }
  for (int64_t k = 0; k < depth; ++k) {
    typename L::Float row[kVectors];
    TOCO_UNROLL
    for (int v = 0; v < kVectors; ++v) row[v] = L::load(b + k * b_row + v * kLanes);
    TOCO_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const float factor = a[r * a_row + k * a_step];
      TOCO_UNROLL
      for (int v = 0; v < kVectors; ++v) sums[r][v] += factor * row[v];
    }
  }
  TOCO_UNROLL
  for (int r = 0; r < kRows; ++r) {
    TOCO_UNROLL
    for (int v = 0; v < kVectors; ++v) L::store(c + r * c_row + v * kLanes, sums[r][v]);
  }
}

}  // namespace toco
