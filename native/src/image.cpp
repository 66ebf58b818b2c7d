// Operators on 8-bit images: argument checks around the kernels, which take plain memory.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/image/box_blur.h"
#include "kernels/image/layout.h"
#include "kernels/image/photometric.h"
#include "kernels/image/resample.h"
#include "kernels/image/rgb.h"
#include "shim.h"

namespace toco {
namespace {

uint8_t *rgb_pixels(const at::Tensor &tensor, const char *name) {
  TORCH_CHECK_TYPE(tensor.device().is_cpu() && tensor.scalar_type() == at::kByte, name,
                   " must be uint8 on the CPU, got ", tensor.scalar_type(), " on ",
                   tensor.device());
  TORCH_CHECK_VALUE(tensor.dim() == 3 && tensor.size(2) == 3 && tensor.numel() > 0, name,
                    " must be [H, W, 3] and not empty, got ", tensor.sizes());
  TORCH_CHECK_VALUE(tensor.is_contiguous(), name, " must be contiguous, got strides ",
                    tensor.strides(), " for ", tensor.sizes());
  return tensor.data_ptr<uint8_t>();
}

int64_t pixels(const at::Tensor &image) { return image.size(0) * image.size(1); }

float amount(double value, const char *name) {
  TORCH_CHECK_VALUE(std::isfinite(value) && value >= 0, name, " must be a number >= 0, got ",
                    value);
  return static_cast<float>(value);
}

// Pillow adds int(255 * shift) to a hue of 8 bits, which wraps.
uint8_t hue_steps(double shift) {
  TORCH_CHECK_VALUE(shift >= -0.5 && shift <= 0.5, "shift must be -0.5 to 0.5 turns, got ", shift);
  return static_cast<uint8_t>(static_cast<int32_t>(shift * 255));
}

void blur(const at::Tensor &image, double radius) {
  auto data = rgb_pixels(image, "image");
  TORCH_CHECK_VALUE(radius >= 0 && radius <= 10000, "radius must be 0 to 10000 pixels, got ",
                    radius);
  gaussian_blur(data, image.size(0), image.size(1), static_cast<float>(radius));
}

void resample_part(const at::Tensor &image, const int64_t *cut, const int64_t *scaled,
                   const int64_t *place, int32_t filter, const at::Tensor &out) {
  constexpr int64_t limit = 1 << 30;  // so that sums and products do not overflow
  auto from = rgb_pixels(image, "image"), to = rgb_pixels(out, "out");
  bool apart = from + image.numel() <= to || to + out.numel() <= from;
  TORCH_CHECK_VALUE(apart, "image and out must share no memory; resample into another tensor");
  int64_t top = cut[0], left = cut[1], height = cut[2], width = cut[3];
  bool inside = top >= 0 && left >= 0 && height > 0 && width > 0 && height <= image.size(0) - top &&
                width <= image.size(1) - left;
  TORCH_CHECK_INDEX(inside, "cut must be inside the image ", image.sizes(),
                    " and be no smaller than 1 x 1, got top ", top, ", left ", left, ", height ",
                    height, ", width ", width);
  TORCH_CHECK_VALUE(scaled[0] > 0 && scaled[1] > 0 && scaled[0] <= limit && scaled[1] <= limit,
                    "scaled must be 1 to ", limit, " pixels either way, got ", scaled[0], " x ",
                    scaled[1]);
  bool in_range =
      place[0] >= -limit && place[0] <= limit && place[1] >= -limit && place[1] <= limit;
  TORCH_CHECK_VALUE(in_range, "place must be within ", limit, " pixels either way, got ", place[0],
                    ", ", place[1]);
  TORCH_CHECK_VALUE(filter == 1 || filter == 2, "filter must be 1 (bilinear) or 2 (bicubic), got ",
                    filter);
  int64_t stride = kRgb * image.size(1);
  resample({from + top * stride + kRgb * left, {height, width}, stride}, {scaled[0], scaled[1]},
           filter == 1 ? ResampleFilter::kBilinear : ResampleFilter::kBicubic, {place[0], place[1]},
           to, {out.size(0), out.size(1)});
}

void normalize_into(const at::Tensor &image, const double *mean, const double *deviation,
                    const at::Tensor &out) {
  auto from = rgb_pixels(image, "image");
  TORCH_CHECK_TYPE(out.device().is_cpu() && out.scalar_type() == at::kFloat,
                   "out must be float32 on the CPU, got ", out.scalar_type(), " on ", out.device());
  bool fits = out.dim() == 3 && out.size(0) == 3 && out.size(1) == image.size(0) &&
              out.size(2) == image.size(1) && out.is_contiguous();
  TORCH_CHECK_VALUE(fits, "out must be [3, ", image.size(0), ", ", image.size(1),
                    "], contiguous, got ", out.sizes(), " with strides ", out.strides());
  float means[3], deviations[3];
  std::copy(mean, mean + 3, means);
  std::copy(deviation, deviation + 3, deviations);
  normalize(from, pixels(image), means, deviations, out.data_ptr<float>());
}

}  // namespace
}  // namespace toco

TT_DO(tt_image_brightness_, (tt_tensor image, double factor),
      auto data = toco::rgb_pixels(image->value, "image");
      toco::adjust_brightness(data, toco::pixels(image->value), toco::amount(factor, "factor")))
TT_DO(tt_image_contrast_, (tt_tensor image, double factor),
      auto data = toco::rgb_pixels(image->value, "image");
      toco::adjust_contrast(data, toco::pixels(image->value), toco::amount(factor, "factor")))
TT_DO(tt_image_saturation_, (tt_tensor image, double factor),
      auto data = toco::rgb_pixels(image->value, "image");
      toco::adjust_saturation(data, toco::pixels(image->value), toco::amount(factor, "factor")))
TT_DO(tt_image_hue_, (tt_tensor image, double shift),
      auto data = toco::rgb_pixels(image->value, "image");
      toco::adjust_hue(data, toco::pixels(image->value), toco::hue_steps(shift)))
TT_DO(tt_image_grayscale_, (tt_tensor image), auto data = toco::rgb_pixels(image->value, "image");
      toco::grayscale(data, toco::pixels(image->value)))
TT_DO(tt_image_solarize_, (tt_tensor image, int32_t threshold),
      auto data = toco::rgb_pixels(image->value, "image");
      TORCH_CHECK_VALUE(threshold >= 0 && threshold <= 256, "threshold must be 0 to 256, got ",
                        threshold);
      toco::solarize(data, toco::pixels(image->value), threshold))
TT_DO(tt_image_gaussian_blur_, (tt_tensor image, double radius), toco::blur(image->value, radius))
TT_DO(tt_image_flip_, (tt_tensor image), auto data = toco::rgb_pixels(image->value, "image");
      toco::flip_columns(data, image->value.size(0), image->value.size(1)))
TT_DO(tt_image_resample,
      (tt_tensor image, const int64_t *cut, const int64_t *scaled, const int64_t *place,
       int32_t filter, tt_tensor out),
      toco::resample_part(image->value, cut, scaled, place, filter, out->value))
TT_DO(tt_image_normalize,
      (tt_tensor image, const double *mean, const double *deviation, tt_tensor out),
      toco::normalize_into(image->value, mean, deviation, out->value))
