// Building a lattice: the vertices that the points touch, and the neighbours of each vertex.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "lattice.h"
#include "lattice_sweeps.h"
#include "parallel.h"
#include "vertex_table.h"

namespace toco {

using namespace lattice;

namespace {

constexpr int64_t kBandPoints = 16384;  // the table of their vertices fits the second-level cache
constexpr int64_t kGrain = 512;         // fewest vertices per task

// Feature space to hyperplane, coordinates scaled so that the lattice's splat, blur and slice
// together have unit standard deviation (Adams et al., section 3.1):
// sqrt(2/3) (d + 1) / sqrt((i + 1)(i + 2)).
std::vector<float> elevation_scales(int dimensions) {
  std::vector<float> scales;
  for (int i = 0; i < dimensions; ++i) {
    scales.push_back(
        float(std::sqrt(2.0 / 3.0) * (dimensions + 1) / std::sqrt((i + 1.0) * (i + 2.0))));
  }
  return scales;
}

// A step along axis j adds 1 to every coordinate except the j-th, from which it subtracts d.
// Coordinate d follows from the others and is not stored in a key.
VertexKey step_along(int axis, int dimensions) {
  VertexKey step;
  for (int i = 0; i < dimensions; ++i) step.coordinates[i] = int16_t(i == axis ? -dimensions : 1);
  return step;
}

// Computes the corners of a point's simplex: their keys and barycentric coordinates.
class Corners {
 public:
  explicit Corners(int dimensions) : dimensions_(dimensions), corners_(dimensions + 1) {
    for (int j = 0; j < corners_; ++j) steps_[j] = step_along(j, dimensions);
  }

  // Returns false if the simplex or its neighbours exceed 16-bit coordinates.
  bool place(const Simplices &s, int lane, VertexKey *keys, float *weights) const {
    constexpr float kLargest = 32000.0f;
    float weight[kMaxCorners + 1] = {};
    int by_rank[kMaxCorners];
    VertexKey key;
    for (int i = 0; i < corners_; ++i) {
      if (!(std::abs(s.elevated[i][lane]) < kLargest)) return false;  // also for NaN
    }
    for (int i = 0; i < corners_; ++i) {
      const float distance = (s.elevated[i][lane] - s.remainder0[i][lane]) / float(corners_);
      const int rank = int(s.rank[i][lane]);
      weight[dimensions_ - rank] += distance;
      weight[corners_ - rank] -= distance;
      by_rank[rank] = i;
      if (i < dimensions_) key.coordinates[i] = int16_t(int(s.remainder0[i][lane]));
    }
    weight[0] += 1.0f + weight[corners_];
    // Each corner is one step from the last, along the axis next in rank (Adams et al.,
    // section 3.1).
    for (int k = 0; k < corners_; ++k) {
      keys[k] = key;
      weights[k] = weight[k];
      key = key + steps_[by_rank[dimensions_ - k]];
    }
    return true;
  }

 private:
  int dimensions_, corners_;
  VertexKey steps_[kMaxCorners];
};

}  // namespace

// A range of points whose vertices one thread collects in a separate table. Vertices end up
// numbered in the order of the points, however many bands there are.
struct Lattice::Band {
  int64_t first, last;           // points
  VertexTable table;             // of the vertices that these touch
  std::vector<int32_t> touched;  // [table.size()]: number of corners at it
  std::vector<int32_t> vertex;   // [table.size()]: its number in the lattice
  std::vector<int32_t> next;     // [table.size()]: position of its next share
};

Lattice::Lattice(const float *features, int64_t points, int dimensions, Normalization normalization)
    : points_(points), corners_(dimensions + 1) {
  if (dimensions < 1 || dimensions > kMaxDimensions || points < 0 ||
      points > INT32_MAX / (kMaxCorners + 1)) {
    throw std::invalid_argument(
        "lattice: expected 1 to 8 dimensions and at most 2^31 / 10 points, got " +
        std::to_string(dimensions) + " dimensions, " + std::to_string(points) + " points");
  }
  std::vector<Band> bands(size_t((points + kBandPoints - 1) / kBandPoints));
  for (size_t b = 0; b < bands.size(); ++b) {
    bands[b].first = int64_t(b) * kBandPoints;
    bands[b].last = std::min(bands[b].first + kBandPoints, points);
  }
  find_corners(features, bands);
  VertexTable table;
  number_vertices(bands, table);
  collect_shares(bands);
  bands.clear();
  link_neighbours(table);
  if (normalization == Normalization::kSymmetric) normalize();
}

void Lattice::find_corners(const float *features, std::vector<Band> &bands) {
  const int dimensions = corners_ - 1;
  const std::vector<float> scales = elevation_scales(dimensions);
  const Corners corners(dimensions);
  corner_.resize(size_t(points_ * corners_));
  weight_.resize(corner_.size());
  std::atomic<bool> in_range{true};

  const auto fill = [&](Band &band) {
    float lanes[kMaxCorners][kLanes] = {};
    Simplices simplices;
    VertexKey keys[kLanes][kMaxCorners], previous[kMaxCorners];
    int32_t found[kMaxCorners];
    std::fill(found, found + corners_, VertexTable::kAbsent);
    for (int64_t start = band.first; start < band.last; start += kLanes) {
      const int count = int(std::min<int64_t>(kLanes, band.last - start));
      for (int l = 0; l < count; ++l) {
        for (int i = 0; i < dimensions; ++i) lanes[i][l] = features[(start + l) * dimensions + i];
      }
      embed(lanes, scales.data(), dimensions, simplices);
      for (int l = 0; l < count; ++l) {
        if (!corners.place(simplices, l, keys[l], &weight_[size_t((start + l) * corners_)])) {
          in_range = false;
          return;
        }
      }
      for (int l = 0; l < count; ++l) {
        for (int k = 0; k < corners_; ++k) {
          // Consecutive points often share a corner.
          if (found[k] == VertexTable::kAbsent || !(keys[l][k] == previous[k])) {
            previous[k] = keys[l][k];
            found[k] = band.table.insert(keys[l][k]);
            if (size_t(found[k]) == band.touched.size()) band.touched.push_back(0);
          }
          ++band.touched[size_t(found[k])];
          corner_[size_t((start + l) * corners_ + k)] = found[k];
        }
      }
    }
  };
  parallel_for(0, int64_t(bands.size()), 1, [&](int64_t first, int64_t last) {
    for (int64_t b = first; b < last; ++b) fill(bands[size_t(b)]);
  });
  if (!in_range) {
    throw std::invalid_argument(
        "lattice: a feature is not finite or too far from the origin; expected values within some "
        "thousands of standard deviations: check the image's values or enlarge sigma");
  }
}

// Numbers the vertices of all bands, in the order of the bands; on one thread.
void Lattice::number_vertices(std::vector<Band> &bands, VertexTable &table) {
  constexpr int32_t kAhead = 16;
  for (Band &band : bands) {
    const int32_t size = band.table.size();
    band.vertex.resize(size_t(size));
    for (int32_t v = 0; v < size; ++v) {
      if (v + kAhead < size) table.prefetch(band.table.key(v + kAhead).hash());
      band.vertex[size_t(v)] = table.insert(band.table.key(v)) + 1;
    }
  }
  vertices_ = table.size();
}

// Counting sort of the corners by vertex, so that splatting needs no atomics.
void Lattice::collect_shares(std::vector<Band> &bands) {
  first_share_.assign(size_t(vertices_ + 2), 0);
  shares_.resize(corner_.size());
  for (const Band &band : bands) {
    for (size_t v = 0; v < band.touched.size(); ++v)
      first_share_[size_t(band.vertex[v]) + 1] += band.touched[v];
  }
  for (size_t v = 1; v <= size_t(vertices_); ++v) first_share_[v + 1] += first_share_[v];
  std::vector<int32_t> next = first_share_;
  for (Band &band : bands) {
    band.next.resize(band.touched.size());
    for (size_t v = 0; v < band.touched.size(); ++v) {
      int32_t &free = next[size_t(band.vertex[v])];
      band.next[v] = free;
      free += band.touched[v];
    }
  }
  parallel_for(0, int64_t(bands.size()), 1, [&](int64_t first, int64_t last) {
    for (int64_t b = first; b < last; ++b) {
      Band &band = bands[size_t(b)];
      for (int64_t p = band.first; p < band.last; ++p) {
        for (int64_t i = p * corners_; i < (p + 1) * corners_; ++i) {
          int32_t &corner = corner_[size_t(i)];
          shares_[size_t(band.next[size_t(corner)]++)] = {int32_t(p), weight_[size_t(i)]};
          corner = band.vertex[size_t(corner)];
        }
      }
    }
  });
}

// If u is below v then v is above u, so one search finds both.
void Lattice::link_neighbours(const VertexTable &table) {
  constexpr int64_t kBatch = 16;  // vertices whose table slots are prefetched together
  neighbours_.assign(size_t(corners_ * (vertices_ + 1) * 2), 0);
  VertexKey steps[kMaxCorners];
  for (int j = 0; j < corners_; ++j) steps[j] = step_along(j, corners_ - 1);
  parallel_for(0, vertices_, kGrain, [&](int64_t first, int64_t last) {
    VertexKey keys[kBatch][kMaxCorners];
    uint64_t hashes[kBatch][kMaxCorners];
    for (int64_t start = first; start < last; start += kBatch) {
      const int64_t count = std::min(kBatch, last - start);
      for (int64_t v = 0; v < count; ++v) {
        for (int j = 0; j < corners_; ++j) {
          keys[v][j] = table.key(int32_t(start + v)) - steps[j];
          hashes[v][j] = keys[v][j].hash();
          table.prefetch(hashes[v][j]);
        }
      }
      for (int64_t v = 0; v < count; ++v) {
        for (int j = 0; j < corners_; ++j) {
          const int32_t below = table.find(keys[v][j], hashes[v][j]) + 1;
          if (below == VertexTable::kAbsent + 1) continue;
          int32_t *axis = neighbours_.data() + j * (vertices_ + 1) * 2;
          axis[2 * (start + v + 1)] = below;
          axis[2 * below + 1] = int32_t(start + v + 1);
        }
      }
    }
  });
}

}  // namespace toco
