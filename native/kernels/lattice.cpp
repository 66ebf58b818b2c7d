#include "lattice.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "lattice_sweeps.h"
#include "parallel.h"
#include "vertex_table.h"

namespace toco {
namespace {

using namespace lattice;

constexpr int64_t kGrain = 2048;  // points or vertices that are worth a thread

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

using Floats = std::unique_ptr<float[]>;

// Left as allocated: every element is written before it is read.
Floats allocate(int64_t count) { return Floats(new float[size_t(count)]); }

}  // namespace

Lattice::Lattice(const float* features, int64_t points, int dimensions)
    : points_(points), corners_(dimensions + 1) {
  if (dimensions < 1 || dimensions > kMaxDimensions || points < 0 ||
      points > INT32_MAX / (kMaxCorners + 1)) {
    throw std::invalid_argument(
        "lattice: expected 1 to 8 dimensions and at most 2^31 / 10 points, got " +
        std::to_string(dimensions) + " dimensions, " + std::to_string(points) + " points");
  }
  VertexTable table;
  find_corners(features, table);
  vertices_ = table.size();
  collect_shares();
  link_neighbours(table);
}

void Lattice::find_corners(const float* features, VertexTable& table) {
  constexpr float kLargest = 32000.0f;  // leaves room in 16 bits for the simplex and its neighbours
  const int dimensions = corners_ - 1;
  const std::vector<float> scales = elevation_scales(dimensions);
  corner_.resize(size_t(points_ * corners_));
  weight_.resize(corner_.size());
  std::vector<VertexKey> keys(corner_.size());
  std::atomic<bool> in_range{true};

  // Vertex k of a point's simplex, and its barycentric coordinate (Adams et al., section 3.2).
  const auto place = [&](const Simplices& s, int lane, int64_t point) {
    float weight[kMaxCorners + 1] = {};
    for (int i = 0; i < corners_; ++i) {
      if (!(std::abs(s.elevated[i][lane]) < kLargest)) {  // also when not a number
        in_range = false;
        return;
      }
      const float distance = (s.elevated[i][lane] - s.remainder0[i][lane]) / float(corners_);
      const int rank = int(s.rank[i][lane]);
      weight[dimensions - rank] += distance;
      weight[corners_ - rank] -= distance;
    }
    weight[0] += 1.0f + weight[corners_];
    for (int k = 0; k < corners_; ++k) {
      int16_t coordinates[VertexKey::kMaxCoordinates] = {};
      for (int i = 0; i < dimensions; ++i) {
        const int canonical = int(s.rank[i][lane]) <= dimensions - k ? k : k - corners_;
        coordinates[i] = int16_t(int(s.remainder0[i][lane]) + canonical);
      }
      keys[size_t(point * corners_ + k)] = VertexKey::pack(coordinates);
      weight_[size_t(point * corners_ + k)] = weight[k];
    }
  };
  parallel_for(0, (points_ + kLanes - 1) / kLanes, kGrain / kLanes,
               [&](int64_t first, int64_t last) {
                 float lanes[kMaxCorners][kLanes] = {};
                 Simplices simplices;
                 for (int64_t start = first * kLanes; start < std::min(last * kLanes, points_);
                      start += kLanes) {
                   const int count = int(std::min<int64_t>(kLanes, points_ - start));
                   for (int l = 0; l < count; ++l) {
                     for (int i = 0; i < dimensions; ++i)
                       lanes[i][l] = features[(start + l) * dimensions + i];
                   }
                   embed(lanes, scales.data(), dimensions, simplices);
                   for (int l = 0; l < count; ++l) place(simplices, l, start + l);
                 }
               });
  if (!in_range) {
    throw std::invalid_argument(
        "lattice: a feature is not finite or too far from the origin; expected values within some "
        "thousands of standard deviations: check the image's values or enlarge sigma");
  }

  // One thread numbers the vertices, in the points' order. Neighbouring points mostly share a
  // simplex.
  for (size_t i = 0; i < keys.size(); ++i) {
    const size_t previous = i - size_t(corners_);
    const bool same = i >= size_t(corners_) && keys[i] == keys[previous];
    corner_[i] = same ? corner_[previous] : table.insert(keys[i]) + 1;
  }
}

// Counting sort of the corners by vertex: what each vertex gathers, so that splatting needs no
// atomics.
void Lattice::collect_shares() {
  first_share_.assign(size_t(vertices_ + 2), 0);
  shares_.resize(corner_.size());
  std::vector<int32_t> next(size_t(vertices_ + 1), 0);
  for (const int32_t v : corner_) ++next[size_t(v)];
  for (size_t v = 1; v <= size_t(vertices_); ++v) {
    first_share_[v + 1] = first_share_[v] + next[v];
    next[v] = first_share_[v];
  }
  for (size_t i = 0; i < corner_.size(); ++i) {
    shares_[size_t(next[size_t(corner_[i])]++)] = {int32_t(i / size_t(corners_)), weight_[i]};
  }
}

// A step along axis j adds 1 to every coordinate but the j-th, which loses d: down is its reverse.
// If u is below v then v is above u, so one search serves both.
void Lattice::link_neighbours(const VertexTable& table) {
  const int dimensions = corners_ - 1;
  neighbours_.assign(size_t(corners_ * (vertices_ + 1) * 2), 0);
  parallel_for(0, vertices_, kGrain / corners_, [&](int64_t first, int64_t last) {
    for (int64_t v = first; v < last; ++v) {
      int16_t coordinates[VertexKey::kMaxCoordinates] = {};
      table.key(int32_t(v)).unpack(coordinates);
      for (int i = 0; i < dimensions; ++i) --coordinates[i];
      for (int j = 0; j < corners_; ++j) {
        int32_t* axis = neighbours_.data() + j * (vertices_ + 1) * 2;
        if (j < dimensions) coordinates[j] = int16_t(coordinates[j] + corners_);
        const int32_t below = table.find(VertexKey::pack(coordinates)) + 1;
        if (j < dimensions) coordinates[j] = int16_t(coordinates[j] - corners_);
        if (below == VertexTable::kAbsent + 1) continue;
        axis[2 * (v + 1)] = below;
        axis[2 * below + 1] = int32_t(v + 1);
      }
    }
  });
}

void Lattice::filter_interleaved(const float* values, int64_t channels, float* out) const {
  Floats current = allocate((vertices_ + 1) * channels);
  Floats next = allocate((vertices_ + 1) * channels);
  std::fill(current.get(), current.get() + channels, 0.0f);
  std::fill(next.get(), next.get() + channels, 0.0f);

  // Ranges of shares, not of vertices, spread the work: a flat image has few vertices, some huge.
  parallel_for(0, int64_t(shares_.size()), kGrain, [&](int64_t first, int64_t last) {
    const auto begin = first_share_.begin() + 1, end = first_share_.end() - 1;
    const auto vertex_at = [&](int64_t share) {
      return int32_t(std::lower_bound(begin, end, share) - begin) + 1;
    };
    splat(first_share_.data(), shares_.data(), vertex_at(first), vertex_at(last), channels, values,
          current.get());
  });
  for (int j = 0; j < corners_; ++j) {
    const int32_t* axis = neighbours_.data() + j * (vertices_ + 1) * 2;
    parallel_for(1, vertices_ + 1, kGrain, [&](int64_t first, int64_t last) {
      blur(axis, first, last, channels, current.get(), next.get());
    });
    std::swap(current, next);
  }
  // The kernel [1/2, 1, 1/2] along d + 1 axes gives a vertex back 1 + 2^-d of what it held: its own
  // part, and twice (up or down) 2^-(d + 1) around the circuit of one step along every axis, since
  // the steps sum to zero. Dividing by it makes the filter's peak 1, as exp(0) is; Krähenbühl and
  // Koltun's published implementation has the same constant as `alpha`.
  const float alpha = 1.0f / (1.0f + std::ldexp(1.0f, 1 - corners_));
  parallel_for(0, points_, kGrain, [&](int64_t first, int64_t last) {
    slice(corner_.data(), weight_.data(), corners_, alpha, first, last, channels, current.get(),
          out);
  });
}

void Lattice::filter(const float* values, int64_t channels, float* out) const {
  constexpr int64_t kTile = 16;  // points; their rows stay in cache while they are transposed
  const int64_t stride = (channels + 3) / 4 * 4;
  const int64_t tiles = (points_ + kTile - 1) / kTile;
  Floats rows = allocate(points_ * stride);
  const auto for_tiles = [&](const auto& body) {
    parallel_for(0, tiles, kGrain / kTile, [&](int64_t first, int64_t last) {
      for (int64_t t = first; t < last; ++t) body(t * kTile, std::min((t + 1) * kTile, points_));
    });
  };
  for_tiles([&](int64_t first, int64_t last) {
    std::fill(rows.get() + first * stride, rows.get() + last * stride, 0.0f);
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t p = first; p < last; ++p) rows[size_t(p * stride + c)] = values[c * points_ + p];
    }
  });
  filter_interleaved(rows.get(), stride, rows.get());  // the input is spent once it is splatted
  for_tiles([&](int64_t first, int64_t last) {
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t p = first; p < last; ++p) out[c * points_ + p] = rows[size_t(p * stride + c)];
    }
  });
}

void bilateral_filter(const float* images, const float* values, int64_t batch, int64_t channels,
                      int64_t height, int64_t width, float sigma_rgb, float sigma_xy, float* out) {
  constexpr int kDimensions = 5;
  const int64_t points = height * width;
  const auto filter_images = [&](int64_t first, int64_t last) {
    std::vector<float> features(size_t(points * kDimensions));
    for (int64_t b = first; b < last; ++b) {
      const float* image = images + b * 3 * points;
      for (int64_t p = 0; p < points; ++p) {
        float* feature = features.data() + p * kDimensions;
        feature[0] = float(p % width) / sigma_xy;
        feature[1] = float(p / width) / sigma_xy;
        for (int c = 0; c < 3; ++c) feature[2 + c] = image[c * points + p] / sigma_rgb;
      }
      const int64_t offset = b * channels * points;
      Lattice(features.data(), points, kDimensions).filter(values + offset, channels, out + offset);
    }
  };
  // With images enough for all threads, one image a thread; otherwise all threads on each image.
  if (batch >= parallel_threads()) {
    parallel_for(0, batch, 1, filter_images);
  } else {
    filter_images(0, batch);
  }
}

}  // namespace toco
