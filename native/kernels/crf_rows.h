// Probabilities as rows of channels, one a pixel, and what a mean-field step does to a row.
#pragma once

#include <cstdint>

namespace toco::crf {

constexpr int64_t kTilePixels = 32;  // whose rows stay in the nearest cache

// rows[p, c] = log(min(max(probabilities[c, p], smallest), 1)) for count pixels; rows [count,
// channels] with channels padded to a multiple of 8 by what softmax makes 0.
void log_rows(const float* probabilities, int64_t classes, int64_t pixels, float smallest,
              int64_t count, int64_t channels, float* rows);

// to = softmax of from, row by row; may be the same.
void softmax_rows(int64_t count, int64_t channels, const float* from, float* to);

// out[c, p] = rows[p, c].
void planes(const float* rows, int64_t classes, int64_t pixels, int64_t count, int64_t channels,
            float* out);

}  // namespace toco::crf
