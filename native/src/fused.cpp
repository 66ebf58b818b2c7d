// Pairs of layers that keep less for the backward pass than the two alone: what lies between is computed again there, which
// costs little beside the matrix products. Values and gradients are those of the two layers, bit for bit.
#include <ATen/autocast_mode.h>

#include "shim.h"

namespace toco {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

at::Tensor rows(const at::Tensor &x) { return x.reshape({-1, x.size(-1)}); }

// The gradients of linear(input, weight, bias).
struct LinearGradients {
  at::Tensor input, weight, bias;
};

LinearGradients linear_backward(const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &weight) {
  auto flat = rows(gradient);
  return {flat.mm(weight).view_as(input), flat.t().mm(rows(input)), flat.sum(0)};
}

struct NormLinear : torch::autograd::Function<NormLinear> {
  static Variable forward(AutogradContext *context, const Variable &x, const Variable &norm_weight, const Variable &norm_bias, double eps,
                          const Variable &weight, const std::optional<Variable> &bias) {
    auto [normed, mean, rstd] = at::native_layer_norm(x, norm_weight.sizes(), norm_weight, norm_bias, eps);
    context->save_for_backward({x, norm_weight, norm_bias, weight, mean, rstd});
    context->saved_data["eps"] = eps;
    context->saved_data["biased"] = bias.has_value();
    return at::linear(normed.to(weight.scalar_type()), weight, bias);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &norm_weight = saved[1], &norm_bias = saved[2], &weight = saved[3], &mean = saved[4], &rstd = saved[5];
    auto shape = norm_weight.sizes();
    auto normed = std::get<0>(at::native_layer_norm(x, shape, norm_weight, norm_bias, context->saved_data["eps"].toDouble()));
    auto linear = linear_backward(gradients[0], normed.to(weight.scalar_type()), weight);
    auto [dx, dweight, dbias] =
        at::native_layer_norm_backward(linear.input.to(x.scalar_type()), x, shape, mean, rstd, norm_weight, norm_bias, {true, true, true});
    return {dx, dweight, dbias, {}, linear.weight, context->saved_data["biased"].toBool() ? linear.bias : at::Tensor()};
  }
};

struct GeluLinear : torch::autograd::Function<GeluLinear> {
  static Variable forward(AutogradContext *context, const Variable &x, const Variable &weight, const std::optional<Variable> &bias) {
    context->save_for_backward({x, weight});
    context->saved_data["biased"] = bias.has_value();
    return at::linear(at::gelu(x), weight, bias);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    auto linear = linear_backward(gradients[0], at::gelu(x), weight);
    return {at::gelu_backward(linear.input, x), linear.weight, context->saved_data["biased"].toBool() ? linear.bias : at::Tensor()};
  }
};

// Under autocast the product is taken in the short float, while the norm stays as it is. The cast is left to autograd.
template <class Argument>  // a tensor, or an optional one
Argument lowered(const Argument &tensor, at::DeviceType device) {
  if (!at::autocast::is_autocast_enabled(device)) return tensor;
  return at::autocast::cached_cast(at::autocast::get_autocast_dtype(device), tensor, device);
}

std::optional<at::Tensor> maybe(tt_tensor handle) { return handle ? std::optional(handle->value) : std::nullopt; }

at::Tensor norm_linear(const at::Tensor &x, const at::Tensor &norm_weight, const at::Tensor &norm_bias, double eps, const at::Tensor &weight,
                       const std::optional<at::Tensor> &bias) {
  auto device = x.device().type();
  auto short_weight = lowered(weight, device);
  auto short_bias = lowered(bias, device);
  auto wide = at::autocast::is_autocast_enabled(device) ? x.to(at::kFloat) : x;
  c10::impl::ExcludeDispatchKeyGuard as_is(c10::autocast_dispatch_keyset);
  return NormLinear::apply(wide, norm_weight, norm_bias, eps, short_weight, short_bias);
}

at::Tensor gelu_linear(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
  auto device = x.device().type();
  auto short_x = lowered(x, device), short_weight = lowered(weight, device);
  auto short_bias = lowered(bias, device);
  c10::impl::ExcludeDispatchKeyGuard as_is(c10::autocast_dispatch_keyset);
  return GeluLinear::apply(short_x, short_weight, short_bias);
}

}  // namespace
}  // namespace toco

TT_GIVE(tt_norm_linear, (tt_tensor input, tt_tensor norm_weight, tt_tensor norm_bias, double eps, tt_tensor weight, tt_tensor bias),
        toco::norm_linear(input->value, norm_weight->value, norm_bias->value, eps, weight->value, toco::maybe(bias)))
TT_GIVE(tt_gelu_linear, (tt_tensor input, tt_tensor weight, tt_tensor bias),
        toco::gelu_linear(input->value, weight->value, toco::maybe(bias)))
