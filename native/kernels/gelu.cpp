#include "gelu.h"

#include <algorithm>
#include <cstdint>

#include "exponential.h"
#include "lanes.h"
#include "parallel.h"
#include "simd.h"

namespace toco {
namespace {

constexpr int64_t kFloatsPerTask = 1 << 14;

template <int kLanes>
struct Gelu {
  using L = Lanes<kLanes>;
  using Float = typename L::Float;

  // Phi(x), the normal distribution function, and exp(-x^2 / 2). Phi uses formula 7.1.26 for erf of
  // Abramowitz and Stegun, with an error of at most 1.5e-7.
  struct Normal {
    Float phi, bell;
  };

  static TOCO_INLINE void normal_at(Float x, Normal &normal) {
    const Float bell = exp2_of_negative(x * x * -0.721347520f);  // log2(e) / 2
    const Float t = 1.0f / (L::abs(x) * 0.231641888f + 1.0f);
    Float p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    const Float tail = 0.5f * p * t * bell;  // beyond |x|
    normal.phi = x < 0.0f ? tail : 1.0f - tail;
    normal.bell = bell;
  }

  // Calls step(offset, count) for the vectors of a row; the last one may have fewer than kLanes
  // floats.
  template <class Step>
  static TOCO_INLINE void for_vectors(int64_t width, const Step &step) {
    for (int64_t i = 0; i < width; i += kLanes) step(i, std::min<int64_t>(kLanes, width - i));
  }

  // Reads `count` floats, the other lanes are 0.
  static TOCO_INLINE Float load(const float *from, int64_t count) {
    if (count == kLanes) return L::load(from);
    float lanes[kLanes] = {};
    std::copy_n(from, count, lanes);
    return L::load(lanes);
  }

  static TOCO_INLINE void store(float *to, Float v, int64_t count) {
    if (count == kLanes) return L::store(to, v);
    float lanes[kLanes];
    L::store(lanes, v);
    std::copy_n(lanes, count, to);
  }

  static TOCO_INLINE void forward_row(const float *hidden, const float *bias, int64_t width,
                                      float *activated) {
    for_vectors(width, [&](int64_t i, int64_t count) TOCO_INLINE_LAMBDA {
      const Float x = load(hidden + i, count) + load(bias + i, count);
      Normal normal;
      normal_at(x, normal);
      store(activated + i, x * normal.phi, count);
    });
  }

  static TOCO_INLINE void backward_row(const float *hidden, const float *bias,
                                       const float *gradient, int64_t width, float *activated,
                                       float *hidden_gradient) {
    for_vectors(width, [&](int64_t i, int64_t count) TOCO_INLINE_LAMBDA {
      const Float x = load(hidden + i, count) + load(bias + i, count);
      Normal normal;
      normal_at(x, normal);
      store(activated + i, x * normal.phi, count);
      store(hidden_gradient + i,
            load(gradient + i, count) * (normal.phi + x * 0.398942280f * normal.bell), count);
    });
  }
};

int64_t rows_per_task(int64_t width) {
  return std::max<int64_t>(1, kFloatsPerTask / std::max<int64_t>(1, width));
}

}  // namespace

void gelu_of_sum(const float *hidden, const float *bias, int64_t rows, int64_t width,
                 float *activated) {
  parallel_for(0, rows, rows_per_task(width), [&](int64_t begin, int64_t end) {
    simd::run([=](auto isa) TOCO_INLINE_LAMBDA {
      for (int64_t r = begin; r < end; ++r)
        Gelu<isa.kLanes>::forward_row(hidden + r * width, bias, width, activated + r * width);
    });
  });
}

void gelu_of_sum_backward(const float *hidden, const float *bias, const float *activated_gradient,
                          int64_t rows, int64_t width, float *activated, float *hidden_gradient) {
  parallel_for(0, rows, rows_per_task(width), [&](int64_t begin, int64_t end) {
    simd::run([=](auto isa) TOCO_INLINE_LAMBDA {
      for (int64_t r = begin; r < end; ++r) {
        const int64_t at = r * width;
        Gelu<isa.kLanes>::backward_row(hidden + at, bias, activated_gradient + at, width,
                                       activated + at, hidden_gradient + at);
      }
    });
  });
}

}  // namespace toco
