// Linear algebra and network layers.
#include <cmath>
#include <cstdint>
#include <optional>

#include "shim.h"

using toco::pair;

namespace toco {
namespace {

at::Tensor attention(tt_tensor query, tt_tensor key, tt_tensor value, tt_tensor mask,
                     double scale) {
  auto scale_or_default = std::isnan(scale) ? std::nullopt : std::optional<double>(scale);
  return at::scaled_dot_product_attention(query->value, key->value, value->value, maybe(mask), 0.0,
                                          false, scale_or_default);
}

at::Tensor layer_norm(tt_tensor input, tt_tensor weight, tt_tensor bias, double eps) {
  return at::layer_norm(input->value, weight->value.sizes(), weight->value, maybe(bias), eps);
}

at::Tensor normalize(const at::Tensor &self, int64_t dim, double eps) {
  return self / at::norm(self, 2, {dim}, true).clamp_min(eps);
}

at::Tensor interpolate(const at::Tensor &input, int64_t height, int64_t width, int32_t mode,
                       bool align, bool antialias) {
  int64_t size[] = {height, width};
  if (mode == 0 && !antialias) return at::upsample_nearest2d(input, size);
  if (mode == 1)
    return antialias ? at::_upsample_bilinear2d_aa(input, size, align)
                     : at::upsample_bilinear2d(input, size, align);
  if (mode == 2)
    return antialias ? at::_upsample_bicubic2d_aa(input, size, align)
                     : at::upsample_bicubic2d(input, size, align);
  TORCH_CHECK_VALUE(
      false, "interpolation mode must be 0, 1 or 2, antialiased only for 1 and 2; got mode ", mode);
}

}  // namespace
}  // namespace toco

TT_GIVE(tt_matmul, (tt_tensor self, tt_tensor other), at::matmul(self->value, other->value))
TT_GIVE(tt_linear, (tt_tensor input, tt_tensor weight, tt_tensor bias),
        at::linear(input->value, weight->value, toco::maybe(bias)))
TT_GIVE(tt_conv2d,
        (tt_tensor input, tt_tensor weight, tt_tensor bias, const int64_t *stride,
         const int64_t *padding, const int64_t *dilation, int64_t groups),
        at::conv2d(input->value, weight->value, toco::maybe(bias), pair(stride), pair(padding),
                   pair(dilation), groups))
TT_GIVE(tt_max_pool2d,
        (tt_tensor input, const int64_t *kernel, const int64_t *stride, const int64_t *padding),
        at::max_pool2d(input->value, pair(kernel), pair(stride), pair(padding)))
TT_GIVE(tt_avg_pool2d,
        (tt_tensor input, const int64_t *kernel, const int64_t *stride, const int64_t *padding),
        at::avg_pool2d(input->value, pair(kernel), pair(stride), pair(padding)))
TT_GIVE(tt_layer_norm, (tt_tensor input, tt_tensor weight, tt_tensor bias, double eps),
        toco::layer_norm(input, weight, bias, eps))
TT_GIVE(tt_attention,
        (tt_tensor query, tt_tensor key, tt_tensor value, tt_tensor mask, double scale),
        toco::attention(query, key, value, mask, scale))
TT_GIVE(tt_softmax, (tt_tensor self, int64_t dim), at::softmax(self->value, dim))
TT_GIVE(tt_log_softmax, (tt_tensor self, int64_t dim), at::log_softmax(self->value, dim))
TT_GIVE(tt_normalize, (tt_tensor self, int64_t dim, double eps),
        toco::normalize(self->value, dim, eps))
TT_GIVE(tt_dropout, (tt_tensor self, double p, int32_t training),
        at::dropout(self->value, p, training != 0))
TT_GIVE(tt_embedding, (tt_tensor weight, tt_tensor index),
        at::embedding(weight->value, index->value))
TT_GIVE(tt_interpolate,
        (tt_tensor input, int64_t height, int64_t width, int32_t mode, int32_t align_corners,
         int32_t antialias),
        toco::interpolate(input->value, height, width, mode, align_corners != 0, antialias != 0))
TT_GIVE(tt_cross_entropy,
        (tt_tensor logits, tt_tensor target, int64_t ignore_index, int32_t reduction),
        at::cross_entropy_loss(logits->value, target->value, {}, reduction, ignore_index))
TT_GIVE(tt_mse_loss, (tt_tensor input, tt_tensor target), at::mse_loss(input->value, target->value))
