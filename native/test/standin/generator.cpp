#include "generator.h"

#include <ATen/CPUGeneratorImpl.h>

#include <array>
#include <utility>

#include "streams.h"

namespace standin {
namespace {

struct Generator final : c10::GeneratorImpl {
  explicit Generator(c10::DeviceIndex index, at::Generator inner)
      : GeneratorImpl({c10::kPrivateUse1, index},
                      c10::DispatchKeySet(c10::DispatchKey::PrivateUse1)),
        inner(std::move(inner)) {}

  void set_current_seed(uint64_t seed) override { inner.set_current_seed(seed); }
  void set_offset(uint64_t offset) override { inner.set_offset(offset); }
  uint64_t get_offset() const override { return inner.get_offset(); }
  uint64_t current_seed() const override { return inner.current_seed(); }
  uint64_t seed() override { return inner.seed(); }
  void set_state(const c10::TensorImpl &state) override {
    inner.unsafeGetGeneratorImpl()->set_state(state);
  }
  c10::intrusive_ptr<c10::TensorImpl> get_state() const override {
    return inner.unsafeGetGeneratorImpl()->get_state();
  }
  Generator *clone_impl() const override { return new Generator(device_.index(), inner.clone()); }

  at::Generator inner;
};

}  // namespace

at::Generator new_generator(int device) {
  return at::make_generator<Generator>(static_cast<c10::DeviceIndex>(device),
                                       at::detail::createCPUGenerator());
}

const at::Generator &default_generator(int device) {
  static auto *all = new std::array<at::Generator, kDevices>{new_generator(0), new_generator(1)};
  return all->at(static_cast<size_t>(device));
}

at::Generator inner_generator(const at::Generator &generator) {
  return static_cast<Generator *>(generator.unsafeGetGeneratorImpl())->inner;
}

}  // namespace standin
