#include "crf_rows.h"

#include <cstdint>
#include <cstring>

#include "exponential.h"
#include "rows.h"
#include "simd.h"

namespace toco::crf {
namespace {

constexpr float kPadding = -1e9f;
constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;  // their sum is ln 2

// e^block for numbers <= 0; 0 below -60, where a probability means nothing and its products would
// be denormal, which processors are slow at.
TOCO_INLINE Block exp_or_zero(const Block &x) { return x > -60.0f ? exp_of_negative(x) : Block{}; }

// ln x for normal x > 0 to 2 units in the last place, by Cephes' logf.
TOCO_INLINE float log_of_normal(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  // x = m * 2^e with m in sqrt(1/2) to sqrt(2)
  const uint32_t from_half = bits - 0x3F3504F3u;  // the bits of sqrt(1/2)
  const int32_t e = int32_t(from_half) >> 23;
  const uint32_t mantissa = bits - (uint32_t(e) << 23);
  float m;
  std::memcpy(&m, &mantissa, sizeof m);
  const float r = m - 1.0f, n = float(e);
  float y = 7.0376836292e-2f * r - 1.1514610310e-1f;
  y = y * r + 1.1676998740e-1f;
  y = y * r - 1.2420140846e-1f;
  y = y * r + 1.4249322787e-1f;
  y = y * r - 1.6668057665e-1f;
  y = y * r + 2.0000714765e-1f;
  y = y * r - 2.4999993993e-1f;
  y = y * r + 3.3333331174e-1f;
  const float square = r * r;
  return r + (y * r * square + n * kLn2Low - 0.5f * square) + n * kLn2High;
}

TOCO_INLINE float largest(const Block &block) {
  float most = block[0];
  for (int i = 1; i < kBlock; ++i) most = block[i] > most ? block[i] : most;
  return most;
}

TOCO_INLINE float sum(const Block &block) {
  return ((block[0] + block[4]) + (block[2] + block[6])) +
         ((block[1] + block[5]) + (block[3] + block[7]));
}

}  // namespace

void log_rows(const float *probabilities, int64_t classes, int64_t pixels, float smallest,
              int64_t count, int64_t channels, float *rows) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    float logs[kTilePixels];
    for (int64_t first = 0; first < count; first += kTilePixels) {
      const int64_t last = first + kTilePixels < count ? first + kTilePixels : count;
      for (int64_t c = 0; c < classes; ++c) {
        const float *plane = probabilities + c * pixels;
        for (int64_t p = first; p < last; ++p) {
          const float above = plane[p] > smallest ? plane[p] : smallest;
          logs[p - first] = log_of_normal(above < 1.0f ? above : 1.0f);
        }
        for (int64_t p = first; p < last; ++p) rows[p * channels + c] = logs[p - first];
      }
      for (int64_t p = first; p < last; ++p) {
        for (int64_t c = classes; c < channels; ++c) rows[p * channels + c] = kPadding;
      }
    }
  });
}

void softmax_rows(int64_t count, int64_t channels, const float *from, float *to) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    const int64_t blocks = channels / kBlock;
    for (int64_t p = 0; p < count; ++p) {
      const auto *row = reinterpret_cast<const Block *>(from + p * channels);
      auto *out = reinterpret_cast<Block *>(to + p * channels);
      Block most = row[0];
      for (int64_t b = 1; b < blocks; ++b) most = row[b] > most ? row[b] : most;
      const float top = largest(most);
      Block total = {};
      for (int64_t b = 0; b < blocks; ++b) {
        const Block power = exp_or_zero(row[b] - top);
        out[b] = power;
        total += power;
      }
      const float inverse = 1.0f / sum(total);
      for (int64_t b = 0; b < blocks; ++b) out[b] *= inverse;
    }
  });
}

void planes(const float *rows, int64_t classes, int64_t pixels, int64_t count, int64_t channels,
            float *out) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    for (int64_t first = 0; first < count; first += kTilePixels) {
      const int64_t last = first + kTilePixels < count ? first + kTilePixels : count;
      for (int64_t c = 0; c < classes; ++c) {
        for (int64_t p = first; p < last; ++p) out[c * pixels + p] = rows[p * channels + c];
      }
    }
  });
}

}  // namespace toco::crf
