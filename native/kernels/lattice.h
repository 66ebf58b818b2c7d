// Permutohedral lattice: Gaussian filtering in up to 8 dimensions in time linear in points.
//
// Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral Lattice"
// (Eurographics 2010), in the form that Krähenbühl and Koltun (arXiv:1210.5644, NIPS 2011) made the
// filter of dense conditional random fields, and dense energy losses (Tang et al., "On Regularized
// Losses for Weakly-supervised CNN Segmentation", ECCV 2018; gated in ToCo) use as is.
#pragma once

#include <cstdint>
#include <vector>

#include "aligned_floats.h"

namespace toco {

class VertexTable;

struct LatticeShare {  // a point's contribution to a vertex
  int32_t point;
  float weight;
};

// The values at a lattice's vertices during filtering; reusable for the same lattice and number of
// channels.
class LatticeSignal {
 public:
  LatticeSignal(int64_t vertices, int64_t channels);
  int64_t channels() const { return channels_; }

 private:
  friend class Lattice;
  int64_t channels_;
  AlignedFloats current_, next_;  // [vertices + 1, channels]; row 0 stays zero
};

// The lattice of one set of points. Built once, it filters any number of signals on those points:
//   out[p] ~ sum over q of exp(-|feature_p - feature_q|^2 / 2) * values[q]
// including q = p. A Gaussian blur has features x/sigma, y/sigma; a bilateral filter also
// r/sigma_rgb, g/sigma_rgb, b/sigma_rgb.
//
// Immutable once built: threads may filter concurrently. Results do not depend on the number of
// threads.
class Lattice {
 public:
  static constexpr int kMaxDimensions = 8;

  enum class Normalization {
    kNone,
    kSymmetric,  // D^-1/2 K D^-1/2 instead of K, where D = diag(K 1): what dense CRFs use
  };

  // features [points, dimensions]. Throws std::invalid_argument when a feature is not finite or
  // is too many standard deviations (thousands) from the origin for 16-bit lattice coordinates.
  Lattice(const float *features, int64_t points, int dimensions,
          Normalization normalization = Normalization::kNone);

  int64_t points() const { return points_; }
  int64_t vertices() const { return vertices_; }

  // values and out [channels, points], all channels at once; out may be values itself.
  void filter(const float *values, int64_t channels, float *out) const;

  // The same in two halves, for callers that keep their values as rows of channels, one row per
  // point; a row has a multiple of 8 floats, or one float. First from the points to the vertices
  // (splat), where values spread to neighbours along every axis (blur).
  void splat_and_blur(const float *values, LatticeSignal &signal) const;
  // Then back to the points first to last - 1, on the calling thread: out = base + scale *
  // filtered; out may be base.
  void slice(const LatticeSignal &signal, float scale, int64_t first, int64_t last,
             const float *base, float *out) const;

 private:
  struct Band;
  void find_corners(const float *features, std::vector<Band> &bands);
  void number_vertices(std::vector<Band> &bands, VertexTable &table);
  void collect_shares(std::vector<Band> &bands);
  void link_neighbours(const VertexTable &table);
  void normalize();

  int64_t points_, vertices_ = 0;
  // Vertices are numbered from 1; 0 is a vertex that no point touches.
  int corners_;                       // of a simplex: dimensions + 1
  std::vector<int32_t> corner_;       // [points, corners]: vertices
  std::vector<float> weight_;         // [points, corners]: barycentric coordinates
  std::vector<LatticeShare> shares_;  // [points * corners], by vertex, then point
  std::vector<int32_t> first_share_;  // [vertices + 2]: vertex v has first[v] to first[v + 1] - 1
  std::vector<int32_t> neighbours_;   // [corners, vertices + 1, 2]: along each axis, down and up
};

// Bilateral filter of every image of a batch with features (x/sigma_xy, y/sigma_xy, r/sigma_rgb,
// g/sigma_rgb, b/sigma_rgb): images [B, 3, H, W] in 0..255, values and out [B, K, H, W].
void bilateral_filter(const float *images, const float *values, int64_t batch, int64_t channels,
                      int64_t height, int64_t width, float sigma_rgb, float sigma_xy, float *out);

}  // namespace toco
