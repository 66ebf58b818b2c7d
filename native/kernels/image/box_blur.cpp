#include "box_blur.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "kernels/simd.h"
#include "rgb.h"
#include "scratch.h"

namespace toco {
namespace {

constexpr int kPasses = 3;

// A box of 2 * whole + 1 pixels and a fraction of one more at either end, in 24-bit fixed point.
struct Box {
  int64_t whole;
  uint32_t inner, outer;  // weights of the whole pixels and of the two end pixels
};

// Gwosdek et al., equations 7, 11 and 14, in Pillow's mix of float and double.
float box_radius(float radius) {
  const float variance = radius * radius / kPasses;
  const float length = float(std::sqrt(12.0 * variance + 1.0));
  const float whole = float(std::floor((length - 1.0) / 2.0));
  float fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
  fraction /= 6 * (variance - (whole + 1) * (whole + 1));
  return whole + fraction;
}

Box box_of(float radius) {
  constexpr uint32_t kOne = 1u << 24;
  const int64_t whole = int64_t(radius);
  const uint32_t inner = uint32_t(float(kOne) / (radius * 2 + 1));
  return {whole, inner, (kOne - uint32_t(2 * whole + 1) * inner) / 2};
}

TOCO_INLINE uint8_t weigh(uint32_t inside, uint32_t ends, uint32_t inner, uint32_t outer) {
  return uint8_t((inside * inner + ends * outer + (1u << 23)) >> 24);
}

// Blurs each level of a line across five lines: the two at the box's ends, the two neighbours (for
// a whole radius of 1) and the line itself.
template <int kWhole>
TOCO_INLINE void blur_line(const uint8_t *first, const uint8_t *before, const uint8_t *line,
                           const uint8_t *after, const uint8_t *last, int64_t count, Box box,
                           uint8_t *out) {
  const uint32_t inner = box.inner, outer = box.outer;
  TOCO_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    uint32_t inside = line[i];
    if (kWhole == 1) inside += uint32_t(before[i]) + after[i];
    out[i] = weigh(inside, uint32_t(first[i]) + last[i], inner, outer);
  }
}

// The same for any radius along one padded row, with one running sum per channel.
TOCO_INLINE void blur_long_row(const uint8_t *row, int64_t width, Box box, uint8_t *out) {
  const int64_t reach = kRgb * (box.whole + 1);
  for (int64_t c = 0; c < kRgb; ++c) {
    uint32_t inside = 0;
    for (int64_t i = c - reach; i < c + reach - kRgb; i += kRgb) inside += row[i];
    for (int64_t i = c; i < kRgb * width; i += kRgb) {
      inside += uint32_t(row[i + reach - kRgb]) - row[i - reach];
      out[i] = weigh(inside, uint32_t(row[i - reach]) + row[i + reach], box.inner, box.outer);
    }
  }
}

// Replicates a row's edge pixels outwards.
TOCO_INLINE void pad(uint8_t *row, int64_t width, int64_t pixels) {
  for (int64_t i = 1; i <= pixels; ++i) {
    std::memcpy(row - kRgb * i, row, kRgb);
    std::memcpy(row + kRgb * (width - 1 + i), row + kRgb * (width - 1), kRgb);
  }
}

}  // namespace

// All passes along the rows. `lines` has room for two rows, each with whole + 1 more pixels at both
// ends.
void blur_rows(const uint8_t *image, int64_t height, int64_t width, Box box, uint8_t *lines,
               uint8_t *out) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    const int64_t padding = box.whole + 1, bytes = kRgb * width;
    uint8_t *line = lines + kRgb * padding;
    uint8_t *next = line + bytes + 2 * kRgb * padding;
    for (int64_t y = 0; y < height; ++y) {
      std::memcpy(line, image + y * bytes, size_t(bytes));
      for (int i = 0; i < kPasses; ++i) {
        pad(line, width, padding);
        uint8_t *to = i == kPasses - 1 ? out + y * bytes : next;
        if (box.whole == 0) {
          blur_line<0>(line - 3, line, line, line, line + 3, bytes, box, to);
        } else if (box.whole == 1) {
          blur_line<1>(line - 6, line - 3, line, line + 3, line + 6, bytes, box, to);
        } else {
          blur_long_row(line, width, box, to);
        }
        std::swap(line, next);
      }
    }
  });
}

// One pass down the columns of rows of `bytes` levels. `sums` has room for a row.
void blur_columns(const uint8_t *image, int64_t height, int64_t bytes, Box box, uint32_t *sums,
                  uint8_t *out) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    const auto row = [=](int64_t y) {
      return image + bytes * std::clamp<int64_t>(y, 0, height - 1);
    };
    const int64_t reach = box.whole + 1;
    if (box.whole > 1) {
      std::fill(sums, sums + bytes, 0u);
      for (int64_t y = -reach; y < reach - 1; ++y) {
        const uint8_t *added = row(y);
        for (int64_t i = 0; i < bytes; ++i) sums[i] += added[i];
      }
    }
    for (int64_t y = 0; y < height; ++y) {
      const uint8_t *first = row(y - reach), *last = row(y + reach);
      const uint8_t *before = row(y - 1), *here = row(y), *after = row(y + 1);
      uint8_t *to = out + y * bytes;
      if (box.whole == 0) {
        blur_line<0>(first, before, here, after, last, bytes, box, to);
      } else if (box.whole == 1) {
        blur_line<1>(first, before, here, after, last, bytes, box, to);
      } else {
        const uint8_t *entering = row(y + box.whole);
        const uint32_t inner = box.inner, outer = box.outer;
        TOCO_INDEPENDENT
        for (int64_t i = 0; i < bytes; ++i) {
          sums[i] += uint32_t(entering[i]) - first[i];
          to[i] = weigh(sums[i], uint32_t(first[i]) + last[i], inner, outer);
        }
      }
    }
  });
}

void gaussian_blur(uint8_t *image, int64_t height, int64_t width, float radius) {
  const float box_px = box_radius(radius);
  if (box_px == 0.0f) return;
  const Box box = box_of(box_px);
  const int64_t bytes = kRgb * width;
  thread_local std::vector<uint8_t> lines, copy;
  thread_local std::vector<uint32_t> sums;
  uint8_t *between = room(copy, height * bytes);
  blur_rows(image, height, width, box, room(lines, 2 * (bytes + 2 * kRgb * (box.whole + 1))),
            between);
  uint32_t *row_sums = room(sums, bytes);
  blur_columns(between, height, bytes, box, row_sums, image);
  blur_columns(image, height, bytes, box, row_sums, between);
  blur_columns(between, height, bytes, box, row_sums, image);
}

}  // namespace toco
