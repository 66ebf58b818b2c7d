// The exact GELU, x * Phi(x), of a linear layer's output before its bias is added.
#pragma once

#include <cstdint>

namespace toco {

// activated = gelu(hidden + bias); all [rows, width], bias [width]. Error below 3e-7.
void gelu_of_sum(const float *hidden, const float *bias, int64_t rows, int64_t width,
                 float *activated);

// Recomputes activated, and computes the gradient of hidden from that of activated.
void gelu_of_sum_backward(const float *hidden, const float *bias, const float *activated_gradient,
                          int64_t rows, int64_t width, float *activated, float *hidden_gradient);

}  // namespace toco
