// Changes of the memory layout of interleaved 8-bit RGB pixels. Single-threaded.
#pragma once

#include <cstdint>

namespace toco {

// Mirrors the columns of [height, width, 3] in place.
void flip_columns(uint8_t *image, int64_t height, int64_t width);

// (level - mean) / deviation, from [pixels, 3] to planes [3, pixels].
void normalize(const uint8_t *image, int64_t pixels, const float *mean, const float *deviation,
               float *out);

}  // namespace toco
