// Self-attention in blocks that fit the caches: softmax(scale * Q K^T) V without storing the T x T
// matrix (Dao et al., FlashAttention, 2022; scores and sums in base 2).
#pragma once

#include <cstdint>

namespace toco::attention {

// qkv holds the queries, keys and values of `batch` images: [batch, tokens, 3, heads, width],
// before their bias [3, heads, width] is added.
struct Size {
  int64_t batch, tokens, heads, width;  // width of a head, a multiple of kTileColumns
};

// output [batch, tokens, heads, width]; log_sums [batch, heads, tokens], the logarithm to base 2 of
// each softmax's denominator, for the backward pass.
void forward(const float *qkv, const float *bias, Size size, float scale, float *output,
             float *log_sums);

// output and log_sums as written by `forward`; output_gradient has the shape of output,
// qkv_gradient of qkv.
void backward(const float *qkv, const float *bias, const float *output, const float *log_sums,
              const float *output_gradient, Size size, float scale, float *qkv_gradient);

}  // namespace toco::attention
