// Self-attention: this project's kernel for float32 on the CPU, LibTorch's otherwise.
#include "kernels/attention/attention.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cstdint>
#include <optional>

#include "kernels/attention/blocks.h"
#include "shim.h"

namespace toco {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

attention::Size head_size(const at::Tensor &qkv, int64_t heads) {
  return {qkv.size(0), qkv.size(1), heads, qkv.size(2) / (3 * heads)};
}

struct SelfAttention : torch::autograd::Function<SelfAttention> {
  static Variable forward(AutogradContext *context, const Variable &packed,
                          const std::optional<Variable> &bias_or_none, int64_t heads,
                          double scale) {
    auto qkv = packed.contiguous();
    auto bias = bias_or_none ? bias_or_none->contiguous() : at::zeros({qkv.size(2)}, qkv.options());
    auto size = head_size(qkv, heads);
    auto output = at::empty({size.batch, size.tokens, heads * size.width}, qkv.options());
    auto log_sums = at::empty({size.batch, heads, size.tokens}, qkv.options());
    attention::forward(qkv.const_data_ptr<float>(), bias.const_data_ptr<float>(), size,
                       static_cast<float>(scale), output.data_ptr<float>(),
                       log_sums.data_ptr<float>());
    context->save_for_backward({qkv, bias, output, log_sums});
    context->saved_data["has_bias"] = bias_or_none.has_value();
    context->saved_data["heads"] = heads;
    context->saved_data["scale"] = scale;
    return output;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &qkv = saved[0], &bias = saved[1], &output = saved[2], &log_sums = saved[3];
    auto gradient = gradients[0].contiguous(), qkv_gradient = at::empty_like(qkv);
    attention::backward(qkv.const_data_ptr<float>(), bias.const_data_ptr<float>(),
                        output.const_data_ptr<float>(), log_sums.const_data_ptr<float>(),
                        gradient.const_data_ptr<float>(),
                        head_size(qkv, context->saved_data["heads"].toInt()),
                        static_cast<float>(context->saved_data["scale"].toDouble()),
                        qkv_gradient.data_ptr<float>());
    auto bias_gradient = context->saved_data["has_bias"].toBool()
                             ? qkv_gradient.sum(at::IntArrayRef({0, 1}))
                             : at::Tensor();
    return {qkv_gradient, bias_gradient, {}, {}};
  }
};

at::Tensor self_attention(const at::Tensor &qkv, const std::optional<at::Tensor> &bias,
                          int64_t heads, double scale) {
  TORCH_CHECK_VALUE(
      heads > 0 && qkv.dim() == 3 && qkv.size(2) % (3 * heads) == 0 && qkv.size(2) > 0,
      "qkv must be [B, T, 3 * heads * d], got ", qkv.sizes(), " for ", heads, " heads");
  TORCH_CHECK_VALUE(!bias || (bias->dim() == 1 && bias->size(0) == qkv.size(2)), "bias must be [",
                    qkv.size(2), "] like qkv's rows, got ", bias->sizes());
  auto size = head_size(qkv, heads);
  bool floats = qkv.scalar_type() == at::kFloat && (!bias || bias->scalar_type() == at::kFloat);
  if (qkv.device().is_cpu() && floats && size.width % attention::kTileColumns == 0 &&
      qkv.numel() > 0) {
    return SelfAttention::apply(qkv, bias, heads, scale);
  }
  auto sum = bias ? qkv + bias->to(qkv.scalar_type()) : qkv;
  // Split before the heads move to the front: the gradients then join without another copy.
  auto parts = sum.reshape({size.batch, size.tokens, 3, heads, size.width}).unbind(2);
  for (auto &part : parts) part = part.transpose(1, 2);  // [B, heads, T, d]
  auto attended =
      at::scaled_dot_product_attention(parts[0], parts[1], parts[2], {}, 0.0, false, scale);
  return attended.transpose(1, 2).reshape({size.batch, size.tokens, heads * size.width});
}

}  // namespace
}  // namespace toco

TT_GIVE(tt_self_attention, (tt_tensor qkv, tt_tensor bias, int64_t heads, double scale),
        toco::self_attention(qkv->value, toco::maybe(bias), heads, scale))
