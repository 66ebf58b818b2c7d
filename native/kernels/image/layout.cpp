#include "layout.h"

#include <algorithm>
#include <cstdint>

#include "kernels/simd.h"
#include "rgb.h"

namespace toco {
namespace {

using rgb::kBlock;
using rgb::Planes;

// Like rgb::join, with the last pixel first.
TOCO_INLINE void join_reversed(const Planes &planes, int64_t count, uint8_t *pixels) {
  TOCO_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    pixels[kRgb * i] = planes.r[count - 1 - i];
    pixels[kRgb * i + 1] = planes.g[count - 1 - i];
    pixels[kRgb * i + 2] = planes.b[count - 1 - i];
  }
}

}  // namespace

void flip_columns(uint8_t *image, int64_t height, int64_t width) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    Planes left, right;
    for (int64_t y = 0; y < height; ++y) {
      uint8_t *first = image + y * kRgb * width;
      uint8_t *end = first + kRgb * width;
      while (end - first > kRgb) {
        const int64_t count = std::min(kBlock, (end - first) / kRgb / 2);
        end -= kRgb * count;
        rgb::split(first, count, left);
        rgb::split(end, count, right);
        join_reversed(right, count, first);
        join_reversed(left, count, end);
        first += kRgb * count;
      }
    }
  });
}

void normalize(const uint8_t *image, int64_t pixels, const float *mean, const float *deviation,
               float *out) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    const float mean_r = mean[0], mean_g = mean[1], mean_b = mean[2];
    const float deviation_r = deviation[0], deviation_g = deviation[1], deviation_b = deviation[2];
    Planes p;
    for (int64_t start = 0; start < pixels; start += kBlock) {
      const int64_t count = std::min(kBlock, pixels - start);
      rgb::split(image + kRgb * start, count, p);
      float *r = out + start, *g = r + pixels, *b = g + pixels;
      TOCO_INDEPENDENT
      for (int64_t i = 0; i < count; ++i) r[i] = (float(p.r[i]) - mean_r) / deviation_r;
      TOCO_INDEPENDENT
      for (int64_t i = 0; i < count; ++i) g[i] = (float(p.g[i]) - mean_g) / deviation_g;
      TOCO_INDEPENDENT
      for (int64_t i = 0; i < count; ++i) b[i] = (float(p.b[i]) - mean_b) / deviation_b;
    }
  });
}

}  // namespace toco
