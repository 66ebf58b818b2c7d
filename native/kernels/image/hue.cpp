// Conversion to Pillow's 8-bit HSV and back. Pillow mixes float and double; the shorter forms below
// are bit-equal for all 2^24 colours (PillowTest). They need every float operation rounded
// separately: compiled with -ffp-contract=off.
#include <algorithm>
#include <cstdint>

#include "kernels/simd.h"
#include "photometric.h"
#include "rgb.h"

namespace toco {
namespace {

using rgb::kBlock;
using rgb::Planes;

// `||`, and functions that take references, would leave branches in a loop and prevent
// vectorisation.
TOCO_INLINE int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }
TOCO_INLINE int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }
TOCO_INLINE int32_t select(bool condition, int32_t yes, int32_t no) {
  return no ^ ((yes ^ no) & -int32_t(condition));
}

// r, g, b become h, s, v.
TOCO_INLINE void to_hsv(Planes &p, int64_t count) {
  TOCO_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    const int32_t r = p.r[i], g = p.g[i], b = p.b[i];
    const int32_t largest = larger(r, larger(g, b));
    const int32_t range = largest - smaller(r, smaller(g, b));
    const int32_t span = larger(range, 1);
    const bool red = r == largest, green = g == largest;
    const int32_t corner = select(red, 0, select(green, 2, 4));  // sixths of the circle
    const int32_t beyond = select(red, g - b, select(green, b - r, r - g));
    const int32_t back = -int32_t(beyond < 0);  // 0 or -1
    const float rest = float(span - ((beyond ^ back) - back)) / float(span);
    const float sign = float(1 + 2 * back);
    const float sixths = (float(corner) + sign) - sign * rest;
    const float turns = sixths / 6.0f;  // not times 1/6, which rounds differently
    p.r[i] = uint8_t(int32_t((turns + float(sixths < 0.0f)) * 255.0f));
    p.g[i] = uint8_t(int32_t(float(255 * range) / float(larger(largest, 1))));
    p.b[i] = uint8_t(largest);
  }
}

constexpr int32_t kSector = 85;  // half steps of hue in a sixth of the circle

// value * (1 - saturation / 255 * share / kSector), rounded; integers below 2^24 up to the
// division.
TOCO_INLINE int32_t faded(int32_t value, int32_t saturation, int32_t share) {
  constexpr float kOne = 255.0f * kSector;
  const float left = kOne - float(saturation) * float(share);
  return int32_t((2.0f * float(value) * left + kOne) / (2.0f * kOne));
}

// A channel's level by sixth of the circle, counted from the channel's primary colour.
TOCO_INLINE int32_t channel(int32_t sixth, int32_t value, int32_t low, int32_t moving) {
  const int32_t wrapped = sixth - select(sixth >= 6, 6, 0);
  const int32_t away =
      smaller(wrapped, 5 - wrapped);  // sixths from those where the channel is full
  return select(away == 0, value, select(away == 1, moving, low));
}

// h, s, v become r, g, b. Pillow's quotients are never halfway between two levels, so rounding
// in integers gives the same levels.
TOCO_INLINE void to_rgb(Planes &p, int64_t count, uint8_t steps) {
  TOCO_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    const int32_t hue = uint8_t(p.r[i] + steps);
    const int32_t s = p.g[i], v = p.b[i];
    const int32_t sector = (hue * 6 + 1 + ((hue * 6 + 1) >> 8)) >> 8;  // hue * 6 / 255
    const int32_t within = hue * 2 - sector * kSector;
    const int32_t fade = select((sector & 1) != 0, within, kSector - within);
    const int32_t low = faded(v, s, kSector);
    const int32_t moving = faded(v, s, fade);
    const int32_t sixth = select(sector == 6, 0, sector);
    p.r[i] = uint8_t(channel(sixth, v, low, moving));
    p.g[i] = uint8_t(channel(sixth + 4, v, low, moving));
    p.b[i] = uint8_t(channel(sixth + 2, v, low, moving));
  }
}

}  // namespace

void adjust_hue(uint8_t *image, int64_t pixels, uint8_t steps) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    Planes p;
    for (int64_t start = 0; start < pixels; start += kBlock) {
      const int64_t count = std::min(kBlock, pixels - start);
      rgb::split(image + kRgb * start, count, p);
      to_hsv(p, count);
      to_rgb(p, count, steps);
      rgb::join(p, count, image + kRgb * start);
    }
  });
}

}  // namespace toco
