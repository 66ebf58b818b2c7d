// The vectorised loops of PAR (par.h) over rows of pixels. The caller passes neighbours as pointers
// to rows that are shifted by dx and clamped at the image's border.
#pragma once

#include <cstdint>

namespace toco::par {

constexpr int64_t kColours = 3;
constexpr int64_t kBlendChannels = 4;  // channels per pass over the affinity
constexpr float kColourScale = 0.3f;   // w1 in the paper
constexpr float kStdFloor = 1e-8f;

// Adds one colour's -(|x_n - x| / (std + 1e-8) / 0.3)^2 / 3 to a row of affinities [n, width].
// The std is the unbiased one over the neighbours, without the centre. `scratch` is [2, width].
void add_colour_row(const float *centre, const float *const *neighbours, int64_t count,
                    int64_t width, float *scratch, float *affinity);

// Softmax of a row of affinities [n, width] over n, plus the position weights [n]. `scratch` is
// [2, width].
void softmax_row(const float *position_weight, int64_t count, int64_t width, float *scratch,
                 float *affinity);

// out[c][x] = sum over n of affinity[n][x] * neighbours[n][c][x], for 1 to kBlendChannels channels
// whose planes are `plane_stride` apart both in the neighbours and in `out`. `count` is a
// multiple of 4.
void blend_rows(const float *affinity, const float *const *neighbours, int64_t count, int64_t width,
                int64_t plane_stride, int64_t channels, float *out);

}  // namespace toco::par
