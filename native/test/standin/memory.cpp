#include "memory.h"

#include <c10/util/Exception.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "counts.h"
#include "streams.h"

namespace standin {
namespace {

constexpr size_t kCapacity = size_t{1} << 36;  // of addresses; memory is taken when it is used
constexpr size_t kGrain = 512;                 // CUDA's allocator rounds to it, too
constexpr int kUninitialized = 0xFF;           // as floats, NaN

struct Block {
  char *begin;
  size_t bytes;
  StreamKey stream;  // that it was allocated on, whose later work may reuse it
  std::vector<std::pair<StreamKey, int64_t>> used_by;  // other streams, up to a place
};

struct Device {
  char *addresses = nullptr;
  char *twins = nullptr;
  size_t used = 0;
  std::multimap<size_t, Block *> free;
  std::map<const char *, Block *> live;
  int64_t allocated = 0, peak = 0;

  Device() {
    int file = memfd_create("standin", MFD_CLOEXEC);
    TORCH_CHECK(file >= 0 && ftruncate(file, kCapacity) == 0, "standin: no memory file");
    addresses = map(file, PROT_NONE);
    twins = map(file, PROT_READ | PROT_WRITE);
    close(file);
  }

  static char *map(int file, int access) {
    auto *mapped = mmap(nullptr, kCapacity, access, MAP_SHARED | MAP_NORESERVE, file, 0);
    TORCH_CHECK(mapped != MAP_FAILED, "standin: cannot map its memory");
    return static_cast<char *>(mapped);
  }

  bool owns(const void *address) const {
    return address >= addresses && address < addresses + kCapacity;
  }
};

struct Memory {
  std::mutex mutex;
  std::array<Device, kDevices> devices;
  void *newest = nullptr;
};

Memory &memory() {
  static auto *all = new Memory;  // never freed: tensors may outlive static objects
  return *all;
}

bool is_free_of(const Block &block) {
  return std::all_of(block.used_by.begin(), block.used_by.end(),
                     [](const auto &use) { return is_done(use.first, use.second); });
}

// A block that is as large, was used on the same stream, and that no other stream still uses.
Block *reusable(Device &device, size_t bytes, StreamKey stream) {
  auto [first, last] = device.free.equal_range(bytes);
  for (auto candidate = first; candidate != last; ++candidate) {
    auto *block = candidate->second;
    if (block->stream == stream && is_free_of(*block)) {
      device.free.erase(candidate);
      block->used_by.clear();
      return block;
    }
  }
  return nullptr;
}

Block *take(int index, size_t requested) {
  auto bytes = (requested + kGrain - 1) / kGrain * kGrain;
  auto stream = current_stream(index);
  auto &device = memory().devices[index];
  std::lock_guard<std::mutex> lock(memory().mutex);
  auto *block = reusable(device, bytes, stream);
  if (!block) {
    TORCH_CHECK_WITH(OutOfMemoryError, device.used + bytes <= kCapacity,
                     "standin out of memory: ", requested, " bytes");
    block = new Block{device.addresses + device.used, bytes, stream, {}};
    device.used += bytes;
  }
  device.live[block->begin] = block;
  memory().newest = block->begin;
  device.allocated += static_cast<int64_t>(bytes);
  device.peak = std::max(device.peak, device.allocated);
  count(STANDIN_ALLOCATIONS);
  count(STANDIN_LIVE_BYTES, static_cast<int64_t>(bytes));
  auto live = counts[STANDIN_LIVE_BYTES].load();
  if (live > counts[STANDIN_PEAK_BYTES]) counts[STANDIN_PEAK_BYTES] = live;
  return block;
}

void release(void *context) {
  auto *block = static_cast<Block *>(context);
  auto &device = memory().devices[block->stream.device];
  std::lock_guard<std::mutex> lock(memory().mutex);
  device.live.erase(block->begin);
  device.free.emplace(block->bytes, block);
  device.allocated -= static_cast<int64_t>(block->bytes);
  count(STANDIN_LIVE_BYTES, -static_cast<int64_t>(block->bytes));
}

struct DeviceMemory final : c10::DeviceAllocator {
  c10::DataPtr allocate(size_t bytes) override {
    int index = current_device();
    c10::Device device(c10::kPrivateUse1, static_cast<c10::DeviceIndex>(index));
    if (bytes == 0) return {nullptr, device};
    auto *block = take(index, bytes);
    auto late = pending_use(block->begin, block->bytes, block->stream, true);
    if (!late.empty()) {
      report_hazard("memory was freed and allocated again while a copy of " + late +
                    " still uses it: recordStream is missing");
    }
    std::memset(twin(block->begin), kUninitialized, block->bytes);
    return {block->begin, block, &release, device};
  }

  c10::DeleterFnPtr raw_deleter() const override { return nullptr; }
  void copy_data(void *to, const void *from, size_t bytes) const override {
    std::memcpy(twin(to), twin(from), bytes);
  }
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t) override {}

  void recordStream(const c10::DataPtr &data, c10::Stream stream) override {
    if (!data.get()) return;
    StreamKey user{stream.device_index(), stream.id()};
    auto *block = static_cast<Block *>(data.get_context());
    auto place = submitted(user);
    std::lock_guard<std::mutex> lock(memory().mutex);
    block->used_by.emplace_back(user, place);
  }

  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex index) override {
    std::lock_guard<std::mutex> lock(memory().mutex);
    auto &device = memory().devices[index];
    c10::CachingDeviceAllocator::DeviceStats stats;
    constexpr auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    stats.allocated_bytes[all].current = device.allocated;
    stats.allocated_bytes[all].peak = device.peak;
    stats.reserved_bytes[all].current = static_cast<int64_t>(device.used);
    stats.reserved_bytes[all].peak = static_cast<int64_t>(device.used);
    return stats;
  }
  void resetAccumulatedStats(c10::DeviceIndex) override {}
  void resetPeakStats(c10::DeviceIndex index) override {
    std::lock_guard<std::mutex> lock(memory().mutex);
    memory().devices[index].peak = memory().devices[index].allocated;
  }
};

// ---- the place of a fault

struct sigaction previous;

// Only what a signal handler may do, except for the look-up, after which the process ends anyway.
void say_where(const char *address) {
  for (int index = 0; index < kDevices; index++) {
    auto &device = memory().devices[index];
    if (!device.owns(address)) continue;
    auto after = device.live.upper_bound(address);
    std::string text = "standin: host code touched memory of standin:" + std::to_string(index);
    if (after != device.live.begin()) {
      auto *block = std::prev(after)->second;
      if (address < block->begin + block->bytes) {
        text += ", byte " + std::to_string(address - block->begin) + " of " +
                std::to_string(block->bytes);
      }
    }
    text += "; the call:\n";
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
    std::array<void *, 24> frames;
    backtrace_symbols_fd(frames.data(), backtrace(frames.data(), frames.size()), STDERR_FILENO);
  }
}

void on_fault(int signal, siginfo_t *info, void *context) {
  say_where(static_cast<const char *>(info->si_addr));
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal, info, context);  // the JVM's, which uses this signal itself
  } else {
    sigaction(signal, &previous, nullptr);  // the access is repeated, and ends the process
  }
}

[[maybe_unused]] const bool watching = [] {
  std::array<void *, 1> frame;
  backtrace(frame.data(), 1);  // loads what it needs outside of the handler
  memory();
  sigaction(SIGSEGV, nullptr, &previous);
  struct sigaction action{};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  action.sa_mask = previous.sa_mask;
  return sigaction(SIGSEGV, &action, nullptr) == 0;
}();

}  // namespace

int device_of(const void *address) {
  for (int index = 0; index < kDevices; index++) {
    if (memory().devices[index].owns(address)) return index;
  }
  return -1;
}

void *twin(const void *address) {
  int index = device_of(address);
  if (index < 0) return const_cast<void *>(address);
  auto &device = memory().devices[index];
  return device.twins + (static_cast<const char *>(address) - device.addresses);
}

void grow(c10::StorageImpl *storage, size_t bytes) {
  auto larger = device_allocator()->allocate(bytes);
  if (storage->nbytes() > 0) {
    std::memcpy(twin(larger.get()), twin(storage->data()), std::min(bytes, storage->nbytes()));
  }
  storage->set_data_ptr_noswap(std::move(larger));
  storage->set_nbytes(bytes);
}

c10::DeviceAllocator *device_allocator() {
  static auto *allocator = new DeviceMemory;
  return allocator;
}

}  // namespace standin

void *standin_newest(void) { return standin::memory().newest; }
