// CPU tensors over the hidden memory of device tensors, and back.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace standin {

// Runs what is left on the tensor's current stream, so that its elements are there, and reports
// use of elements that a copy of another stream has still to write. `name` is who asks.
void settle(const at::Tensor &tensor, const std::string &name);

// The same elements as a CPU tensor, without a copy; an undefined tensor as it is.
at::Tensor twin_of(const at::Tensor &tensor);

// A new device tensor with the CPU tensor's elements.
at::Tensor to_device(const at::Tensor &cpu, c10::Device device);

// A tensor on the base's storage with the place, sizes and strides of a CPU view of its twin.
at::Tensor view_of(const at::Tensor &base, const at::Tensor &twin_view);

bool is_on_device(const at::Tensor &tensor);

}  // namespace standin
