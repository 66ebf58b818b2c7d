#include "par.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "par_rows.h"
#include "parallel.h"

namespace toco {
namespace {

using namespace par;

constexpr float kPositionWeight = 0.01f;  // w2 in the paper

struct Offset {
  int64_t dy, dx;
};

// A pixel's neighbours, and their weights by distance.
struct Neighbourhood {
  std::vector<Offset> offsets;         // [n]
  std::vector<float> position_weight;  // [n], sums to kPositionWeight
  int64_t radius = 0;                  // the largest |dx|

  explicit Neighbourhood(const std::vector<int64_t> &dilations) {
    std::vector<double> distance;
    for (const int64_t d : dilations) {
      if (d < 1) {
        throw std::invalid_argument("PAR: dilations must be >= 1, got " + std::to_string(d));
      }
      radius = std::max(radius, d);
      for (int64_t dy = -1; dy <= 1; ++dy) {
        for (int64_t dx = -1; dx <= 1; ++dx) {
          if (dy == 0 && dx == 0) continue;
          offsets.push_back({dy * d, dx * d});
          distance.push_back(dy != 0 && dx != 0 ? std::sqrt(2.0) * double(d) : double(d));
        }
      }
    }
    weigh(distance);
  }

 private:
  // kPositionWeight * softmax of -(distance / std / kColourScale)^2.
  void weigh(const std::vector<double> &distance) {
    const double count = double(distance.size());
    double mean = 0, variance = 0, total = 0;
    for (const double d : distance) mean += d / count;
    for (const double d : distance) variance += (d - mean) * (d - mean) / (count - 1);
    const double scale = (std::sqrt(variance) + kStdFloor) * kColourScale;
    const double nearest = *std::min_element(distance.begin(), distance.end()) / scale;
    std::vector<double> weight;
    for (const double d : distance) {
      weight.push_back(std::exp(nearest * nearest - (d / scale) * (d / scale)));
      total += weight.back();
    }
    for (const double w : weight) position_weight.push_back(float(kPositionWeight * w / total));
  }
};

// Planes whose rows are padded with `radius` copies of their edge pixels on both sides, so that a
// neighbour at (dy, dx) is a row with a clamped index, shifted by dx.
class PaddedPlanes {
 public:
  PaddedPlanes(int64_t planes, int64_t height, int64_t width, int64_t radius)
      : height_(height),
        width_(width),
        radius_(radius),
        stride_(width + 2 * radius),
        data_(new float[size_t(planes * height * stride_)]) {}

  // The first pixel of a row after its padding; indices from -radius to width + radius - 1 are
  // valid.
  float *row(int64_t plane, int64_t y) {
    return data_.get() + (plane * height_ + y) * stride_ + radius_;
  }
  int64_t plane_stride() const { return height_ * stride_; }

  void pad_row(int64_t plane, int64_t y) {
    float *pixels = row(plane, y);
    std::fill(pixels - radius_, pixels, pixels[0]);
    std::fill(pixels + width_, pixels + width_ + radius_, pixels[width_ - 1]);
  }

  void load_row(int64_t plane, int64_t y, const float *source) {
    std::copy(source, source + width_, row(plane, y));
    pad_row(plane, y);
  }

 private:
  int64_t height_, width_, radius_, stride_;
  std::unique_ptr<float[]> data_;
};

// Refines a batch: the constructor computes the affinity, run() iterates. Threads share the rows of
// all images.
class Refinement {
 public:
  Refinement(const std::vector<ParImage> &batch, int64_t height, int64_t width,
             const std::vector<int64_t> &dilations)
      : batch_(batch),
        height_(height),
        width_(width),
        near_(dilations),
        count_(int64_t(near_.offsets.size())),
        rows_(int64_t(batch.size()) * height),
        affinity_(new float[size_t(rows_ * count_ * width)]) {
    for (const ParImage &item : batch) {
      first_plane_.push_back(planes_);
      planes_ += item.channels;
    }
    fill_affinity();
  }

  void run(int64_t iterations) const {
    PaddedPlanes current(planes_, height_, width_, near_.radius);
    PaddedPlanes next(planes_, height_, width_, near_.radius);
    for_rows([&](int64_t image, int64_t y, Scratch &) {
      for (int64_t c = 0; c < batch_[image].channels; ++c) {
        current.load_row(first_plane_[image] + c, y,
                         batch_[image].masks + (c * height_ + y) * width_);
      }
    });
    for (int64_t i = 0; i < iterations; ++i) {
      for_rows([&](int64_t image, int64_t y, Scratch &scratch) {
        blend(image, y, current, next, scratch);
      });
      std::swap(current, next);
    }
    for_rows([&](int64_t image, int64_t y, Scratch &) {
      for (int64_t c = 0; c < batch_[image].channels; ++c) {
        const float *row = current.row(first_plane_[image] + c, y);
        std::copy(row, row + width_, batch_[image].refined + (c * height_ + y) * width_);
      }
    });
  }

 private:
  struct Scratch {
    std::vector<const float *> neighbours;  // [n], one pixel row each
    std::vector<float> sums;                // [2, width]
  };

  template <class Body>
  void for_rows(const Body &body) const {
    parallel_for(0, rows_, 8, [&](int64_t first, int64_t last) {
      Scratch scratch{std::vector<const float *>(count_), std::vector<float>(2 * width_)};
      for (int64_t i = first; i < last; ++i) body(i / height_, i % height_, scratch);
    });
  }

  float *affinity_row(int64_t image, int64_t y) const {
    return affinity_.get() + (image * height_ + y) * count_ * width_;
  }

  void find_neighbours(PaddedPlanes &planes, int64_t plane, int64_t y, Scratch &scratch) const {
    for (int64_t n = 0; n < count_; ++n) {
      const auto [dy, dx] = near_.offsets[n];
      scratch.neighbours[n] = planes.row(plane, std::clamp<int64_t>(y + dy, 0, height_ - 1)) + dx;
    }
  }

  void fill_affinity() {
    PaddedPlanes colours(int64_t(batch_.size()) * kColours, height_, width_, near_.radius);
    for_rows([&](int64_t image, int64_t y, Scratch &) {
      for (int64_t c = 0; c < kColours; ++c) {
        colours.load_row(image * kColours + c, y, batch_[image].image + (c * height_ + y) * width_);
      }
    });
    for_rows([&](int64_t image, int64_t y, Scratch &scratch) {
      float *affinity = affinity_row(image, y);
      std::fill(affinity, affinity + count_ * width_, 0.0f);
      for (int64_t plane = image * kColours; plane < (image + 1) * kColours; ++plane) {
        find_neighbours(colours, plane, y, scratch);
        add_colour_row(colours.row(plane, y), scratch.neighbours.data(), count_, width_,
                       scratch.sums.data(), affinity);
      }
      softmax_row(near_.position_weight.data(), count_, width_, scratch.sums.data(), affinity);
    });
  }

  void blend(int64_t image, int64_t y, PaddedPlanes &from, PaddedPlanes &to,
             Scratch &scratch) const {
    const int64_t last = first_plane_[image] + batch_[image].channels;
    for (int64_t plane = first_plane_[image]; plane < last; plane += kBlendChannels) {
      const int64_t channels = std::min(kBlendChannels, last - plane);
      find_neighbours(from, plane, y, scratch);
      blend_rows(affinity_row(image, y), scratch.neighbours.data(), count_, width_,
                 from.plane_stride(), channels, to.row(plane, y));
      for (int64_t c = 0; c < channels; ++c) to.pad_row(plane + c, y);
    }
  }

  const std::vector<ParImage> &batch_;
  const int64_t height_, width_;
  const Neighbourhood near_;
  const int64_t count_, rows_;         // neighbours of a pixel; rows of all images
  std::vector<int64_t> first_plane_;   // [B]
  int64_t planes_ = 0;                 // channels of all images
  std::unique_ptr<float[]> affinity_;  // [B, H, n, W]: a row's weights are contiguous
};

}  // namespace

void par_refine(const std::vector<ParImage> &batch, int64_t height, int64_t width,
                const ParOptions &options) {
  if (height < 1 || width < 1 || options.dilations.empty() || options.iterations < 0) {
    throw std::invalid_argument(
        "PAR: height and width must be >= 1, dilations given and iterations >= 0, got " +
        std::to_string(height) + " x " + std::to_string(width) + ", " +
        std::to_string(options.dilations.size()) + " dilations, " +
        std::to_string(options.iterations) + " iterations");
  }
  const auto refine = [&](const std::vector<ParImage> &images) {
    Refinement(images, height, width, options.dilations).run(options.iterations);
  };
  // With at least one image per thread, each thread refines whole images: no iteration waits for
  // other threads, and a small image's affinity stays in its core's cache. Otherwise all threads
  // share the rows of all images.
  if (int64_t(batch.size()) >= parallel_threads()) {
    parallel_for(0, int64_t(batch.size()), 1, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) refine({batch[i]});
    });
  } else {
    refine(batch);
  }
}

void par_refine(const float *images, const float *masks, int64_t batch, int64_t channels,
                int64_t height, int64_t width, const ParOptions &options, float *refined) {
  std::vector<ParImage> items;
  for (int64_t b = 0; b < batch; ++b) {
    const int64_t first = b * channels * height * width;
    items.push_back(
        {images + b * kColours * height * width, masks + first, refined + first, channels});
  }
  par_refine(items, height, width, options);
}

}  // namespace toco
