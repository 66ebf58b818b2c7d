// The vectorised loops of the permutohedral lattice (lattice.h).
#pragma once

#include <cstdint>

#include "lattice.h"

namespace toco::lattice {

constexpr int kMaxCorners = Lattice::kMaxDimensions + 1;
constexpr int kLanes = 16;  // points embedded together

// The simplices that enclose `kLanes` points.
struct Simplices {
  float elevated[kMaxCorners][kLanes];    // the point in the hyperplane of d + 1 coordinates
  float remainder0[kMaxCorners][kLanes];  // the simplex's vertex whose coordinates are 0 mod d + 1
  float rank[kMaxCorners][kLanes];        // order of the coordinates' distances from that vertex
};

// Finds them (Adams et al., section 3.2). Lanes are independent. The caller checks
// `elevated`: it is out of range if a feature is.
void embed(const float (&features)[kMaxCorners][kLanes], const float *scales, int dimensions,
           Simplices &simplices);

// The steps of the filter. A row has `channels` floats, a multiple of 8 or one, and belongs to a
// point or a vertex; row 0 of the vertices is zero and stands for absent ones. Sums have a fixed
// order.

// vertices[v] = sum of weight * values[point] over its shares, first <= v < last.
void splat(const int32_t *first_share, const LatticeShare *shares, int32_t first, int32_t last,
           int64_t channels, const float *values, float *vertices);

// to[v] = from[v] + (from[below] + from[above]) / 2 along one axis; neighbours [vertices + 1, 2].
void blur(const int32_t *neighbours, int64_t first, int64_t last, int64_t channels,
          const float *from, float *to);

// out[p] = base[p] + scale * sum of weight * vertices[corner] over its corners, first <= p < last.
void slice(const int32_t *corner, const float *weight, int corners, float scale, int64_t first,
           int64_t last, int64_t channels, const float *vertices, const float *base, float *out);

}  // namespace toco::lattice
