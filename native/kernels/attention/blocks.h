// The steps of attention on one block of queries and one block of keys.
#pragma once

#include <cstdint>

namespace toco::attention {

constexpr int64_t kTileRows = 6;      // rows of a product are a multiple of this
constexpr int64_t kTileColumns = 16;  // columns too
constexpr int64_t kQueries = 24;      // in a block
constexpr int64_t kKeys = 192;        // in a block; also the row length of a block of scores

// A matrix whose elements are `row` apart down a column and `step` along a row.
struct Strided {
  const float *entries;
  int64_t row, step;
};

// C [rows, columns] (+)= A [rows, depth] * B [depth, columns]; B and C by rows of b_row and c_row.
void multiply(bool add, int64_t rows, int64_t columns, int64_t depth, Strided a, const float *b,
              int64_t b_row, float *c, int64_t c_row);

// Turns scores [rows, kKeys], of which `keys` per row count, into 2^(score - largest so far).
// `largest` and `sums` continue from the keys before; `output` [rows, width] is scaled to the new
// largest score.
void softmax(float *scores, int64_t rows, int64_t keys, float *largest, float *sums, float *output,
             int64_t width);

// Turns scores [rows, kKeys] into the probabilities 2^(score - log_sum), and the gradients of the
// probabilities into those of the scores.
void score_gradients(float *scores, float *gradients, int64_t rows, int64_t keys,
                     const float *log_sums, const float *deltas);

}  // namespace toco::attention
