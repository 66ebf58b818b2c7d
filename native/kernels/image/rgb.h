// Interleaved 8-bit RGB pixels, split block by block into planes that vectorise, and joined again.
#pragma once

#include <cstdint>

#include "kernels/simd.h"

namespace toco {

constexpr int64_t kRgb = 3;

namespace rgb {

constexpr int64_t kBlock = 256;  // pixels; a block's planes fit the first-level cache

struct Planes {
  alignas(64) uint8_t r[kBlock], g[kBlock], b[kBlock];
};

TOCO_INLINE void split(const uint8_t *pixels, int64_t count, Planes &planes) {
  TOCO_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    planes.r[i] = pixels[kRgb * i];
    planes.g[i] = pixels[kRgb * i + 1];
    planes.b[i] = pixels[kRgb * i + 2];
  }
}

TOCO_INLINE void join(const Planes &planes, int64_t count, uint8_t *pixels) {
  TOCO_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    pixels[kRgb * i] = planes.r[i];
    pixels[kRgb * i + 1] = planes.g[i];
    pixels[kRgb * i + 2] = planes.b[i];
  }
}

// Pillow's grey level: ITU-R 601-2 weights in 16-bit fixed point, rounded.
TOCO_INLINE int32_t luma(int32_t r, int32_t g, int32_t b) {
  return (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
}

}  // namespace rgb
}  // namespace toco
