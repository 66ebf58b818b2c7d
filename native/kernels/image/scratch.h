// Memory that a thread keeps for its next call, so that calls in a loop allocate once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace toco {

// At least `count` entries of unspecified content. Declare the buffer thread_local.
template <class T>
T *room(std::vector<T> &buffer, int64_t count) {
  if (int64_t(buffer.size()) < count) {
    buffer.clear();  // nothing worth copying
    buffer.resize(size_t(count));
  }
  return buffer.data();
}

}  // namespace toco
