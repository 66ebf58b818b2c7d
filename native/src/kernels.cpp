// This project's kernels: argument checks around functions that take plain memory.
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/dense_crf.h"
#include "kernels/lattice.h"
#include "kernels/par.h"
#include "kernels/parallel.h"
#include "shim.h"

namespace toco {
namespace {

at::Tensor image_batch(const at::Tensor &tensor, const char *name) {
  TORCH_CHECK_TYPE(tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat, name,
                   " must be float32 on the CPU, got ", tensor.scalar_type(), " on ",
                   tensor.device());
  TORCH_CHECK_VALUE(tensor.dim() == 4, name, " must be [B, channels, H, W], got ", tensor.sizes());
  return tensor.contiguous();
}

void check_sizes(const at::Tensor &images, const at::Tensor &other, const char *name) {
  bool fit = images.size(1) == 3 && images.size(0) == other.size(0) &&
             images.size(2) == other.size(2) && images.size(3) == other.size(3);
  TORCH_CHECK_VALUE(fit, "images must be [B, 3, H, W] and ", name, " [B, channels, H, W], got ",
                    images.sizes(), " and ", other.sizes());
}

at::Tensor par(const at::Tensor &images, const at::Tensor &masks, std::vector<int64_t> dilations,
               int64_t iterations) {
  auto image = image_batch(images, "images"), mask = image_batch(masks, "masks");
  check_sizes(image, mask, "masks");
  auto refined = at::empty_like(mask);
  par_refine(image.const_data_ptr<float>(), mask.const_data_ptr<float>(), mask.size(0),
             mask.size(1), mask.size(2), mask.size(3), {std::move(dilations), iterations},
             refined.data_ptr<float>());
  return refined;
}

at::Tensor bilateral(const at::Tensor &images, const at::Tensor &values, double sigma_rgb,
                     double sigma_xy) {
  auto image = image_batch(images, "images"), value = image_batch(values, "values");
  check_sizes(image, value, "values");
  auto filtered = at::empty_like(value);
  bilateral_filter(image.const_data_ptr<float>(), value.const_data_ptr<float>(), value.size(0),
                   value.size(1), value.size(2), value.size(3), static_cast<float>(sigma_rgb),
                   static_cast<float>(sigma_xy), filtered.data_ptr<float>());
  return filtered;
}

at::Tensor rgb_image(const at::Tensor &tensor) {
  TORCH_CHECK_TYPE(tensor.device().is_cpu() && tensor.scalar_type() == at::kByte,
                   "image must be uint8 on the CPU, got ", tensor.scalar_type(), " on ",
                   tensor.device());
  TORCH_CHECK_VALUE(tensor.dim() == 3 && tensor.size(2) == 3 && tensor.numel() > 0,
                    "image must be [H, W, 3] and not empty, got ", tensor.sizes());
  return tensor.contiguous();
}

void check_crf(const CrfParams &params, int32_t threads) {
  TORCH_CHECK_VALUE(params.iterations >= 0, "iterations must be >= 0, got ", params.iterations);
  for (float weight : {params.gaussian_weight, params.bilateral_weight})
    TORCH_CHECK_VALUE(std::isfinite(weight) && weight >= 0,
                      "a CRF's weights must be numbers >= 0, got ", weight);
  for (float sigma : {params.gaussian_sigma, params.bilateral_sigma, params.bilateral_sigma_rgb})
    TORCH_CHECK_VALUE(std::isfinite(sigma) && sigma > 0, "a CRF's sigmas must be numbers > 0, got ",
                      sigma);
  TORCH_CHECK_VALUE(threads >= 0 && threads <= 1024, "threads must be 0 to 1024, got ", threads);
}

at::Tensor crf(const at::Tensor &image, const at::Tensor &probabilities, const CrfParams &params,
               int32_t threads) {
  check_crf(params, threads);
  auto pixels = rgb_image(image);
  TORCH_CHECK_TYPE(probabilities.device().is_cpu() && probabilities.scalar_type() == at::kFloat,
                   "probabilities must be float32 on the CPU, got ", probabilities.scalar_type(),
                   " on ", probabilities.device());
  bool fit = probabilities.dim() == 3 && probabilities.size(0) > 0 &&
             probabilities.size(1) == pixels.size(0) && probabilities.size(2) == pixels.size(1);
  TORCH_CHECK_VALUE(fit, "probabilities must be [C, ", pixels.size(0), ", ", pixels.size(1),
                    "] as the image, got ", probabilities.sizes());
  auto given = probabilities.contiguous();
  auto q = at::empty_like(given);
  ThreadLimit limit(threads);
  dense_crf(pixels.const_data_ptr<uint8_t>(), given.const_data_ptr<float>(), given.size(0),
            given.size(1), given.size(2), params, q.data_ptr<float>());
  return q;
}

int64_t crf_vertices(const at::Tensor &image, double sigma, double sigma_rgb) {
  CrfParams params{0, 0, 1, 1, static_cast<float>(sigma), static_cast<float>(sigma_rgb)};
  check_crf(params, 0);
  auto pixels = rgb_image(image);
  return bilateral_vertices(pixels.const_data_ptr<uint8_t>(), pixels.size(0), pixels.size(1),
                            params);
}

}  // namespace
}  // namespace toco

TT_GIVE(tt_par,
        (tt_tensor images, tt_tensor masks, const int64_t *dilations, int64_t count,
         int64_t iterations),
        toco::par(images->value, masks->value, toco::ints(dilations, count).vec(), iterations))
TT_GIVE(tt_bilateral_filter,
        (tt_tensor images, tt_tensor values, double sigma_rgb, double sigma_xy),
        toco::bilateral(images->value, values->value, sigma_rgb, sigma_xy))
TT_GIVE(tt_dense_crf,
        (tt_tensor image, tt_tensor probabilities, int64_t iterations, double gaussian_weight,
         double gaussian_sigma, double bilateral_weight, double bilateral_sigma,
         double bilateral_sigma_rgb, int32_t threads),
        toco::crf(image->value, probabilities->value,
                  {iterations, static_cast<float>(gaussian_weight),
                   static_cast<float>(gaussian_sigma), static_cast<float>(bilateral_weight),
                   static_cast<float>(bilateral_sigma), static_cast<float>(bilateral_sigma_rgb)},
                  threads))
TT_DO(tt_dense_crf_vertices,
      (tt_tensor image, double bilateral_sigma, double bilateral_sigma_rgb, int64_t *out),
      *out = toco::crf_vertices(image->value, bilateral_sigma, bilateral_sigma_rgb))
