// GPUs, through c10's device-independent interfaces, because CUDA's headers need its toolkit.
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Event.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "shim.h"

struct tt_event_ {
  c10::Event value;
};

namespace toco {
namespace {

constexpr auto cuda = static_cast<int32_t>(at::kCUDA);

c10::impl::VirtualGuardImpl guard_of(int32_t device_index, c10::Device *chosen) {
  *chosen = toco::device(cuda, device_index);
  c10::impl::VirtualGuardImpl guard(at::kCUDA);
  if (!chosen->has_index()) *chosen = guard.getDevice();
  return guard;
}

// The only condition on LibTorch's version: 2.9 is the first whose interface to a GPU's allocator
// needs no CUDA headers.
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 9
[[noreturn]] void no_allocator(int32_t device_index) {
  toco::device(cuda, device_index);  // the errors of other versions come first
  TORCH_CHECK_NOT_IMPLEMENTED(
      false, "GPU memory statistics and control need LibTorch 2.9 or newer, not ", TORCH_VERSION);
}
void memory(int32_t device_index, int64_t *) { no_allocator(device_index); }
void reset_peak(int32_t device_index) { no_allocator(device_index); }
void empty_cache() { no_allocator(-1); }
#else
c10::DeviceAllocator *allocator() {
  toco::device(cuda, -1);  // checks for a GPU, or the error would be about a missing allocator
  return c10::getDeviceAllocator(at::kCUDA);
}

void memory(int32_t device_index, int64_t *out) {
  c10::Device chosen(at::kCPU);
  guard_of(device_index, &chosen);
  if (!allocator()->initialized()) {  // nothing has been allocated yet
    std::fill(out, out + 4, 0);
    return;
  }
  constexpr auto all_pools = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  auto stats = allocator()->getDeviceStats(chosen.index());
  out[0] = stats.allocated_bytes[all_pools].current;
  out[1] = stats.allocated_bytes[all_pools].peak;
  out[2] = stats.reserved_bytes[all_pools].current;
  out[3] = stats.reserved_bytes[all_pools].peak;
}

void reset_peak(int32_t device_index) {
  c10::Device chosen(at::kCPU);
  guard_of(device_index, &chosen);
  if (allocator()->initialized()) allocator()->resetPeakStats(chosen.index());
}

void empty_cache() {
  if (allocator()->initialized()) allocator()->emptyCache();
}
#endif

c10::Stream stream(int32_t device_index, int64_t id) {
  c10::Device chosen(at::kCPU);
  guard_of(device_index, &chosen);
  return c10::Stream(c10::Stream::UNSAFE, chosen, id);
}

int64_t new_stream(int32_t device_index, bool high_priority) {
  c10::Device chosen(at::kCPU);
  return guard_of(device_index, &chosen).getStreamFromGlobalPool(chosen, high_priority).id();
}

int64_t current_stream(int32_t device_index) {
  c10::Device chosen(at::kCPU);
  auto guard = guard_of(device_index, &chosen);
  return guard.getStream(chosen).id();
}

void use_stream(int32_t device_index, int64_t id) {
  c10::Device chosen(at::kCPU);
  guard_of(device_index, &chosen).exchangeStream(stream(device_index, id));
}

tt_event new_event(bool timing) {
  toco::device(cuda, -1);
  return new tt_event_{c10::Event(
      at::kCUDA, timing ? c10::EventFlag::BACKEND_DEFAULT : c10::EventFlag::PYTORCH_DEFAULT)};
}

}  // namespace
}  // namespace toco

TT_DO(tt_cuda_device_count, (int32_t *out),
      *out = static_cast<int32_t>(torch::cuda::is_available() ? torch::cuda::device_count() : 0))
TT_DO(tt_cuda_memory, (int32_t device_index, int64_t *out4), toco::memory(device_index, out4))
TT_DO(tt_cuda_reset_peak, (int32_t device_index), toco::reset_peak(device_index))
int32_t tt_cuda_empty_cache(void) {
  return toco::guard([] { toco::empty_cache(); });
}
TT_DO(tt_stream_new, (int32_t device_index, int32_t high_priority, int64_t *stream),
      *stream = toco::new_stream(device_index, high_priority != 0))
TT_DO(tt_stream_current, (int32_t device_index, int64_t *stream),
      *stream = toco::current_stream(device_index))
TT_DO(tt_stream_use, (int32_t device_index, int64_t stream), toco::use_stream(device_index, stream))
TT_DO(tt_stream_synchronize, (int32_t device_index, int64_t stream),
      toco::stream(device_index, stream).synchronize())
TT_DO(tt_event_new, (int32_t timing, tt_event *out), *out = toco::new_event(timing != 0))
void tt_event_free(tt_event self) { delete self; }
TT_DO(tt_event_record, (tt_event self, int32_t device_index, int64_t stream),
      self->value.record(toco::stream(device_index, stream)))
TT_DO(tt_event_block, (tt_event self, int32_t device_index, int64_t stream),
      self->value.block(toco::stream(device_index, stream)))
TT_DO(tt_event_synchronize, (tt_event self), self->value.synchronize())
TT_DO(tt_event_elapsed_ms, (tt_event self, tt_event later, double *out),
      *out = self->value.elapsedTime(later->value))
