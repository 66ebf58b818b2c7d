// The weights of Pillow's resize: which levels along one direction make an output level, and how
// much each counts.
#pragma once

#include <cstdint>
#include <vector>

#include "resample.h"

namespace toco {

constexpr int kWeightBits = 22;  // weights are fixed point with this many binary places

// Of consecutive output positions.
struct Taps {
  std::vector<int64_t> starts;   // first level taken
  std::vector<int32_t> counts;   // levels taken, at least 1
  std::vector<int32_t> weights;  // `room` for each position, of which the first `count` are set
  int64_t room = 0;
  int64_t first = 0, last = 0;  // all levels taken lie in [first, last)
  std::vector<double> exact;    // scratch
};

// For the positions [begin, end) of `scaled`, which `levels` are resized to. Reuses the memory of
// `taps`.
void find_taps(int64_t levels, int64_t scaled, int64_t begin, int64_t end, ResampleFilter filter,
               Taps& taps);

}  // namespace toco
