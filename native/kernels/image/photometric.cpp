// Pillow computes in float and truncates, so fused multiply-adds would change levels: compiled with
// -ffp-contract=off.
#include "photometric.h"

#include <algorithm>
#include <cstdint>

#include "kernels/simd.h"
#include "rgb.h"

namespace toco {
namespace {

using rgb::kBlock;
using rgb::Planes;

// grey + factor * (level - grey), truncated and clamped to 8 bits.
TOCO_INLINE uint8_t blend(int32_t grey, int32_t level, float factor) {
  float mixed = float(grey) + factor * float(level - grey);
  mixed = mixed > 0.0f ? mixed : 0.0f;
  mixed = mixed < 255.0f ? mixed : 255.0f;
  return uint8_t(int32_t(mixed));
}

}  // namespace

void blend_with_level(uint8_t *levels, int64_t count, int32_t grey, float factor) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    TOCO_INDEPENDENT
    for (int64_t i = 0; i < count; ++i) levels[i] = blend(grey, levels[i], factor);
  });
}

int64_t sum_of_luma(const uint8_t *image, int64_t pixels) {
  return simd::run([=](auto) TOCO_INLINE_LAMBDA {
    Planes p;
    int64_t sum = 0;
    for (int64_t start = 0; start < pixels; start += kBlock) {
      const int64_t count = std::min(kBlock, pixels - start);
      rgb::split(image + kRgb * start, count, p);
      int32_t of_block = 0;
      for (int64_t i = 0; i < count; ++i) of_block += rgb::luma(p.r[i], p.g[i], p.b[i]);
      sum += of_block;
    }
    return sum;
  });
}

void adjust_brightness(uint8_t *image, int64_t pixels, float factor) {
  blend_with_level(image, kRgb * pixels, 0, factor);
}

void adjust_contrast(uint8_t *image, int64_t pixels, float factor) {
  const double mean = double(sum_of_luma(image, pixels)) / double(pixels);
  blend_with_level(image, kRgb * pixels, int32_t(mean + 0.5), factor);
}

void adjust_saturation(uint8_t *image, int64_t pixels, float factor) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    Planes p;
    for (int64_t start = 0; start < pixels; start += kBlock) {
      const int64_t count = std::min(kBlock, pixels - start);
      rgb::split(image + kRgb * start, count, p);
      TOCO_INDEPENDENT
      for (int64_t i = 0; i < count; ++i) {
        const int32_t grey = rgb::luma(p.r[i], p.g[i], p.b[i]);
        p.r[i] = blend(grey, p.r[i], factor);
        p.g[i] = blend(grey, p.g[i], factor);
        p.b[i] = blend(grey, p.b[i], factor);
      }
      rgb::join(p, count, image + kRgb * start);
    }
  });
}

void grayscale(uint8_t *image, int64_t pixels) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    Planes p;
    for (int64_t start = 0; start < pixels; start += kBlock) {
      const int64_t count = std::min(kBlock, pixels - start);
      rgb::split(image + kRgb * start, count, p);
      TOCO_INDEPENDENT
      for (int64_t i = 0; i < count; ++i) {
        p.r[i] = p.g[i] = p.b[i] = uint8_t(rgb::luma(p.r[i], p.g[i], p.b[i]));
      }
      rgb::join(p, count, image + kRgb * start);
    }
  });
}

void solarize(uint8_t *image, int64_t pixels, int threshold) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    TOCO_INDEPENDENT
    for (int64_t i = 0; i < kRgb * pixels; ++i) {
      image[i] = image[i] < threshold ? image[i] : uint8_t(255 - image[i]);
    }
  });
}

}  // namespace toco
