// Probabilities as rows of channels, one row per pixel, and the row operations of a mean-field
// step.
#pragma once

#include <cstdint>

namespace toco::crf {

constexpr int64_t kTilePixels = 32;  // their rows fit the first-level cache

// rows[p, c] = log(min(max(probabilities[c, p], smallest), 1)) for count pixels; rows [count,
// channels], where channels is a multiple of 8 and padding has values whose softmax is 0.
void log_rows(const float *probabilities, int64_t classes, int64_t pixels, float smallest,
              int64_t count, int64_t channels, float *rows);

// to = softmax of from, row by row; may be in place.
void softmax_rows(int64_t count, int64_t channels, const float *from, float *to);

// out[c, p] = rows[p, c].
void planes(const float *rows, int64_t classes, int64_t pixels, int64_t count, int64_t channels,
            float *out);

}  // namespace toco::crf
