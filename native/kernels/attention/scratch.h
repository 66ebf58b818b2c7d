// Memory that a thread keeps for its next call, so that calls in a loop allocate once; aligned to a
// cache line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace toco::attention {

// Declare it thread_local.
class Scratch {
 public:
  // At least `count` floats of unspecified content; invalidates the previous result if it grows.
  float *room(int64_t count) {
    if (held_ < count) {
      memory_.reset();
      held_ = 0;
      const size_t lines = (size_t(count) * sizeof(float) + kLine - 1) / kLine;
      memory_.reset(static_cast<float *>(std::aligned_alloc(kLine, lines * kLine)));
      if (!memory_) throw std::bad_alloc();
      held_ = count;
    }
    return memory_.get();
  }

 private:
  static constexpr size_t kLine = 64;
  struct Free {
    void operator()(float *memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> memory_;
  int64_t held_ = 0;
};

}  // namespace toco::attention
