// What standin_counts reports. Written by all files of the stand-in.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "standin.h"

namespace standin {

inline std::array<std::atomic<int64_t>, STANDIN_COUNTS> counts;

inline void count(int what, int64_t by = 1) { counts[what].fetch_add(by); }

void count_operator(const std::string &name);

// A fault in the order of asynchronous copies; the text says which memory and who was early.
void report_hazard(const std::string &text);

}  // namespace standin
