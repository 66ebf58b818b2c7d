// The weights of Pillow's resize along one direction: the input levels of each output level, and
// their weights.
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
  int64_t first = 0, last = 0;  // all levels taken are in [first, last)
  std::vector<double> exact;    // scratch
};

// For the positions [begin, end) of `scaled`, which `levels` are resized to. Reuses `taps`' memory.
void find_taps(int64_t levels, int64_t scaled, int64_t begin, int64_t end, ResampleFilter filter,
               Taps &taps);

}  // namespace toco
