// Page-locked memory: ordinary memory of which the copies know that it is page-locked.
#include <c10/util/Exception.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "memory.h"
#include "streams.h"

namespace standin {
namespace {

constexpr size_t kAlignment = 64;

struct Pinned {
  std::mutex mutex;
  std::map<const char *, size_t> blocks;  // those in use, and those freed that a copy still uses
  std::map<const char *, size_t> freed;
};

Pinned &pinned() {
  static auto *all = new Pinned;  // never freed: tensors may outlive static objects
  return *all;
}

// Gives memory back whose copies are done by now.
void sweep() {
  for (auto block = pinned().freed.begin(); block != pinned().freed.end();) {
    if (is_pending(block->first, block->second)) {
      ++block;
      continue;
    }
    pinned().blocks.erase(block->first);
    std::free(const_cast<char *>(block->first));
    block = pinned().freed.erase(block);
  }
}

void release(void *begin) {
  if (!begin) return;
  std::lock_guard<std::mutex> lock(pinned().mutex);
  auto block = pinned().blocks.find(static_cast<char *>(begin));
  pinned().freed.insert(*block);
  sweep();
}

struct PinnedMemory final : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes == 0) return {nullptr, c10::Device(c10::kCPU)};
    std::lock_guard<std::mutex> lock(pinned().mutex);
    sweep();
    void *begin = nullptr;
    TORCH_CHECK_WITH(OutOfMemoryError, posix_memalign(&begin, kAlignment, bytes) == 0,
                     "standin: no page-locked memory of ", bytes, " bytes");
    pinned().blocks[static_cast<char *>(begin)] = bytes;
    return {begin, begin, &release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void *to, const void *from, size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }
};

}  // namespace

c10::Allocator *pinned_allocator() {
  static auto *allocator = new PinnedMemory;
  return allocator;
}

bool is_pinned(const void *address) {
  auto *byte = static_cast<const char *>(address);
  std::lock_guard<std::mutex> lock(pinned().mutex);
  auto after = pinned().blocks.upper_bound(byte);
  if (after == pinned().blocks.begin()) return false;
  auto block = std::prev(after);
  return byte < block->first + block->second;
}

}  // namespace standin
