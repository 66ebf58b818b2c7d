// One head of one image, and copies of its rows in the layout that products read fast.
#pragma once

#include <algorithm>
#include <cstdint>

#include "attention.h"
#include "blocks.h"

namespace toco::attention {

constexpr float kLog2E = 1.44269504f;

inline int64_t round_up(int64_t count, int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

struct Head {
  const float *first;  // the first token's query
  const float *bias;   // of the queries; of keys and values, qkv_stride apart
  int64_t tokens, width;
  int64_t qkv_stride;     // from a query to its key, and from a key to its value
  int64_t row;            // from a token to the next
  int64_t output_offset;  // of the first token in the output
  int64_t offset;         // of `first` in qkv

  Head(const float *qkv, const float *biases, Size size, int64_t index)
      : tokens(size.tokens), width(size.width) {
    const int64_t image = index / size.heads, head = index % size.heads;
    qkv_stride = size.heads * size.width;
    row = 3 * qkv_stride;
    offset = image * tokens * row + head * width;
    output_offset = image * tokens * qkv_stride + head * width;
    first = qkv + offset;
    bias = biases + head * width;
  }

  const float *key_bias() const { return bias + qkv_stride; }
  const float *value_bias() const { return bias + 2 * qkv_stride; }
  const float *queries() const { return first; }
  const float *keys() const { return first + qkv_stride; }
  const float *values() const { return first + 2 * qkv_stride; }
  int64_t output_row() const { return qkv_stride; }
};

// to [count, width] = factor * (from + bias), whose rows are `row` apart.
inline void gather_rows(const float *from, int64_t row, const float *bias, int64_t count,
                        int64_t width, float factor, float *to) {
  for (int64_t t = 0; t < count; ++t) {
    for (int64_t i = 0; i < width; ++i) to[t * width + i] = factor * (from[t * row + i] + bias[i]);
  }
}

// to, whose rows are `row` apart, = factor * from [count, width].
inline void scatter_rows(const float *from, int64_t count, int64_t width, float factor, float *to,
                         int64_t row) {
  for (int64_t t = 0; t < count; ++t) {
    for (int64_t i = 0; i < width; ++i) to[t * row + i] = factor * from[t * width + i];
  }
}

// Consecutive blocks [width, kKeys] of the transposed rows of from + bias; the last is padded with
// zeros.
inline void transpose_blocks(const float *from, int64_t row, const float *bias, int64_t count,
                             int64_t width, float *to) {
  for (int64_t start = 0; start < count; start += kKeys, to += kKeys * width) {
    const int64_t present = std::min(kKeys, count - start);
    for (int64_t t = 0; t < present; ++t) {
      for (int64_t i = 0; i < width; ++i) to[i * kKeys + t] = from[(start + t) * row + i] + bias[i];
    }
    for (int64_t i = 0; i < width; ++i)
      std::fill(to + i * kKeys + present, to + (i + 1) * kKeys, 0.0f);
  }
}

}  // namespace toco::attention
