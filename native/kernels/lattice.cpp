#include "lattice.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "lattice_sweeps.h"
#include "parallel.h"
#include "rows.h"

namespace toco {
namespace {

using namespace lattice;

constexpr int64_t kGrain = 2048;  // fewest points or vertices per task

}  // namespace

LatticeSignal::LatticeSignal(int64_t vertices, int64_t channels)
    : channels_(channels),
      current_(allocate_floats((vertices + 1) * channels)),
      next_(allocate_floats((vertices + 1) * channels)) {
  std::fill(current_.get(), current_.get() + channels, 0.0f);
  std::fill(next_.get(), next_.get() + channels, 0.0f);
}

void Lattice::splat_and_blur(const float *values, LatticeSignal &signal) const {
  const int64_t channels = signal.channels_;
  // Work is split by shares, not vertices: a flat image has few vertices, some with many shares.
  parallel_for(0, int64_t(shares_.size()), kGrain, [&](int64_t first, int64_t last) {
    const auto begin = first_share_.begin() + 1, end = first_share_.end() - 1;
    const auto vertex_at = [&](int64_t share) {
      return int32_t(std::lower_bound(begin, end, share) - begin) + 1;
    };
    splat(first_share_.data(), shares_.data(), vertex_at(first), vertex_at(last), channels, values,
          signal.current_.get());
  });
  for (int j = 0; j < corners_; ++j) {
    const int32_t *axis = neighbours_.data() + j * (vertices_ + 1) * 2;
    parallel_for(1, vertices_ + 1, kGrain, [&](int64_t first, int64_t last) {
      blur(axis, first, last, channels, signal.current_.get(), signal.next_.get());
    });
    std::swap(signal.current_, signal.next_);
  }
}

void Lattice::slice(const LatticeSignal &signal, float scale, int64_t first, int64_t last,
                    const float *base, float *out) const {
  // The kernel [1/2, 1, 1/2] along d + 1 axes returns to a vertex 1 + 2^-d of its value: 1
  // directly, and twice (up or down) 2^-(d + 1) through one step along every axis, because these
  // steps sum to zero. Dividing by it makes the filter's peak 1 = exp(0); the constant is `alpha`
  // in Krähenbühl and Koltun's published implementation.
  const float alpha = 1.0f / (1.0f + std::ldexp(1.0f, 1 - corners_));
  lattice::slice(corner_.data(), weight_.data(), corners_, alpha * scale, first, last,
                 signal.channels_, signal.current_.get(), base, out);
}

void Lattice::filter(const float *values, int64_t channels, float *out) const {
  constexpr int64_t kTile = 16;  // points, whose rows stay in cache during transposition
  const int64_t stride = padded_channels(channels);
  const int64_t tiles = (points_ + kTile - 1) / kTile;
  AlignedFloats rows = allocate_floats(points_ * stride);
  const auto for_tiles = [&](const auto &body) {
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
  LatticeSignal signal(vertices_, stride);
  splat_and_blur(rows.get(), signal);
  for_tiles([&](int64_t first, int64_t last) {
    std::fill(rows.get() + first * stride, rows.get() + last * stride, 0.0f);
    slice(signal, 1.0f, first, last, rows.get(), rows.get());
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t p = first; p < last; ++p) out[c * points_ + p] = rows[size_t(p * stride + c)];
    }
  });
}

// Scales the weights of splat and slice by the same factor per point, D^-1/2.
void Lattice::normalize() {
  std::vector<float> factor(size_t(points_), 1.0f);
  LatticeSignal signal(vertices_, 1);
  splat_and_blur(factor.data(), signal);
  parallel_for(0, points_, kGrain, [&](int64_t first, int64_t last) {
    std::fill(factor.begin() + first, factor.begin() + last, 0.0f);
    slice(signal, 1.0f, first, last, factor.data(), factor.data());
    for (int64_t p = first; p < last; ++p) {
      float &f = factor[size_t(p)];
      f = 1.0f / std::sqrt(f + 1e-20f);
      for (int64_t i = p * corners_; i < (p + 1) * corners_; ++i) weight_[size_t(i)] *= f;
    }
  });
  parallel_for(0, int64_t(shares_.size()), kGrain, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      LatticeShare &share = shares_[size_t(i)];
      share.weight *= factor[size_t(share.point)];
    }
  });
}

void bilateral_filter(const float *images, const float *values, int64_t batch, int64_t channels,
                      int64_t height, int64_t width, float sigma_rgb, float sigma_xy, float *out) {
  constexpr int kDimensions = 5;
  const int64_t points = height * width;
  const auto filter_images = [&](int64_t first, int64_t last) {
    std::vector<float> features(size_t(points * kDimensions));
    for (int64_t b = first; b < last; ++b) {
      const float *image = images + b * 3 * points;
      for (int64_t p = 0; p < points; ++p) {
        float *feature = features.data() + p * kDimensions;
        feature[0] = float(p % width) / sigma_xy;
        feature[1] = float(p / width) / sigma_xy;
        for (int c = 0; c < 3; ++c) feature[2 + c] = image[c * points + p] / sigma_rgb;
      }
      const int64_t offset = b * channels * points;
      Lattice(features.data(), points, kDimensions).filter(values + offset, channels, out + offset);
    }
  };
  // With at least one image per thread, images run in parallel; otherwise all threads share each
  // image.
  if (batch >= parallel_threads()) {
    parallel_for(0, batch, 1, filter_images);
  } else {
    filter_images(0, batch);
  }
}

}  // namespace toco
