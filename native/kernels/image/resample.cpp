#include "resample.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernels/simd.h"
#include "resample_taps.h"
#include "rgb.h"
#include "scratch.h"

namespace toco {
namespace {

constexpr int64_t kLanes = 16;  // rows per horizontal pass
constexpr int64_t kColumn = kRgb * kLanes;

// The visible rows, or columns, of the scaled image.
struct Span {
  int64_t begin, end;  // in the scaled image
  int64_t at;          // of `begin` in the output
  int64_t count() const { return end - begin; }
};

Span visible(int64_t scaled, int64_t offset, int64_t canvas) {
  const int64_t begin = std::clamp<int64_t>(-offset, 0, scaled);
  return {begin, std::clamp<int64_t>(canvas - offset, begin, scaled), begin + offset};
}

TOCO_INLINE uint8_t level(int32_t sum) {
  sum >>= kWeightBits;
  sum = sum < 0 ? 0 : sum;
  return uint8_t(sum > 255 ? 255 : sum);
}

constexpr int32_t kHalf = 1 << (kWeightBits - 1);

template <int kTaps>
TOCO_INLINE void weigh(const uint8_t *levels, int64_t step, const int32_t *weights, int64_t count,
                       uint8_t *out) {
  TOCO_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    int32_t sum = kHalf;
    TOCO_UNROLL
    for (int k = 0; k < kTaps; ++k) sum += weights[k] * levels[k * step + i];
    out[i] = level(sum);
  }
}

TOCO_INLINE void weigh_many(const uint8_t *levels, int64_t step, const int32_t *weights, int taps,
                            int64_t count, uint8_t *out) {
  int32_t sums[kColumn];
  for (int64_t start = 0; start < count; start += kColumn) {
    const int64_t size = std::min(kColumn, count - start);
    std::fill(sums, sums + kColumn, kHalf);
    for (int k = 0; k < taps; ++k) {
      const uint8_t *from = levels + k * step + start;
      for (int64_t i = 0; i < size; ++i) sums[i] += weights[k] * from[i];
    }
    for (int64_t i = 0; i < size; ++i) out[start + i] = level(sums[i]);
  }
}

// out[i] = the weighted sum of `taps` levels that are `step` apart, for i < count.
TOCO_INLINE void weigh(const uint8_t *levels, int64_t step, const int32_t *weights, int taps,
                       int64_t count, uint8_t *out) {
  switch (taps) {
    case 1: return weigh<1>(levels, step, weights, count, out);
    case 2: return weigh<2>(levels, step, weights, count, out);
    case 3: return weigh<3>(levels, step, weights, count, out);
    case 4: return weigh<4>(levels, step, weights, count, out);
    case 5: return weigh<5>(levels, step, weights, count, out);
    default: return weigh_many(levels, step, weights, taps, count, out);
  }
}

}  // namespace

// The horizontal pass over `rows` rows, at most kLanes. They are interleaved first, so that a
// weight applies to consecutive levels: `columns` has room for the columns used, kColumn bytes
// each.
void resample_rows(const uint8_t *image, int64_t stride, int64_t rows, const Taps &taps,
                   uint8_t *columns, uint8_t *out) {
  simd::run([=, &taps](auto) TOCO_INLINE_LAMBDA {
    for (int64_t lane = 0; lane < rows; ++lane) {
      const uint8_t *from = image + lane * stride + kRgb * taps.first;
      uint8_t *to = columns + kRgb * lane;
      for (int64_t x = 0; x < taps.last - taps.first; ++x) {
        std::memcpy(to + x * kColumn, from + kRgb * x, kRgb);
      }
    }
    const int64_t width = int64_t(taps.starts.size());
    for (int64_t x = 0; x < width; ++x) {
      uint8_t column[kColumn];
      weigh(columns + (taps.starts[x] - taps.first) * kColumn, kColumn,
            taps.weights.data() + x * taps.room, taps.counts[x], kColumn, column);
      for (int64_t lane = 0; lane < rows; ++lane) {
        std::memcpy(out + kRgb * (lane * width + x), column + kRgb * lane, kRgb);
      }
    }
  });
}

// The vertical pass: one row of `bytes` levels from consecutive rows.
void resample_column(const uint8_t *rows, int64_t bytes, const int32_t *weights, int taps,
                     uint8_t *out) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA { weigh(rows, bytes, weights, taps, bytes, out); });
}

void resample(const ImageView &image, PixelSize scaled, ResampleFilter filter, PixelOffset offset,
              uint8_t *out, PixelSize canvas) {
  const Span rows = visible(scaled.height, offset.top, canvas.height);
  const Span columns = visible(scaled.width, offset.left, canvas.width);
  const int64_t row_bytes = kRgb * canvas.width;
  const bool covers = rows.count() == canvas.height && columns.count() == canvas.width;
  const auto blacken = [&] { std::memset(out, 0, size_t(canvas.height * row_bytes)); };
  if (rows.count() == 0 || columns.count() == 0) return blacken();
  thread_local Taps across, down;
  find_taps(image.size.width, scaled.width, columns.begin, columns.end, filter, across);
  find_taps(image.size.height, scaled.height, rows.begin, rows.end, filter, down);

  const int64_t bytes = kRgb * columns.count();
  thread_local std::vector<uint8_t> interleaved, narrowed;
  uint8_t *lanes = room(interleaved, (across.last - across.first) * kColumn);
  uint8_t *between = room(narrowed, (down.last - down.first) * bytes);
  if (!covers) blacken();  // after the last allocation, so that a failure writes nothing
  for (int64_t y = down.first; y < down.last; y += kLanes) {
    resample_rows(image.pixels + y * image.stride, image.stride, std::min(kLanes, down.last - y),
                  across, lanes, between + (y - down.first) * bytes);
  }
  for (int64_t y = 0; y < rows.count(); ++y) {
    resample_column(between + (down.starts[y] - down.first) * bytes, bytes,
                    down.weights.data() + y * down.room, down.counts[y],
                    out + (rows.at + y) * row_bytes + kRgb * columns.at);
  }
}

}  // namespace toco
