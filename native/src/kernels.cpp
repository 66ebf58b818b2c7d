// The project's own kernels on tensors.
#include "kernels/lattice.h"
#include "kernels/par.h"
#include "shim.h"

namespace toco {
namespace {

at::Tensor image_batch(const at::Tensor &tensor, const char *name) {
  TORCH_CHECK_TYPE(tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat, name, " must be float32 on the CPU, got ",
                   tensor.scalar_type(), " on ", tensor.device());
  TORCH_CHECK_VALUE(tensor.dim() == 4, name, " must be [B, channels, H, W], got ", tensor.sizes());
  return tensor.contiguous();
}

void check_sizes(const at::Tensor &images, const at::Tensor &other, const char *name) {
  bool fit = images.size(1) == 3 && images.size(0) == other.size(0) && images.size(2) == other.size(2) && images.size(3) == other.size(3);
  TORCH_CHECK_VALUE(fit, "images must be [B, 3, H, W] and ", name, " [B, channels, H, W], got ", images.sizes(), " and ", other.sizes());
}

at::Tensor par(const at::Tensor &images, const at::Tensor &masks, std::vector<int64_t> dilations, int64_t iterations) {
  auto image = image_batch(images, "images"), mask = image_batch(masks, "masks");
  check_sizes(image, mask, "masks");
  auto refined = at::empty_like(mask);
  par_refine(image.const_data_ptr<float>(), mask.const_data_ptr<float>(), mask.size(0), mask.size(1), mask.size(2), mask.size(3),
             {std::move(dilations), iterations}, refined.data_ptr<float>());
  return refined;
}

at::Tensor bilateral(const at::Tensor &images, const at::Tensor &values, double sigma_rgb, double sigma_xy) {
  auto image = image_batch(images, "images"), value = image_batch(values, "values");
  check_sizes(image, value, "values");
  auto filtered = at::empty_like(value);
  bilateral_filter(image.const_data_ptr<float>(), value.const_data_ptr<float>(), value.size(0), value.size(1), value.size(2),
                   value.size(3), static_cast<float>(sigma_rgb), static_cast<float>(sigma_xy), filtered.data_ptr<float>());
  return filtered;
}

}  // namespace
}  // namespace toco

TT_GIVE(tt_par, (tt_tensor images, tt_tensor masks, const int64_t *dilations, int64_t count, int64_t iterations),
        toco::par(images->value, masks->value, toco::ints(dilations, count).vec(), iterations))
TT_GIVE(tt_bilateral_filter, (tt_tensor images, tt_tensor values, double sigma_rgb, double sigma_xy),
        toco::bilateral(images->value, values->value, sigma_rgb, sigma_xy))
