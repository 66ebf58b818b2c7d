#include "twins.h"

#include <ATen/EmptyTensor.h>
#include <ATen/TensorUtils.h>
#include <c10/core/DeviceGuard.h>

#include "counts.h"
#include "memory.h"
#include "streams.h"

namespace standin {

bool is_on_device(const at::Tensor &tensor) {
  return tensor.defined() && tensor.device().type() == c10::kPrivateUse1;
}

void settle(const at::Tensor &tensor, const std::string &name) {
  auto stream = current_stream(tensor.device().index());
  run_all(stream);
  const auto &storage = tensor.storage();
  auto late = pending_use(storage.data(), storage.nbytes(), stream, false);
  if (!late.empty()) {
    report_hazard(name + " uses a tensor that a copy of " + late +
                  " has still to write: an event is missing");
  }
}

at::Tensor twin_of(const at::Tensor &tensor) {
  if (!is_on_device(tensor)) return tensor;
  // Over the whole storage, or a view of the twin could not reach beyond the tensor.
  const auto &storage = tensor.storage();
  c10::Storage whole(c10::Storage::use_byte_size_t(), storage.nbytes(),
                     c10::DataPtr(twin(storage.data()), c10::kCPU), nullptr, false);
  auto made = at::detail::make_tensor<c10::TensorImpl>(
      std::move(whole), c10::DispatchKeySet(c10::DispatchKey::CPU), tensor.dtype());
  made.unsafeGetTensorImpl()->set_storage_offset(tensor.storage_offset());
  made.unsafeGetTensorImpl()->set_sizes_and_strides(tensor.sizes(), tensor.strides());
  made._set_conj(tensor.is_conj());
  made._set_neg(tensor.is_neg());
  if (tensor.unsafeGetTensorImpl()->is_wrapped_number()) {
    made.unsafeGetTensorImpl()->set_wrapped_number(true);
  }
  return made;
}

at::Tensor to_device(const at::Tensor &made_on_cpu, c10::Device device) {
  if (!made_on_cpu.defined()) return made_on_cpu;
  auto cpu = made_on_cpu.resolve_conj().resolve_neg();
  c10::DeviceGuard guard(device);
  at::Tensor made = at::detail::empty_strided_generic(
      cpu.sizes(), cpu.strides(), device_allocator(),
      c10::DispatchKeySet(c10::DispatchKey::PrivateUse1), cpu.scalar_type());
  if (cpu.numel() > 0) {
    std::memcpy(twin(made.mutable_data_ptr()), cpu.const_data_ptr(),
                at::detail::computeStorageNbytes(cpu.sizes(), cpu.strides(), cpu.itemsize()));
  }
  return made;
}

at::Tensor view_of(const at::Tensor &base, const at::Tensor &twin_view) {
  auto made = at::detail::make_tensor<c10::TensorImpl>(
      c10::TensorImpl::VIEW, c10::Storage(base.storage()), base.key_set(), twin_view.dtype());
  auto *impl = made.unsafeGetTensorImpl();
  auto *start = static_cast<const char *>(twin(base.storage().data()));
  auto offset = static_cast<const char *>(twin_view.const_data_ptr()) - start;
  impl->set_storage_offset(offset / static_cast<int64_t>(twin_view.itemsize()));
  impl->set_sizes_and_strides(twin_view.sizes(), twin_view.strides());
  return made;
}

}  // namespace standin
