#include "blocks.h"

#include <algorithm>
#include <cmath>

#include "kernels/lanes.h"

namespace toco::attention {
namespace {

// kVectors vectors make a tile's row: as many as the registers hold, sums and a row of B together.
template <int kLanes, int kVectors>
struct Steps {
  using L = Lanes<kLanes>;
  using Float = typename L::Float;

  template <int kCount>
  static TOCO_INLINE void strip(bool add, int64_t rows, int64_t depth, Strided a, const float* b,
                                int64_t b_row, float* c, int64_t c_row) {
    for (int64_t r = 0; r < rows; r += kTileRows) {
      multiply_tile<kLanes, kTileRows, kCount>(add, depth, a.entries + r * a.row, a.row, a.step, b, b_row,
                                               c + r * c_row, c_row);
    }
  }

  // The columns from j on, in strips of kCount vectors, the rest in narrower ones.
  template <int kCount>
  static TOCO_INLINE void strips(int64_t j, bool add, int64_t rows, int64_t columns, int64_t depth, Strided a,
                                 const float* b, int64_t b_row, float* c, int64_t c_row) {
    for (; j + kCount * kLanes <= columns; j += kCount * kLanes) {
      strip<kCount>(add, rows, depth, a, b + j, b_row, c + j, c_row);
    }
    if constexpr (kCount * kLanes > kTileColumns) {
      strips<kCount / 2>(j, add, rows, columns, depth, a, b, b_row, c, c_row);
    }
  }

  static TOCO_INLINE void multiply(bool add, int64_t rows, int64_t columns, int64_t depth, Strided a,
                                   const float* b, int64_t b_row, float* c, int64_t c_row) {
    strips<kVectors>(0, add, rows, columns, depth, a, b, b_row, c, c_row);
  }

  static TOCO_INLINE void softmax(float* scores, int64_t rows, int64_t keys, float* largest, float* sums,
                                  float* mixed, int64_t width) {
    for (int64_t r = 0; r < rows; ++r) {
      float* row = scores + r * kKeys;
      const int64_t end = (keys + kLanes - 1) / kLanes * kLanes;
      std::fill(row + keys, row + end, -1e30f);
      Float most = L::load(row);
      for (int64_t k = kLanes; k < end; k += kLanes) most = L::max(most, L::load(row + k));
      const float now = std::max(largest[r], L::largest(most));
      const float shrink = std::exp2(largest[r] - now);
      Float sum{};
      for (int64_t k = 0; k < end; k += kLanes) {
        const Float p = L::exp2_of_negative(L::load(row + k) - now);
        L::store(row + k, p);
        sum += p;
      }
      sums[r] = sums[r] * shrink + L::sum(sum);
      largest[r] = now;
      if (shrink != 1) {
        for (int64_t i = 0; i < width; i += kLanes) {
          L::store(mixed + r * width + i, L::load(mixed + r * width + i) * shrink);
        }
      }
    }
  }

  static TOCO_INLINE void score_gradients(float* scores, float* gradients, int64_t rows, int64_t keys,
                                          const float* log_sums, const float* deltas) {
    for (int64_t r = 0; r < rows; ++r) {
      float *score = scores + r * kKeys, *gradient = gradients + r * kKeys;
      for (int64_t k = 0; k < keys; k += kLanes) {
        const Float p = L::exp2_of_negative(L::load(score + k) - log_sums[r]);
        L::store(score + k, p);
        L::store(gradient + k, p * (L::load(gradient + k) - deltas[r]));
      }
    }
  }
};

#define TOCO_STEPS(name, attribute, lanes, vectors)                                                          \
  attribute void name##_multiply(bool add, int64_t rows, int64_t columns, int64_t depth, Strided a,          \
                                 const float* b, int64_t b_row, float* c, int64_t c_row) {                   \
    Steps<lanes, vectors>::multiply(add, rows, columns, depth, a, b, b_row, c, c_row);                       \
  }                                                                                                          \
  attribute void name##_softmax(float* scores, int64_t rows, int64_t keys, float* largest, float* sums,      \
                                float* mixed, int64_t width) {                                               \
    Steps<lanes, vectors>::softmax(scores, rows, keys, largest, sums, mixed, width);                         \
  }                                                                                                          \
  attribute void name##_score_gradients(float* scores, float* gradients, int64_t rows, int64_t keys,         \
                                        const float* log_sums, const float* deltas) {                        \
    Steps<lanes, vectors>::score_gradients(scores, gradients, rows, keys, log_sums, deltas);                 \
  }                                                                                                          \
  constexpr BlockSteps name{name##_multiply, name##_softmax, name##_score_gradients};

TOCO_STEPS(baseline, , 4, 2)
#ifdef TOCO_X86_VECTORS
TOCO_STEPS(avx2, TOCO_AVX2, 8, 2)
TOCO_STEPS(avx512, TOCO_AVX512, 16, 4)
#endif

const BlockSteps& choose() {
#ifdef TOCO_X86_VECTORS
  if (has_avx512()) return avx512;
  if (has_avx2()) return avx2;
#endif
  return baseline;
}

}  // namespace

const BlockSteps& block_steps() {
  static const BlockSteps& steps = choose();
  return steps;
}

}  // namespace toco::attention
