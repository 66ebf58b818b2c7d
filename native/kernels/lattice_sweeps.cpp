#include "lattice_sweeps.h"

#include <cstdint>

#include "exponential.h"
#include "rows.h"
#include "simd.h"

namespace toco::lattice {

void embed(const float (&features)[kMaxCorners][kLanes], const float *scales, int dimensions,
           Simplices &s) {
  simd::run([=, &features, &s](auto) TOCO_INLINE_LAMBDA {
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
  });
}

namespace {

template <class Part>
TOCO_INLINE void splat_part(const int32_t *first_share, const LatticeShare *shares, int32_t first,
                            int32_t last, int64_t channels, const float *values, float *vertices) {
  using Vector = typename Part::Vector;
  for (int32_t v = first; v < last; ++v) {
    Vector sum[Part::kVectors] = {};
    for (int32_t i = first_share[v]; i < first_share[v + 1]; ++i) {
      const auto *row = reinterpret_cast<const Vector *>(values + shares[i].point * channels);
      for (int b = 0; b < Part::kVectors; ++b) sum[b] += shares[i].weight * row[b];
    }
    auto *out = reinterpret_cast<Vector *>(vertices + v * channels);
    for (int b = 0; b < Part::kVectors; ++b) out[b] = sum[b];
  }
}

template <class Part>
TOCO_INLINE void blur_part(const int32_t *neighbours, int64_t first, int64_t last, int64_t channels,
                           const float *from, float *to) {
  using Vector = typename Part::Vector;
  for (int64_t v = first; v < last; ++v) {
    const auto *centre = reinterpret_cast<const Vector *>(from + v * channels);
    const auto *below = reinterpret_cast<const Vector *>(from + neighbours[2 * v] * channels);
    const auto *above = reinterpret_cast<const Vector *>(from + neighbours[2 * v + 1] * channels);
    auto *out = reinterpret_cast<Vector *>(to + v * channels);
    for (int b = 0; b < Part::kVectors; ++b) out[b] = centre[b] + 0.5f * (below[b] + above[b]);
  }
}

template <class Part>
TOCO_INLINE void slice_part(const int32_t *corner, const float *weight, int corners, float scale,
                            int64_t first, int64_t last, int64_t channels, const float *vertices,
                            const float *base, float *out) {
  using Vector = typename Part::Vector;
  for (int64_t p = first; p < last; ++p) {
    Vector sum[Part::kVectors] = {};
    for (int64_t i = p * corners; i < (p + 1) * corners; ++i) {
      const auto *row = reinterpret_cast<const Vector *>(vertices + corner[i] * channels);
      for (int b = 0; b < Part::kVectors; ++b) sum[b] += weight[i] * row[b];
    }
    const auto *before = reinterpret_cast<const Vector *>(base + p * channels);
    auto *after = reinterpret_cast<Vector *>(out + p * channels);
    for (int b = 0; b < Part::kVectors; ++b) after[b] = before[b] + scale * sum[b];
  }
}

}  // namespace

void splat(const int32_t *first_share, const LatticeShare *shares, int32_t first, int32_t last,
           int64_t channels, const float *values, float *vertices) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    for_row_parts(channels, [&](auto part, int64_t offset) TOCO_INLINE_LAMBDA {
      splat_part<decltype(part)>(first_share, shares, first, last, channels, values + offset,
                                 vertices + offset);
    });
  });
}

void blur(const int32_t *neighbours, int64_t first, int64_t last, int64_t channels,
          const float *from, float *to) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    for_row_parts(channels, [&](auto part, int64_t offset) TOCO_INLINE_LAMBDA {
      blur_part<decltype(part)>(neighbours, first, last, channels, from + offset, to + offset);
    });
  });
}

void slice(const int32_t *corner, const float *weight, int corners, float scale, int64_t first,
           int64_t last, int64_t channels, const float *vertices, const float *base, float *out) {
  simd::run([=](auto) TOCO_INLINE_LAMBDA {
    for_row_parts(channels, [&](auto part, int64_t offset) TOCO_INLINE_LAMBDA {
      slice_part<decltype(part)>(corner, weight, corners, scale, first, last, channels,
                                 vertices + offset, base + offset, out + offset);
    });
  });
}

}  // namespace toco::lattice
