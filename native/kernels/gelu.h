// The exact GELU, x * Phi(x), of a linear layer's output whose bias has not been added yet.
#pragma once

#include <cstdint>

namespace toco {

// activated = gelu(hidden + bias); all [rows, width], bias [width]. Within 3e-7 of it.
void gelu_of_sum(const float* hidden, const float* bias, int64_t rows, int64_t width, float* activated);

// The same, and the gradient of hidden from that of activated.
void gelu_of_sum_backward(const float* hidden, const float* bias, const float* activated_gradient, int64_t rows, int64_t width,
                          float* activated, float* hidden_gradient);

}  // namespace toco
