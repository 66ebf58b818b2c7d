#include "dense_crf.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "aligned_floats.h"
#include "crf_rows.h"
#include "lattice.h"
#include "parallel.h"
#include "rows.h"

namespace toco {
namespace {

constexpr int64_t kGrain = 2048;               // fewest pixels per task
constexpr float kSmallestProbability = 1e-5f;  // as in the published evaluation
constexpr float kRounding = 1e-3f;             // resizing a softmax exceeds 0..1 by less

struct Grid {
  const uint8_t *image;
  int64_t height, width;
  int64_t pixels() const { return height * width; }
};

template <class Fill>
Lattice make_lattice(const Grid &grid, int dimensions, const Fill &fill) {
  std::vector<float> features(size_t(grid.pixels() * dimensions));
  parallel_for(0, grid.height, 16, [&](int64_t first, int64_t last) {
    for (int64_t y = first; y < last; ++y) {
      for (int64_t x = 0; x < grid.width; ++x) {
        const int64_t pixel = y * grid.width + x;
        fill(pixel, float(x), float(y), features.data() + pixel * dimensions);
      }
    }
  });
  return Lattice(features.data(), grid.pixels(), dimensions, Lattice::Normalization::kSymmetric);
}

Lattice gaussian_lattice(const Grid &grid, const CrfParams &params) {
  const float sigma = params.gaussian_sigma;
  return make_lattice(grid, 2, [&](int64_t, float x, float y, float *feature) {
    feature[0] = x / sigma;
    feature[1] = y / sigma;
  });
}

Lattice bilateral_lattice(const Grid &grid, const CrfParams &params) {
  const float sigma = params.bilateral_sigma, sigma_rgb = params.bilateral_sigma_rgb;
  return make_lattice(grid, 5, [&](int64_t pixel, float x, float y, float *feature) {
    feature[0] = x / sigma;
    feature[1] = y / sigma;
    for (int c = 0; c < 3; ++c) feature[2 + c] = float(grid.image[3 * pixel + c]) / sigma_rgb;
  });
}

// One of the two pairwise terms: the filter that passes messages, and its values at the vertices.
class Term {
 public:
  Term(Lattice lattice, float weight, int64_t channels)
      : lattice_(std::move(lattice)), signal_(lattice_.vertices(), channels), weight_(weight) {}

  void splat_and_blur(const float *rows) { lattice_.splat_and_blur(rows, signal_); }
  void add_messages(int64_t first, int64_t last, const float *base, float *out) const {
    lattice_.slice(signal_, weight_, first, last, base, out);
  }

 private:
  Lattice lattice_;
  LatticeSignal signal_;
  float weight_;
};

std::vector<Term> terms(const Grid &grid, const CrfParams &params, int64_t channels) {
  std::vector<Term> list;
  if (params.gaussian_weight != 0.0f)
    list.emplace_back(gaussian_lattice(grid, params), params.gaussian_weight, channels);
  if (params.bilateral_weight != 0.0f)
    list.emplace_back(bilateral_lattice(grid, params), params.bilateral_weight, channels);
  return list;
}

void check_probabilities(const float *probabilities, int64_t classes, const Grid &grid) {
  const auto fits = [](float p) { return p >= -kRounding && p <= 1.0f + kRounding; };
  std::atomic<bool> all_fit{true};
  parallel_for(0, classes * grid.pixels(), 1 << 16, [&](int64_t first, int64_t last) {
    bool fit = true;
    for (int64_t i = first; i < last; ++i) fit &= fits(probabilities[i]);
    if (!fit) all_fit = false;
  });
  if (all_fit) return;
  const int64_t i = std::find_if_not(probabilities, probabilities + classes * grid.pixels(), fits) -
                    probabilities;
  const int64_t pixel = i % grid.pixels();
  throw std::invalid_argument(
      "dense_crf: probabilities must be 0 to 1, got " + std::to_string(probabilities[i]) +
      " for class " + std::to_string(i / grid.pixels()) + " at row " +
      std::to_string(pixel / grid.width) + ", column " + std::to_string(pixel % grid.width));
}

// Calls body(first, last) for stretches of pixels whose rows stay in cache from step to step.
template <class Body>
void for_tiles(int64_t pixels, const Body &body) {
  using crf::kTilePixels;
  parallel_for(0, (pixels + kTilePixels - 1) / kTilePixels, kGrain / kTilePixels,
               [&](int64_t first, int64_t last) {
                 for (int64_t tile = first; tile < last; ++tile) {
                   const int64_t start = tile * kTilePixels;
                   body(start, std::min(start + kTilePixels, pixels));
                 }
               });
}

}  // namespace

void dense_crf(const uint8_t *image, const float *probabilities, int64_t classes, int64_t height,
               int64_t width, const CrfParams &params, float *q) {
  const Grid grid{image, height, width};
  const int64_t pixels = grid.pixels(), channels = padded_channels(classes);
  check_probabilities(probabilities, classes, grid);
  std::vector<Term> pairwise = terms(grid, params, channels);
  const AlignedFloats logs = allocate_floats(pixels * channels);  // the negated unary term
  const AlignedFloats belief = allocate_floats(pixels * channels);
  for_tiles(pixels, [&](int64_t first, int64_t last) {
    float *rows = logs.get() + first * channels;
    crf::log_rows(probabilities + first, classes, pixels, kSmallestProbability, last - first,
                  channels, rows);
    crf::softmax_rows(last - first, channels, rows, belief.get() + first * channels);
  });
  for (int64_t i = 0; i < params.iterations && !pairwise.empty(); ++i) {
    for (Term &term : pairwise) term.splat_and_blur(belief.get());
    for_tiles(pixels, [&](int64_t first, int64_t last) {
      // Potts model: a label's score grows with the filtered belief in it, times the weight.
      const float *base = logs.get();
      for (const Term &term : pairwise) {
        term.add_messages(first, last, base, belief.get());
        base = belief.get();
      }
      float *rows = belief.get() + first * channels;
      crf::softmax_rows(last - first, channels, rows, rows);
    });
  }
  for_tiles(pixels, [&](int64_t first, int64_t last) {
    crf::planes(belief.get() + first * channels, classes, pixels, last - first, channels,
                q + first);
  });
}

int64_t bilateral_vertices(const uint8_t *image, int64_t height, int64_t width,
                           const CrfParams &params) {
  return bilateral_lattice({image, height, width}, params).vertices();
}

}  // namespace toco
