// Every operator without a kernel here: run by the CPU's, on the twins of its tensors.
#include "fallback.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/resize.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "counts.h"
#include "generator.h"
#include "memory.h"
#include "twins.h"

namespace standin {
namespace {

// Indices may be on the CPU: LibTorch copies them. So may what an operator of several lists steps.
const std::set<std::string> mixed = {"aten::index.Tensor",         "aten::index.Tensor_out",
                                     "aten::index_put_",           "aten::_index_put_impl_",
                                     "aten::_unsafe_index.Tensor", "aten::_unsafe_index_put"};

// An argument that is written to, and what the CPU's kernel gets in its place.
struct Written {
  at::Tensor tensor;
  at::Tensor twin;
};

struct Call {
  const c10::OperatorHandle &op;
  std::string name;
  bool is_view;
  std::optional<c10::Device> device;
  std::vector<at::Tensor> tensors;  // of the device, among the arguments
  std::vector<Written> written;
};

bool returns_view(const c10::FunctionSchema &schema) {
  return std::any_of(schema.returns().begin(), schema.returns().end(), [](const auto &value) {
    return value.alias_info() && !value.alias_info()->isWrite();
  });
}

void find_device(Call &call, const at::Tensor &tensor) {
  if (!is_on_device(tensor)) return;
  TORCH_CHECK(!call.device || *call.device == tensor.device(),
              "Expected all tensors to be on the same device, but found at least two devices, ",
              *call.device, " and ", tensor.device(), "! (in ", call.name, ")");
  call.device = tensor.device();
  call.tensors.push_back(tensor);
}

void find_device(Call &call, const c10::IValue &value) {
  if (value.isTensor()) {
    find_device(call, value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor &tensor : value.toTensorList()) find_device(call, tensor);
  } else if (value.isOptionalTensorList()) {
    for (const std::optional<at::Tensor> &tensor : value.toOptionalTensorList()) {
      if (tensor) find_device(call, *tensor);
    }
  } else if (value.isDevice() && value.toDevice().type() == c10::kPrivateUse1 && !call.device) {
    auto device = value.toDevice();
    call.device =
        device.has_index() ? device : c10::impl::VirtualGuardImpl(device.type()).getDevice();
  }
}

// What the CPU's kernel gets for a tensor.
at::Tensor argument(Call &call, const at::Tensor &tensor, bool is_written) {
  if (!tensor.defined()) return tensor;
  if (!is_on_device(tensor)) {
    TORCH_CHECK(tensor.dim() == 0 || mixed.count(call.name) || call.tensors.empty(),
                "Expected all tensors to be on the same device, but found at least two devices, ",
                *call.device, " and ", tensor.device(), "! (in ", call.name, ")");
    return tensor;
  }
  if (!call.is_view) settle(tensor, call.name);
  // A kernel resizes an output without elements; the twin of foreign memory cannot be resized.
  auto twin = is_written && tensor.numel() == 0
                  ? at::empty(tensor.sizes(), at::TensorOptions().dtype(tensor.dtype()))
                  : twin_of(tensor);
  if (is_written) call.written.push_back({tensor, twin});
  return twin;
}

c10::IValue argument(Call &call, const c10::IValue &value, const c10::Argument &declared) {
  bool is_written = declared.alias_info() && declared.alias_info()->isWrite();
  if (value.isTensor()) return argument(call, value.toTensor(), is_written);
  if (value.isTensorList()) {
    c10::List<at::Tensor> twins;
    for (const at::Tensor &tensor : value.toTensorList()) {
      twins.push_back(argument(call, tensor, is_written));
    }
    return twins;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<at::Tensor>> twins;
    for (const std::optional<at::Tensor> &tensor : value.toOptionalTensorList()) {
      twins.push_back(tensor ? std::optional(argument(call, *tensor, false)) : std::nullopt);
    }
    return twins;
  }
  if (value.isDevice()) return c10::Device(c10::kCPU);
  if (value.isGenerator()) return inner_generator(value.toGenerator());
  if (value.isNone() && *declared.type() == *c10::OptionalType::create(c10::GeneratorType::get())) {
    return inner_generator(default_generator(call.device->index()));
  }
  return value;
}

// The device's tensor for one that the CPU's kernel returned.
at::Tensor result(Call &call, const at::Tensor &cpu) {
  if (!cpu.defined()) return cpu;
  for (const auto &written : call.written) {
    if (written.twin.unsafeGetTensorImpl() == cpu.unsafeGetTensorImpl()) return written.tensor;
  }
  for (const auto &base : call.tensors) {
    const auto *begin = static_cast<const char *>(twin(base.storage().data()));
    const auto *data = static_cast<const char *>(cpu.const_data_ptr());
    if (data && data >= begin && data < begin + base.storage().nbytes()) {
      return view_of(base, cpu);
    }
  }
  return to_device(cpu, *call.device);
}

c10::IValue result(Call &call, const c10::IValue &value) {
  if (value.isTensor()) return result(call, value.toTensor());
  if (value.isTensorList()) {
    c10::List<at::Tensor> tensors;
    for (const at::Tensor &tensor : value.toTensorList()) tensors.push_back(result(call, tensor));
    return tensors;
  }
  return value;
}

// An output that had no elements now has those of its twin.
void fill_resized(const Written &written) {
  if (written.tensor.sizes() == written.twin.sizes()) return;
  written.tensor.resize_(written.twin.sizes());
  twin_of(written.tensor).copy_(written.twin);
}

bool waits_for_host(const c10::OperatorHandle &op) {
  return op.hasTag(at::Tag::data_dependent_output) || op.hasTag(at::Tag::dynamic_output_shape);
}

}  // namespace

void fallback(const c10::OperatorHandle &op, torch::jit::Stack *stack) {
  const auto &schema = op.schema();
  auto name = c10::toString(op.operator_name());
  Call call{op, name, returns_view(schema), {}, {}, {}};
  auto count_arguments = schema.arguments().size();
  auto first = stack->size() - count_arguments;
  for (auto i = first; i < stack->size(); i++) find_device(call, stack->at(i));
  TORCH_CHECK(call.device, "standin: ", name, " without a tensor or device of standin");
  c10::DeviceGuard guard(*call.device);

  count(STANDIN_OPERATORS);
  if (!call.is_view) count_operator(name);
  if (waits_for_host(op)) {
    count(STANDIN_READ_BACKS);
    count(STANDIN_WAITS);
  }
  for (size_t i = 0; i < count_arguments; i++) {
    stack->at(first + i) = argument(call, stack->at(first + i), schema.arguments()[i]);
  }
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  for (const auto &written : call.written) fill_resized(written);
  for (auto i = stack->size() - schema.returns().size(); i < stack->size(); i++) {
    stack->at(i) = result(call, stack->at(i));
  }
}

}  // namespace standin
