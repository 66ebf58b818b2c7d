// What LibTorch asks of a device: which is current, streams and events, generators, memory.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <array>
#include <memory>
#include <mutex>

#include "counts.h"
#include "generator.h"
#include "memory.h"
#include "streams.h"

namespace standin {
namespace {

constexpr auto kStandIn = c10::kPrivateUse1;

c10::Device device(int index) { return {kStandIn, static_cast<c10::DeviceIndex>(index)}; }
int index_of(c10::Device device) { return device.has_index() ? device.index() : current_device(); }
StreamKey key(const c10::Stream &stream) { return {stream.device_index(), stream.id()}; }
c10::Stream stream(StreamKey key) {
  return c10::Stream(c10::Stream::UNSAFE, device(key.device), key.id);
}

void require(int index) {
  TORCH_CHECK(index >= 0 && index < kDevices, "invalid device standin:", index, ", there are ",
              kDevices);
}

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kStandIn; }

  c10::Device exchangeDevice(c10::Device chosen) const override {
    auto before = getDevice();
    setDevice(chosen);
    return before;
  }
  c10::Device getDevice() const override { return device(current_device()); }
  void setDevice(c10::Device chosen) const override {
    require(index_of(chosen));
    set_current_device(index_of(chosen));
  }
  void uncheckedSetDevice(c10::Device chosen) const noexcept override {
    set_current_device(index_of(chosen));
  }
  c10::DeviceIndex deviceCount() const noexcept override { return kDevices; }

  c10::Stream getStream(c10::Device of) const override {
    require(index_of(of));
    return stream(current_stream(index_of(of)));
  }
  c10::Stream getDefaultStream(c10::Device of) const override { return stream({index_of(of), 0}); }
  c10::Stream getStreamFromGlobalPool(c10::Device of, bool) const override {
    require(index_of(of));
    return stream(pooled_stream(index_of(of)));
  }
  c10::Stream getNewStream(c10::Device of, int) const override {
    return getStreamFromGlobalPool(of, false);
  }
  c10::Stream exchangeStream(c10::Stream chosen) const override {
    auto before = stream(current_stream(chosen.device_index()));
    set_current_stream(key(chosen));
    return before;
  }

  void destroyEvent(void *event, c10::DeviceIndex) const noexcept override {
    delete static_cast<Event *>(event);
  }
  void record(void **event, const c10::Stream &on, c10::DeviceIndex,
              c10::EventFlag) const override {
    if (!*event) *event = new Event;
    standin::record(*static_cast<Event *>(*event), key(on));
  }
  void block(void *event, const c10::Stream &waiting) const override {
    if (!event) return;
    auto *passed = static_cast<Event *>(event);
    submit_wait(key(waiting), passed->stream, passed->place);
  }
  // As on a GPU, it is not done just because somebody asks; but it will be.
  bool queryEvent(void *event) const override {
    if (!event) return true;
    auto *asked = static_cast<Event *>(event);
    bool done = is_done(asked->stream, asked->place);
    if (!done) hasten(asked->stream, asked->place);
    return done;
  }
  void synchronizeEvent(void *event) const override {
    if (!event) return;
    auto *awaited = static_cast<Event *>(event);
    count(STANDIN_WAITS);
    run(awaited->stream, awaited->place);
  }
  double elapsedTime(void *first, void *second, c10::DeviceIndex) const override {
    for (auto *event : {static_cast<Event *>(first), static_cast<Event *>(second)}) {
      TORCH_CHECK(event && is_done(event->stream, event->place), "the event was not reached yet");
    }
    return *static_cast<Event *>(second)->passed_ms - *static_cast<Event *>(first)->passed_ms;
  }

  bool queryStream(const c10::Stream &asked) const override {
    auto place = submitted(key(asked));
    bool done = is_done(key(asked), place);
    if (!done) hasten(key(asked), place);
    return done;
  }
  void synchronizeStream(const c10::Stream &awaited) const override {
    count(STANDIN_WAITS);
    run_all(key(awaited));
  }
  void synchronizeDevice(c10::DeviceIndex index) const override {
    count(STANDIN_WAITS);
    run_device(index);
  }
  void recordDataPtrOnStream(const c10::DataPtr &data, const c10::Stream &user) const override {
    device_allocator()->recordStream(data, user);
  }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  void init() const override {}
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return kDevices; }
  c10::DeviceIndex getCurrentDevice() const override {
    return static_cast<c10::DeviceIndex>(current_device());
  }
  void setCurrentDevice(c10::DeviceIndex index) const override {
    require(index);
    set_current_device(index);
  }
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex index) const override {
    auto before = getCurrentDevice();
    setCurrentDevice(index);
    return before;
  }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex index) const override {
    return index < 0 ? getCurrentDevice() : exchangeDevice(index);
  }
  c10::Device getDeviceFromPtr(void *data) const override {
    int index = device_of(data);
    TORCH_CHECK(index >= 0, "the address is not one of standin's");
    return device(index);
  }
  bool isPinnedPtr(const void *data) const override { return is_pinned(data); }
  c10::Allocator *getPinnedMemoryAllocator() const override { return pinned_allocator(); }

  const at::Generator &getDefaultGenerator(c10::DeviceIndex index) const override {
    return default_generator(index < 0 ? current_device() : index);
  }
  at::Generator getNewGenerator(c10::DeviceIndex index) const override {
    return new_generator(index < 0 ? current_device() : index);
  }

  void resizePrivateUse1Bytes(const c10::Storage &storage, size_t bytes) const override {
    grow(storage.unsafeGetStorageImpl(), bytes);
  }
};

[[maybe_unused]] const bool registered = [] {
  c10::register_privateuse1_backend("standin");
  c10::SetAllocator(kStandIn, device_allocator());
  at::RegisterPrivateUse1HooksInterface(new Hooks);
  return true;
}();

}  // namespace
}  // namespace standin
