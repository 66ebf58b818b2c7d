// Self-attention in blocks that stay in the caches: softmax(scale * Q K^T) V, of which the T x T
// matrix is never whole in memory (Dao et al., FlashAttention, 2022; scores and sums in base 2).
#pragma once

#include <cstdint>

namespace toco::attention {

// Queries, keys and values of `batch` images lie side by side: [batch, tokens, 3, heads, width], without their bias
// [3, heads, width].
struct Size {
  int64_t batch, tokens, heads, width;  // width of a head, a multiple of kTileColumns
};

// mixed [batch, tokens, heads, width]; log_sums [batch, heads, tokens], the logarithm to base 2 of each
// softmax's denominator, for the backward pass.
void forward(const float* qkv, const float* bias, Size size, float scale, float* mixed, float* log_sums);

// mixed and log_sums as `forward` left them; mixed_gradient as mixed, qkv_gradient as qkv.
void backward(const float* qkv, const float* bias, const float* mixed, const float* log_sums, const float* mixed_gradient,
              Size size, float scale, float* qkv_gradient);

}  // namespace toco::attention
