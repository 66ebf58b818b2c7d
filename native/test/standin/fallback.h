#pragma once

#include <ATen/core/boxing/KernelFunction.h>
#include <ATen/core/stack.h>

namespace standin {

// Runs an operator by the CPU's kernel on the twins of its tensors. Results are new tensors of the
// device, views of the arguments, or the arguments that were written to, as the kernel's are.
void fallback(const c10::OperatorHandle &op, torch::jit::Stack *stack);

}  // namespace standin
