#include "par_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "exponential.h"
#include "simd.h"

namespace toco::par {
namespace {

// Four neighbours at a time, so that a sum is loaded and stored once per four products.
template <int kChannels>
TOCO_INLINE void blend_block(const float *affinity, const float *const *neighbours, int64_t count,
                             int64_t width, int64_t plane_stride, float *out) {
  for (int c = 0; c < kChannels; ++c) {
    std::fill(out + c * plane_stride, out + c * plane_stride + width, 0.0f);
  }
  for (int64_t n = 0; n < count; n += 4) {
    const float *a = affinity + n * width;
    const float *p0 = neighbours[n], *p1 = neighbours[n + 1], *p2 = neighbours[n + 2],
                *p3 = neighbours[n + 3];
    TOCO_INDEPENDENT
    for (int64_t x = 0; x < width; ++x) {
      const float a0 = a[x], a1 = a[width + x], a2 = a[2 * width + x], a3 = a[3 * width + x];
      TOCO_UNROLL
      for (int c = 0; c < kChannels; ++c) {
        const int64_t i = c * plane_stride + x;
        out[i] = out[i] + a0 * p0[i] + a1 * p1[i] + a2 * p2[i] + a3 * p3[i];
      }
    }
  }
}

}  // namespace

void add_colour_row(const float *centre, const float *const *neighbours, int64_t count,
                    int64_t width, float *scratch, float *affinity) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    float *mean = scratch;
    float *deviation = scratch + width;
    const float *first = neighbours[0];  // summing differences keeps the mean of equal values exact
    std::fill(mean, mean + width, 0.0f);
    std::fill(deviation, deviation + width, 0.0f);
    for (int64_t n = 1; n < count; ++n) {
      const float *pixels = neighbours[n];
      TOCO_INDEPENDENT
      for (int64_t x = 0; x < width; ++x) mean[x] += pixels[x] - first[x];
    }
    TOCO_INDEPENDENT
    for (int64_t x = 0; x < width; ++x) mean[x] = first[x] + mean[x] / float(count);
    for (int64_t n = 0; n < count; ++n) {
      const float *pixels = neighbours[n];
      TOCO_INDEPENDENT
      for (int64_t x = 0; x < width; ++x) {
        const float d = pixels[x] - mean[x];
        deviation[x] += d * d;
      }
    }
    for (int64_t x = 0; x < width; ++x) {
      const float std = std::sqrt(deviation[x] / float(count - 1));
      deviation[x] = 1.0f / ((std + kStdFloor) * kColourScale);
    }
    for (int64_t n = 0; n < count; ++n) {
      const float *pixels = neighbours[n];
      float *out = affinity + n * width;
      TOCO_INDEPENDENT
      for (int64_t x = 0; x < width; ++x) {
        const float d = (pixels[x] - centre[x]) * deviation[x];
        out[x] -= d * d * (1.0f / float(kColours));
      }
    }
  });
}

void softmax_row(const float *position_weight, int64_t count, int64_t width, float *scratch,
                 float *affinity) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    float *largest = scratch;
    float *total = scratch + width;
    std::copy(affinity, affinity + width, largest);
    std::fill(total, total + width, 0.0f);
    for (int64_t n = 1; n < count; ++n) {
      const float *row = affinity + n * width;
      TOCO_INDEPENDENT
      for (int64_t x = 0; x < width; ++x) largest[x] = row[x] > largest[x] ? row[x] : largest[x];
    }
    for (int64_t n = 0; n < count; ++n) {
      float *row = affinity + n * width;
      TOCO_INDEPENDENT
      for (int64_t x = 0; x < width; ++x) {
        const float difference = row[x] - largest[x];
        row[x] = exp_of_negative(difference > -87.0f ? difference : -87.0f);
        total[x] += row[x];
      }
    }
    TOCO_INDEPENDENT
    for (int64_t x = 0; x < width; ++x) total[x] = 1.0f / total[x];
    for (int64_t n = 0; n < count; ++n) {
      float *row = affinity + n * width;
      const float position = position_weight[n];
      TOCO_INDEPENDENT
      for (int64_t x = 0; x < width; ++x) row[x] = row[x] * total[x] + position;
    }
  });
}

void blend_rows(const float *affinity, const float *const *neighbours, int64_t count, int64_t width,
                int64_t plane_stride, int64_t channels, float *out) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    switch (channels) {
      case 4: return blend_block<4>(affinity, neighbours, count, width, plane_stride, out);
      case 3: return blend_block<3>(affinity, neighbours, count, width, plane_stride, out);
      case 2: return blend_block<2>(affinity, neighbours, count, width, plane_stride, out);
      default: return blend_block<1>(affinity, neighbours, count, width, plane_stride, out);
    }
  });
}

}  // namespace toco::par
