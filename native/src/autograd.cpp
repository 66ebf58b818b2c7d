// Gradients, grad mode and mixed precision.
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdint>
#include <vector>

#include "shim.h"

struct tt_inference_ {
  c10::InferenceMode mode;
};

namespace toco {
namespace {

void backward(tt_tensor self, tt_tensor gradient, bool retain_graph) {
  self->value.backward(gradient ? gradient->value : at::Tensor(), retain_graph);
}

void autograd_grad(std::vector<at::Tensor> outputs, const tt_tensor *grad_outputs,
                   std::vector<at::Tensor> inputs, bool retain_graph, bool create_graph,
                   tt_tensor *out) {
  auto weights = grad_outputs ? tensor_list(grad_outputs, static_cast<int64_t>(outputs.size()))
                              : std::vector<at::Tensor>();
  auto gradients = torch::autograd::grad(outputs, inputs, weights, retain_graph, create_graph,
                                         /*allow_unused=*/true);
  own_all(gradients, out);
}

void zero_grad(const tt_tensor *tensors, int64_t count, bool set_to_none) {
  for (int64_t i = 0; i < count; i++) {
    auto &gradient = tensors[i]->value.mutable_grad();
    if (!gradient.defined()) continue;
    if (set_to_none) gradient.reset();
    else gradient.detach_().zero_();
  }
}

void set_grad_enabled(bool on, int32_t *previous) {
  bool was_enabled = at::GradMode::is_enabled();
  at::GradMode::set_enabled(on);
  *previous = was_enabled;
}

void set_autocast(at::DeviceType type, bool on, at::ScalarType dtype, int32_t *previous_on,
                  int32_t *previous_dtype) {
  bool was_on = at::autocast::is_autocast_enabled(type);
  auto old_dtype = at::autocast::get_autocast_dtype(type);
  at::autocast::set_autocast_dtype(type, dtype);
  at::autocast::set_autocast_enabled(type, on);
  *previous_on = was_on;
  *previous_dtype = static_cast<int32_t>(old_dtype);
}

void set_float32_precision(bool tf32) {
  at::globalContext().setFloat32MatmulPrecision(tf32 ? "high" : "highest");
  at::globalContext().setAllowTF32CuDNN(tf32);
}

}  // namespace
}  // namespace toco

using toco::tensor_list;

TT_DO(tt_backward, (tt_tensor self, tt_tensor gradient, int32_t retain_graph),
      toco::backward(self, gradient, retain_graph != 0))
TT_DO(tt_grad, (tt_tensor self, tt_tensor *out), *out = toco::own_or_null(self->value.grad()))
TT_DO(tt_autograd_grad,
      (const tt_tensor *outputs, const tt_tensor *grad_outputs, int64_t output_count,
       const tt_tensor *inputs, int64_t input_count, int32_t retain_graph, int32_t create_graph,
       tt_tensor *out),
      toco::autograd_grad(tensor_list(outputs, output_count), grad_outputs,
                          tensor_list(inputs, input_count), retain_graph != 0, create_graph != 0,
                          out))
TT_DO(tt_inference_enter, (tt_inference *out), *out = new tt_inference_())
void tt_inference_leave(tt_inference self) { delete self; }
TT_DO(tt_set_requires_grad, (tt_tensor self, int32_t on), self->value.set_requires_grad(on != 0))
TT_DO(tt_zero_grad, (const tt_tensor *tensors, int64_t count, int32_t set_to_none),
      toco::zero_grad(tensors, count, set_to_none != 0))
TT_DO(tt_set_grad_enabled, (int32_t on, int32_t *previous),
      toco::set_grad_enabled(on != 0, previous))
TT_DO(tt_set_autocast,
      (int32_t device_type, int32_t on, int32_t dtype, int32_t *previous_on,
       int32_t *previous_dtype),
      toco::set_autocast(toco::device_type(device_type), on != 0, toco::scalar_type(dtype),
                         previous_on, previous_dtype))
int32_t tt_clear_autocast_cache(void) {
  return toco::guard([] { at::autocast::clear_cache(); });
}
TT_DO(tt_set_float32_precision, (int32_t tf32), toco::set_float32_precision(tf32 != 0))
