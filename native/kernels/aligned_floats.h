// Large arrays of floats, aligned to vectors and cache lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace toco {

struct FreeFloats {
  void operator()(float *floats) const { std::free(floats); }
};

// Uninitialized: every element is written before it is read.
using AlignedFloats = std::unique_ptr<float[], FreeFloats>;

// Throws std::bad_alloc.
inline AlignedFloats allocate_floats(int64_t count) {
  constexpr size_t kLine = 64;
  const size_t bytes = (size_t(count) * sizeof(float) + kLine - 1) / kLine * kLine;
  void *memory = std::aligned_alloc(kLine, bytes == 0 ? kLine : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return AlignedFloats(static_cast<float *>(memory));
}

}  // namespace toco
