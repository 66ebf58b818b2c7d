#include "lattice_sweeps.h"

#include <algorithm>

#include "simd.h"

namespace toco::lattice {

TOCO_SIMD void embed(const float (&features)[kMaxCorners][kLanes], const float* scales,
                     int dimensions, Simplices& s) {
  constexpr float kRoundToInteger = 12582912.0f;  // 1.5 * 2^23: nearest integer, |v| < 2^22
  const int corners = dimensions + 1;
  float sum[kLanes] = {};
  for (int i = dimensions; i > 0; --i) {
    for (int l = 0; l < kLanes; ++l) {
      const float scaled = features[i - 1][l] * scales[i - 1];
      s.elevated[i][l] = sum[l] - float(i) * scaled;
      sum[l] += scaled;
    }
  }
  for (int l = 0; l < kLanes; ++l) s.elevated[0][l] = sum[l];

  // The nearest point whose coordinates are all multiples of d + 1; its sum may be off zero.
  float excess[kLanes] = {};
  for (int i = 0; i < corners; ++i) {
    for (int l = 0; l < kLanes; ++l) {
      const float v =
          (s.elevated[i][l] * (1.0f / float(corners)) + kRoundToInteger) - kRoundToInteger;
      s.remainder0[i][l] = v * float(corners);
      s.rank[i][l] = 0.0f;
      excess[l] += v;
    }
  }
  for (int i = 0; i < corners; ++i) {
    for (int j = i + 1; j < corners; ++j) {
      for (int l = 0; l < kLanes; ++l) {
        const float di = s.elevated[i][l] - s.remainder0[i][l];
        const float dj = s.elevated[j][l] - s.remainder0[j][l];
        const float i_is_nearer = di < dj ? 1.0f : 0.0f;
        s.rank[i][l] += i_is_nearer;
        s.rank[j][l] += 1.0f - i_is_nearer;
      }
    }
  }
  // Bring the sum to zero by moving the coordinates that were rounded furthest.
  for (int i = 0; i < corners; ++i) {
    for (int l = 0; l < kLanes; ++l) {
      const float shifted = s.rank[i][l] + excess[l];
      const float step = shifted < 0.0f                ? float(corners)
                         : shifted > float(dimensions) ? -float(corners)
                                                       : 0.0f;
      s.rank[i][l] = shifted + step;
      s.remainder0[i][l] += step;
    }
  }
}

TOCO_SIMD void splat(const int32_t* first_share, const LatticeShare* shares, int32_t first,
                     int32_t last, int64_t channels, const float* values, float* vertices) {
  for (int32_t v = first; v < last; ++v) {
    float* sum = vertices + v * channels;
    std::fill(sum, sum + channels, 0.0f);
    for (int32_t i = first_share[v]; i < first_share[v + 1]; ++i) {
      const float weight = shares[i].weight;
      const float* row = values + shares[i].point * channels;
      TOCO_INDEPENDENT
      for (int64_t c = 0; c < channels; ++c) sum[c] += weight * row[c];
    }
  }
}

TOCO_SIMD void blur(const int32_t* neighbours, int64_t first, int64_t last, int64_t channels,
                    const float* from, float* to) {
  for (int64_t v = first; v < last; ++v) {
    const float* centre = from + v * channels;
    const float* below = from + neighbours[2 * v] * channels;
    const float* above = from + neighbours[2 * v + 1] * channels;
    float* out = to + v * channels;
    TOCO_INDEPENDENT
    for (int64_t c = 0; c < channels; ++c) out[c] = centre[c] + 0.5f * (below[c] + above[c]);
  }
}

TOCO_SIMD void slice(const int32_t* corner, const float* weight, int corners, float scale,
                     int64_t first, int64_t last, int64_t channels, const float* vertices,
                     float* out) {
  for (int64_t p = first; p < last; ++p) {
    float* sum = out + p * channels;
    std::fill(sum, sum + channels, 0.0f);
    for (int64_t i = p * corners; i < (p + 1) * corners; ++i) {
      const float share = weight[i] * scale;
      const float* row = vertices + corner[i] * channels;
      TOCO_INDEPENDENT
      for (int64_t c = 0; c < channels; ++c) sum[c] += share * row[c];
    }
  }
}

}  // namespace toco::lattice
