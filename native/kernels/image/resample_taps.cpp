// Weights are rounded to fixed point as Pillow rounds them, from the same doubles: compiled with
// -ffp-contract=off.
#include "resample_taps.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace toco {
namespace {

double weight(ResampleFilter filter, double x) {
  x = std::abs(x);
  if (filter == ResampleFilter::kBilinear) return x < 1.0 ? 1.0 - x : 0.0;
  constexpr double a = -0.5;  // Keys' cubic convolution
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

int32_t fixed_point(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return int32_t(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

}  // namespace

void find_taps(int64_t levels, int64_t scaled, int64_t begin, int64_t end, ResampleFilter filter,
               Taps &taps) {
  const double scale = double(levels) / double(scaled);
  const double stretch = std::max(scale, 1.0);
  const double reach = (filter == ResampleFilter::kBilinear ? 1.0 : 2.0) * stretch;
  taps.room = int64_t(std::ceil(reach)) * 2 + 1;
  taps.starts.resize(size_t(end - begin));
  taps.counts.resize(size_t(end - begin));
  taps.weights.resize(size_t((end - begin) * taps.room));
  taps.exact.resize(size_t(taps.room));
  taps.first = levels;
  taps.last = 0;
  double *exact = taps.exact.data();
  for (int64_t i = 0; i < end - begin; ++i) {
    const double centre = (double(begin + i) + 0.5) * scale;
    int64_t start = std::max<int64_t>(int64_t(centre - reach + 0.5), 0);
    int64_t count = std::min(int64_t(centre + reach + 0.5), levels) - start;
    double sum = 0.0;
    for (int64_t k = 0; k < count; ++k) {
      exact[k] = weight(filter, (double(start + k) - centre + 0.5) * (1.0 / stretch));
      sum += exact[k];
    }
    int32_t *weights = taps.weights.data() + i * taps.room;
    for (int64_t k = 0; k < count; ++k) weights[k] = fixed_point(exact[k] / sum);
    while (count > 1 && weights[count - 1] == 0) --count;
    int64_t skipped = 0;
    while (skipped < count - 1 && weights[skipped] == 0) ++skipped;
    std::copy(weights + skipped, weights + count, weights);
    start += skipped;
    count -= skipped;
    taps.starts[size_t(i)] = start;
    taps.counts[size_t(i)] = int32_t(count);
    taps.first = std::min(taps.first, start);
    taps.last = std::max(taps.last, start + count);
  }
}

}  // namespace toco
