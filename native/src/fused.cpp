// Fused layers: intermediate results are not kept for the backward pass but recomputed there, which
// costs little compared with the matrix products, and biases and residuals are added in place.
#include <ATen/autocast_mode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <tuple>
#include <utility>

#include "kernels/gelu.h"
#include "shim.h"

namespace toco {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

at::Tensor rows(const at::Tensor &x) { return x.reshape({-1, x.size(-1)}); }

struct NormLinear : torch::autograd::Function<NormLinear> {
  static Variable forward(AutogradContext *context, const Variable &x, const Variable &norm_weight,
                          const Variable &norm_bias, double eps, const Variable &weight) {
    auto [normed, mean, rstd] =
        at::native_layer_norm(x, norm_weight.sizes(), norm_weight, norm_bias, eps);
    context->save_for_backward({x, norm_weight, norm_bias, weight, mean, rstd});
    context->saved_data["eps"] = eps;
    return at::linear(normed.to(weight.scalar_type()), weight);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &norm_weight = saved[1], &norm_bias = saved[2], &weight = saved[3],
               &mean = saved[4], &rstd = saved[5];
    auto shape = norm_weight.sizes();
    auto normed = std::get<0>(at::native_layer_norm(x, shape, norm_weight, norm_bias,
                                                    context->saved_data["eps"].toDouble()));
    auto gradient = rows(gradients[0]);
    auto normed_gradient = gradient.mm(weight).view_as(x).to(x.scalar_type());
    auto [dx, dweight, dbias] = at::native_layer_norm_backward(
        normed_gradient, x, shape, mean, rstd, norm_weight, norm_bias, {true, true, true});
    return {dx, dweight, dbias, {}, gradient.t().mm(rows(normed.to(weight.scalar_type())))};
  }
};

// gelu(hidden + bias) and, from its gradient, that of hidden.
struct Activation {
  const at::Tensor hidden, bias;  // bias may be undefined

  bool has_kernel() const {
    return hidden.device().is_cpu() && hidden.scalar_type() == at::kFloat && bias.defined() &&
           bias.scalar_type() == at::kFloat;
  }

  at::Tensor sum() const { return bias.defined() ? hidden + bias : hidden; }

  at::Tensor forward() const {
    if (!has_kernel()) return at::gelu(sum());
    auto x = rows(hidden).contiguous(), activated = at::empty_like(x);
    gelu_of_sum(x.const_data_ptr<float>(), bias.contiguous().const_data_ptr<float>(), x.size(0),
                x.size(1), activated.data_ptr<float>());
    return activated.view_as(hidden);
  }

  std::pair<at::Tensor, at::Tensor> backward(const at::Tensor &activated_gradient) const {
    if (!has_kernel()) return {at::gelu(sum()), at::gelu_backward(activated_gradient, sum())};
    auto x = rows(hidden).contiguous(), gradient = rows(activated_gradient).contiguous();
    auto activated = at::empty_like(x), hidden_gradient = at::empty_like(x);
    gelu_of_sum_backward(x.const_data_ptr<float>(), bias.contiguous().const_data_ptr<float>(),
                         gradient.const_data_ptr<float>(), x.size(0), x.size(1),
                         activated.data_ptr<float>(), hidden_gradient.data_ptr<float>());
    return {activated.view_as(hidden), hidden_gradient.view_as(hidden)};
  }
};

// residual + linear(input): the product accumulates onto residual + bias.
at::Tensor linear_onto(const at::Tensor &residual, const at::Tensor &input,
                       const at::Tensor &weight, const at::Tensor &bias) {
  auto sum = bias.defined() ? rows(residual) + bias : rows(residual).clone();
  return sum.addmm_(rows(input), weight.t()).view(residual.sizes());
}

// residual + linear(gelu(hidden + hidden_bias)).
struct GeluLinear : torch::autograd::Function<GeluLinear> {
  static Variable forward(AutogradContext *context, const Variable &residual,
                          const Variable &hidden,
                          const std::optional<Variable> &hidden_bias_or_none,
                          const Variable &weight, const std::optional<Variable> &bias_or_none) {
    auto hidden_bias = hidden_bias_or_none.value_or(Variable()),
         bias = bias_or_none.value_or(Variable());
    context->save_for_backward({hidden, hidden_bias, weight, bias});
    auto activated = Activation{hidden, hidden_bias}.forward();
    if (residual.scalar_type() == weight.scalar_type())
      return linear_onto(residual, activated, weight, bias);
    return residual + at::linear(activated, weight, bias);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &hidden = saved[0], &hidden_bias = saved[1], &weight = saved[2], &bias = saved[3];
    auto gradient = rows(gradients[0]).to(weight.scalar_type());
    auto [activated, dhidden] =
        Activation{hidden, hidden_bias}.backward(gradient.mm(weight).view_as(hidden));
    auto sum = [](const at::Tensor &of, const at::Tensor &like) {
      return like.defined() ? rows(of).sum(0) : at::Tensor();
    };
    return {gradients[0], dhidden, sum(dhidden, hidden_bias), gradient.t().mm(rows(activated)),
            sum(gradient, bias)};
  }
};

// Under autocast the product runs in the autocast dtype, while norm and residual keep theirs.
// Autograd records the cast.
at::Tensor autocast(const at::Tensor &tensor, at::DeviceType device) {
  if (!at::autocast::is_autocast_enabled(device)) return tensor;
  return at::autocast::cached_cast(at::autocast::get_autocast_dtype(device), tensor, device);
}

std::optional<at::Tensor> autocast(const std::optional<at::Tensor> &tensor, at::DeviceType device) {
  return tensor ? std::optional(autocast(*tensor, device)) : std::nullopt;
}

at::Tensor norm_linear(const at::Tensor &x, const at::Tensor &norm_weight,
                       const at::Tensor &norm_bias, double eps, const at::Tensor &weight) {
  auto device = x.device().type();
  if (!x.device().is_cpu()) {  // starting kernels is what costs time there: none is repeated
    return at::linear(at::layer_norm(x, norm_weight.sizes(), norm_weight, norm_bias, eps), weight);
  }
  auto cast_weight = autocast(weight, device);
  auto wide = at::autocast::is_autocast_enabled(device) ? x.to(at::kFloat) : x;
  c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  return NormLinear::apply(wide, norm_weight, norm_bias, eps, cast_weight);
}

void check_residual(const at::Tensor &residual, const at::Tensor &input, const at::Tensor &weight) {
  bool fits = residual.dim() == input.dim() && residual.size(-1) == weight.size(0) &&
              rows(residual).size(0) == rows(input).size(0);
  TORCH_CHECK_VALUE(fits, "residual must have the shape of linear(input), got ", residual.sizes(),
                    " for input ", input.sizes(), " and weight ", weight.sizes());
}

at::Tensor gelu_linear(const at::Tensor &residual, const at::Tensor &hidden,
                       const std::optional<at::Tensor> &hidden_bias, const at::Tensor &weight,
                       const std::optional<at::Tensor> &bias) {
  check_residual(residual, hidden, weight);
  auto device = hidden.device().type();
  if (!hidden.device().is_cpu()) {
    auto activated = at::gelu(hidden_bias ? hidden + *hidden_bias : hidden);
    return residual + at::linear(activated, weight, bias);
  }
  auto cast_hidden = autocast(hidden, device), cast_weight = autocast(weight, device);
  auto cast_hidden_bias = autocast(hidden_bias, device), cast_bias = autocast(bias, device);
  c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  return GeluLinear::apply(residual, cast_hidden, cast_hidden_bias, cast_weight, cast_bias);
}

at::Tensor linear_add(const at::Tensor &residual, const at::Tensor &input, const at::Tensor &weight,
                      const std::optional<at::Tensor> &bias) {
  check_residual(residual, input, weight);
  bool same_dtype = residual.scalar_type() == input.scalar_type() &&
                    !at::autocast::is_autocast_enabled(input.device().type());
  return same_dtype ? linear_onto(residual, input, weight, bias.value_or(at::Tensor()))
                    : residual + at::linear(input, weight, bias);
}

}  // namespace
}  // namespace toco

using toco::maybe;

TT_GIVE(tt_norm_linear,
        (tt_tensor input, tt_tensor norm_weight, tt_tensor norm_bias, double eps, tt_tensor weight),
        toco::norm_linear(input->value, norm_weight->value, norm_bias->value, eps, weight->value))
TT_GIVE(tt_gelu_linear,
        (tt_tensor residual, tt_tensor hidden, tt_tensor hidden_bias, tt_tensor weight,
         tt_tensor bias),
        toco::gelu_linear(residual->value, hidden->value, maybe(hidden_bias), weight->value,
                          maybe(bias)))
TT_GIVE(tt_linear_add, (tt_tensor residual, tt_tensor input, tt_tensor weight, tt_tensor bias),
        toco::linear_add(residual->value, input->value, weight->value, maybe(bias)))
