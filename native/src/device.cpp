// Devices by type and index, through c10's device-independent interfaces: CUDA's headers need its
// toolkit, and a device that a loaded library registers (PrivateUse1) has no others.
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Device.h>
#include <c10/core/DeviceType.h>
#include <c10/core/Event.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/version.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "shim.h"

struct tt_event_ {
  c10::Event value;
};

namespace toco {

int32_t device_count(at::DeviceType type) noexcept {
  if (type == at::kCPU) return 1;
  if (!c10::impl::hasDeviceGuardImpl(type)) return 0;
  return c10::impl::VirtualGuardImpl(type).deviceCount();
}

namespace {

// As a device's text starts: "cuda", or the name that a loaded library gave to its device.
const char *name(at::DeviceType type) {
  if (type == at::kCPU) return "cpu";
  if (type == at::kCUDA) return "cuda";
  if (!c10::is_privateuse1_backend_registered()) return "privateuseone";
  static const std::string registered = c10::get_privateuse1_backend();  // given once, for good
  return registered.c_str();
}

// Without these checks, a missing device results in sixty lines about dispatch keys.
void require(at::DeviceType type, int32_t index) {
  auto count = device_count(type);
  if (type == at::kCUDA) {
    TORCH_CHECK(
        count > 0,
        "CUDA was requested, but LibTorch sees no CUDA device; use the CPU, or install a driver "
        "and LibTorch's CUDA set (TOCO_FLAVOR=cuda)");
    TORCH_CHECK(index < count, "cuda:", index, " was requested, but LibTorch sees ", count,
                " CUDA device(s), numbered from 0");
    return;
  }
  TORCH_CHECK_NOT_IMPLEMENTED(
      count > 0 || c10::is_privateuse1_backend_registered(),
      "a device of a library was requested (LibTorch's type privateuseone), but no loaded library "
      "registers one; load that library first, or use the CPU");
  TORCH_CHECK_NOT_IMPLEMENTED(count > 0, "the device ", name(type),
                              " was requested, but the library that registers it sees none; use "
                              "the CPU");
  TORCH_CHECK_VALUE(index < count, name(type), ":", index, " was requested, but there are ", count,
                    " such device(s), numbered from 0");
}

}  // namespace

at::Device device(int32_t type, int32_t index) {
  TORCH_CHECK_VALUE(index >= -1 && index <= INT8_MAX,
                    "device index must be -1 (the current one) or 0 to 127, got ", index);
  auto kind = device_type(type);
  if (kind != at::kCPU) require(kind, index);
  return at::Device(kind, static_cast<at::DeviceIndex>(index));
}

at::Device accelerator(int32_t type, int32_t index) {
  auto chosen = device(type, index);
  TORCH_CHECK_VALUE(!chosen.is_cpu(),
                    "expected an accelerator, which alone has a caching allocator, streams and "
                    "events, got the CPU");
  return chosen.has_index() ? chosen : c10::impl::VirtualGuardImpl(chosen.type()).getDevice();
}

namespace {

void parse(const char *text, int32_t *type, int32_t *index) {
  c10::Device parsed(at::kCPU);
  bool known = true;
  try {
    parsed = c10::Device(std::string(text));
  } catch (const c10::Error &) {
    known = false;
  }
  known = known && (parsed.is_cpu() || parsed.is_cuda() || parsed.is_privateuseone());
  if (known && parsed.has_index()) {  // it reads an index beyond 127 as another one
    known = std::string_view(text).ends_with(":" + std::to_string(parsed.index()));
  }
  std::string library = c10::is_privateuse1_backend_registered()
                            ? std::string(name(at::kPrivateUse1)) + "[:N]"
                            : "the name of a device that a loaded library registers (none does)";
  TORCH_CHECK_VALUE(known, "device must be cpu, cuda[:N] or ", library, ", got '", text, "'");
  *type = static_cast<int32_t>(parsed.type());
  *index = parsed.index();
}

// The only condition on LibTorch's version: 2.9 is the first with an interface to the allocator of
// any device.
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 9
[[noreturn]] void no_allocator(int32_t type, int32_t index) {
  accelerator(type, index);  // the errors of other versions come first
  TORCH_CHECK_NOT_IMPLEMENTED(
      false, "device memory statistics and control need LibTorch 2.9 or newer, not ",
      TORCH_VERSION);
}
void memory(int32_t type, int32_t index, int64_t *) { no_allocator(type, index); }
void reset_peak(int32_t type, int32_t index) { no_allocator(type, index); }
void empty_cache(int32_t type) { no_allocator(type, -1); }
#else
c10::DeviceAllocator *allocator(c10::Device device) {
  auto found = dynamic_cast<c10::DeviceAllocator *>(c10::GetAllocator(device.type()));
  TORCH_CHECK_NOT_IMPLEMENTED(found, "the library of the device ", name(device.type()),
                              " keeps no memory statistics: its allocator is not a "
                              "c10::DeviceAllocator");
  return found;
}

void memory(int32_t type, int32_t index, int64_t *out) {
  auto chosen = accelerator(type, index);
  auto source = allocator(chosen);
  if (!source->initialized()) {  // nothing has been allocated yet
    std::fill(out, out + 4, 0);
    return;
  }
  constexpr auto all_pools = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  auto stats = source->getDeviceStats(chosen.index());
  out[0] = stats.allocated_bytes[all_pools].current;
  out[1] = stats.allocated_bytes[all_pools].peak;
  out[2] = stats.reserved_bytes[all_pools].current;
  out[3] = stats.reserved_bytes[all_pools].peak;
}

void reset_peak(int32_t type, int32_t index) {
  auto chosen = accelerator(type, index);
  auto source = allocator(chosen);
  if (source->initialized()) source->resetPeakStats(chosen.index());
}

void empty_cache(int32_t type) {
  auto source = allocator(accelerator(type, -1));
  if (source->initialized()) source->emptyCache();
}
#endif

c10::Stream stream(int32_t type, int32_t index, int64_t id) {
  return c10::Stream(c10::Stream::UNSAFE, accelerator(type, index), id);
}

int64_t new_stream(int32_t type, int32_t index, bool high_priority) {
  auto chosen = accelerator(type, index);
  c10::impl::VirtualGuardImpl guard(chosen.type());
  return guard.getStreamFromGlobalPool(chosen, high_priority).id();
}

int64_t current_stream(int32_t type, int32_t index) {
  auto chosen = accelerator(type, index);
  return c10::impl::VirtualGuardImpl(chosen.type()).getStream(chosen).id();
}

void use_stream(int32_t type, int32_t index, int64_t id) {
  auto chosen = stream(type, index, id);
  c10::impl::VirtualGuardImpl(chosen.device_type()).exchangeStream(chosen);
}

tt_event new_event(int32_t type, bool timing) {
  auto chosen = accelerator(type, -1);
  return new tt_event_{c10::Event(
      chosen.type(), timing ? c10::EventFlag::BACKEND_DEFAULT : c10::EventFlag::PYTORCH_DEFAULT)};
}

void synchronize(int32_t type, int32_t index) {
  if (device(type, index).is_cpu()) return;
  auto chosen = accelerator(type, index);
  c10::impl::VirtualGuardImpl(chosen.type()).synchronizeDevice(chosen.index());
}

}  // namespace
}  // namespace toco

TT_DO(tt_device_count, (int32_t type, int32_t *out),
      *out = toco::device_count(toco::device_type(type)))
TT_DO(tt_device_parse, (const char *text, int32_t *type, int32_t *index),
      toco::parse(text, type, index))
TT_DO(tt_device_name, (int32_t type, const char **out), *out = toco::name(toco::device_type(type)))
TT_DO(tt_device_memory, (int32_t type, int32_t index, int64_t *out4),
      toco::memory(type, index, out4))
TT_DO(tt_device_reset_peak, (int32_t type, int32_t index), toco::reset_peak(type, index))
TT_DO(tt_device_empty_cache, (int32_t type), toco::empty_cache(type))
TT_DO(tt_synchronize, (int32_t type, int32_t index), toco::synchronize(type, index))
TT_DO(tt_stream_new, (int32_t type, int32_t index, int32_t high_priority, int64_t *stream),
      *stream = toco::new_stream(type, index, high_priority != 0))
TT_DO(tt_stream_current, (int32_t type, int32_t index, int64_t *stream),
      *stream = toco::current_stream(type, index))
TT_DO(tt_stream_use, (int32_t type, int32_t index, int64_t stream),
      toco::use_stream(type, index, stream))
TT_DO(tt_stream_synchronize, (int32_t type, int32_t index, int64_t stream),
      toco::stream(type, index, stream).synchronize())
TT_DO(tt_event_new, (int32_t type, int32_t timing, tt_event *out),
      *out = toco::new_event(type, timing != 0))
void tt_event_free(tt_event self) { delete self; }
TT_DO(tt_event_record, (tt_event self, int32_t type, int32_t index, int64_t stream),
      self->value.record(toco::stream(type, index, stream)))
TT_DO(tt_event_block, (tt_event self, int32_t type, int32_t index, int64_t stream),
      self->value.block(toco::stream(type, index, stream)))
TT_DO(tt_event_synchronize, (tt_event self), self->value.synchronize())
TT_DO(tt_event_elapsed_ms, (tt_event self, tt_event later, double *out),
      *out = self->value.elapsedTime(later->value))
