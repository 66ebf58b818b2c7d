// The kernels that make, resize and copy tensors, and those that the fallback cannot be: operators
// that LibTorch gives to a device whole, where other devices get their parts. A GPU runs each of
// these as one kernel, and so must they count.
#include <ATen/EmptyTensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/native/transformers/attention.h>
#include <ATen/native/transformers/sdp_utils_cpp.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <c10/core/DeviceGuard.h>
#include <torch/library.h>

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "counts.h"
#include "fallback.h"
#include "memory.h"
#include "streams.h"
#include "twins.h"

namespace standin {
namespace {

using at::Tensor;
using OptionalTensor = std::optional<Tensor>;

const c10::DispatchKeySet keys(c10::DispatchKey::PrivateUse1);

Tensor empty(at::IntArrayRef sizes, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
             std::optional<at::Device> device, std::optional<bool>,
             std::optional<at::MemoryFormat> format) {
  count(STANDIN_OPERATORS);
  c10::OptionalDeviceGuard guard(device);
  return at::detail::empty_generic(sizes, device_allocator(), keys, c10::dtype_or_default(dtype),
                                   format);
}

Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides,
                     std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                     std::optional<at::Device> device, std::optional<bool>) {
  count(STANDIN_OPERATORS);
  c10::OptionalDeviceGuard guard(device);
  return at::detail::empty_strided_generic(sizes, strides, device_allocator(), keys,
                                           c10::dtype_or_default(dtype));
}

// The elements that fit stay, as on every device.
const Tensor &resize(const Tensor &self, at::IntArrayRef sizes,
                     std::optional<at::MemoryFormat> format) {
  count(STANDIN_OPERATORS);
  c10::DeviceGuard guard(self.device());
  auto *impl = self.unsafeGetTensorImpl();
  impl->set_sizes_contiguous(sizes);
  if (format && *format != at::MemoryFormat::Preserve) impl->empty_tensor_restride(*format);
  auto *storage = impl->unsafe_storage().unsafeGetStorageImpl();
  auto bytes = static_cast<size_t>(impl->storage_offset() + self.numel()) * self.itemsize();
  if (bytes > storage->nbytes()) grow(storage, bytes);
  return self;
}

Tensor &set_storage(Tensor &self, at::Storage storage, int64_t offset, at::IntArrayRef sizes,
                    at::IntArrayRef strides) {
  auto *impl = self.unsafeGetTensorImpl();
  impl->set_storage_keep_dtype(std::move(storage));
  impl->set_storage_offset(offset);
  impl->set_sizes_and_strides(sizes, strides);
  return self;
}

// ---- convolution

Tensor convolution(const Tensor &input, const Tensor &weight, const OptionalTensor &bias,
                   at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                   bool transposed, at::IntArrayRef output_padding, int64_t groups) {
  count(STANDIN_OPERATORS);
  count_operator("aten::convolution");
  settle(input, "aten::convolution");
  return to_device(
      at::convolution(twin_of(input), twin_of(weight), bias ? OptionalTensor(twin_of(*bias)) : bias,
                      stride, padding, dilation, transposed, output_padding, groups),
      input.device());
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(
    const Tensor &gradient, const Tensor &input, const Tensor &weight, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
    at::IntArrayRef output_padding, int64_t groups, std::array<bool, 3> wanted) {
  count(STANDIN_OPERATORS);
  count_operator("aten::convolution_backward");
  std::vector<int64_t> biases{gradient.size(1)};
  auto [a, b, c] = at::convolution_backward(twin_of(gradient), twin_of(input), twin_of(weight),
                                            at::OptionalIntArrayRef(biases), stride, padding,
                                            dilation, transposed, output_padding, groups, wanted);
  auto device = input.device();
  return {to_device(a, device), to_device(b, device), to_device(c, device)};
}

// ---- attention: as flash attention on a GPU, but by the CPU's kernel

int64_t attention_kind(const Tensor &query, const Tensor &, const Tensor &,
                       const OptionalTensor &mask, double dropout, bool, std::optional<double>,
                       bool) {
  bool fused = query.dim() == 4 && !(mask && mask->defined()) && dropout == 0;
  return static_cast<int64_t>(fused ? sdp::SDPBackend::overrideable : sdp::SDPBackend::math);
}

std::tuple<Tensor, Tensor, Tensor, Tensor, c10::SymInt, c10::SymInt, Tensor, Tensor, Tensor>
attention(const Tensor &query, const Tensor &key, const Tensor &value, const OptionalTensor &,
          double dropout, bool causal, bool, std::optional<double> scale) {
  count(STANDIN_OPERATORS);
  count_operator("aten::_scaled_dot_product_flash_attention");
  settle(query, "attention");
  auto [output, log_sums] = at::_scaled_dot_product_flash_attention_for_cpu(
      twin_of(query), twin_of(key), twin_of(value), dropout, causal, {}, scale);
  auto device = query.device();
  return {to_device(output, device),
          to_device(log_sums, device),
          {},
          {},
          query.sym_size(2),
          key.sym_size(2),
          {},
          {},
          {}};
}

std::tuple<Tensor, Tensor, Tensor, Tensor> attention_backward(
    const Tensor &gradient, const Tensor &query, const Tensor &key, const Tensor &value,
    const Tensor &, std::array<bool, 4>, const Tensor &output, const Tensor &log_sums,
    const Tensor &, const Tensor &, c10::SymInt, c10::SymInt, double dropout, bool causal,
    const Tensor &, const Tensor &, std::optional<double> scale) {
  count(STANDIN_OPERATORS);
  count_operator("aten::_scaled_dot_product_flash_attention_backward");
  auto [q, k, v] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
      twin_of(gradient), twin_of(query), twin_of(key), twin_of(value), twin_of(output),
      twin_of(log_sums), dropout, causal, {}, scale);
  auto device = query.device();
  return {to_device(q, device), to_device(k, device), to_device(v, device), Tensor()};
}

// ---- operators that a GPU has whole, while LibTorch would take them apart for this device

bool has_own_kernel(const c10::OperatorName &name) {
  const auto &text = name.name;
  for (const char *start :
       {"aten::_foreach_", "aten::_amp_", "aten::native_layer_norm", "aten::native_group_norm",
        "aten::native_dropout", "aten::_fused_adam", "aten::_fused_sgd"}) {
    if (text.rfind(start, 0) == 0) return name.overload_name.find("out") == std::string::npos;
  }
  return false;
}

[[maybe_unused]] const bool registered = [] {
  static auto *library = new torch::Library(torch::Library::IMPL, "aten",
                                            c10::DispatchKey::PrivateUse1, __FILE__, __LINE__);
  for (const auto &name : c10::Dispatcher::singleton().getAllOpNames()) {
    if (!has_own_kernel(name)) continue;
    auto full = name.name + (name.overload_name.empty() ? "" : "." + name.overload_name);
    library->impl(full.c_str(), torch::CppFunction::makeFromBoxedFunction<&fallback>());
  }
  return true;
}();

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&fallback>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", &empty);
  library.impl("empty_strided", &empty_strided);
  library.impl("resize_", &resize);
  library.impl("set_.source_Storage_storage_offset", &set_storage);
  library.impl("convolution_overrideable", &convolution);
  library.impl("convolution_backward_overrideable", &convolution_backward);
  library.impl("_fused_sdp_choice", &attention_kind);
  library.impl("_scaled_dot_product_fused_attention_overrideable", &attention);
  library.impl("_scaled_dot_product_fused_attention_overrideable_backward", &attention_backward);
}

}  // namespace
}  // namespace standin

namespace at::native {
namespace {
int64_t fused_choice(const Tensor &query, const Tensor &key, const Tensor &value,
                     const std::optional<Tensor> &mask, double dropout, bool causal,
                     std::optional<double> scale, bool grouped) {
  return standin::attention_kind(query, key, value, mask, dropout, causal, scale, grouped);
}
}  // namespace
REGISTER_PRIVATEUSE1_DISPATCH(_fused_sdp_choice_stub, &fused_choice)
}  // namespace at::native
