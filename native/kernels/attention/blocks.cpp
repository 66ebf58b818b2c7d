#include "blocks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/exponential.h"
#include "kernels/lanes.h"
#include "kernels/simd.h"

namespace toco::attention {
namespace {

// A tile's row has kVectors vectors, so that the sums and a row of B fit the registers.
template <int kLanes, int kVectors>
struct Steps {
  using L = Lanes<kLanes>;
  using Float = typename L::Float;

  template <int kCount>
  static TOCO_INLINE void strip(bool add, int64_t rows, int64_t depth, Strided a, const float *b,
                                int64_t b_row, float *c, int64_t c_row) {
    for (int64_t r = 0; r < rows; r += kTileRows) {
      multiply_tile<kLanes, kTileRows, kCount>(add, depth, a.entries + r * a.row, a.row, a.step, b,
                                               b_row, c + r * c_row, c_row);
    }
  }

  // The columns from j on, in strips of kCount vectors, then in narrower strips.
  template <int kCount>
  static TOCO_INLINE void strips(int64_t j, bool add, int64_t rows, int64_t columns, int64_t depth,
                                 Strided a, const float *b, int64_t b_row, float *c,
                                 int64_t c_row) {
    for (; j + kCount * kLanes <= columns; j += kCount * kLanes) {
      strip<kCount>(add, rows, depth, a, b + j, b_row, c + j, c_row);
    }
    if constexpr (kCount * kLanes > kTileColumns) {
      strips<kCount / 2>(j, add, rows, columns, depth, a, b, b_row, c, c_row);
    }
  }

  static TOCO_INLINE void multiply(bool add, int64_t rows, int64_t columns, int64_t depth,
                                   Strided a, const float *b, int64_t b_row, float *c,
                                   int64_t c_row) {
    strips<kVectors>(0, add, rows, columns, depth, a, b, b_row, c, c_row);
  }

  static TOCO_INLINE void softmax(float *scores, int64_t rows, int64_t keys, float *largest,
                                  float *sums, float *output, int64_t width) {
    for (int64_t r = 0; r < rows; ++r) {
      float *row = scores + r * kKeys;
      const int64_t end = (keys + kLanes - 1) / kLanes * kLanes;
      std::fill(row + keys, row + end, -1e30f);
      Float most = L::load(row);
      for (int64_t k = kLanes; k < end; k += kLanes) most = L::max(most, L::load(row + k));
      const float now = std::max(largest[r], L::largest(most));
      const float shrink = std::exp2(largest[r] - now);
      Float sum{};
      for (int64_t k = 0; k < end; k += kLanes) {
        const Float p = exp2_of_negative(L::load(row + k) - now);
        L::store(row + k, p);
        sum += p;
      }
      sums[r] = sums[r] * shrink + L::sum(sum);
      largest[r] = now;
      if (shrink != 1) {
        for (int64_t i = 0; i < width; i += kLanes) {
          L::store(output + r * width + i, L::load(output + r * width + i) * shrink);
        }
      }
    }
  }

  static TOCO_INLINE void score_gradients(float *scores, float *gradients, int64_t rows,
                                          int64_t keys, const float *log_sums,
                                          const float *deltas) {
    for (int64_t r = 0; r < rows; ++r) {
      float *score = scores + r * kKeys, *gradient = gradients + r * kKeys;
      for (int64_t k = 0; k < keys; k += kLanes) {
        const Float p = exp2_of_negative(L::load(score + k) - log_sums[r]);
        L::store(score + k, p);
        L::store(gradient + k, p * (L::load(gradient + k) - deltas[r]));
      }
    }
  }
};

template <class Isa>
using StepsOf = Steps<Isa::kLanes, Isa::kRegisters == 32 ? 4 : 2>;

}  // namespace

void multiply(bool add, int64_t rows, int64_t columns, int64_t depth, Strided a, const float *b,
              int64_t b_row, float *c, int64_t c_row) {
  simd::run([=](auto isa) TOCO_INLINE_LAMBDA {
    StepsOf<decltype(isa)>::multiply(add, rows, columns, depth, a, b, b_row, c, c_row);
  });
}

void softmax(float *scores, int64_t rows, int64_t keys, float *largest, float *sums, float *output,
             int64_t width) {
  simd::run([=](auto isa) TOCO_INLINE_LAMBDA {
    StepsOf<decltype(isa)>::softmax(scores, rows, keys, largest, sums, output, width);
  });
}

void score_gradients(float *scores, float *gradients, int64_t rows, int64_t keys,
                     const float *log_sums, const float *deltas) {
  simd::run([=](auto isa) TOCO_INLINE_LAMBDA {
    StepsOf<decltype(isa)>::score_gradients(scores, gradients, rows, keys, log_sums, deltas);
  });
}

}  // namespace toco::attention
