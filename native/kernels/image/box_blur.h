// Pillow's Gaussian blur: in each direction three passes of a box with fractionally weighted ends,
// "extended box blur" (Gwosdek et al., SSVM 2011), rounded to 8 bits after every pass.
#pragma once

#include <cstdint>

namespace toco {

// Blurs an 8-bit RGB image [height, width, 3] in place, bit-equal to Pillow's
// ImageFilter.GaussianBlur(radius); edge pixels are replicated. 0 <= radius <= 10000.
// Single-threaded.
void gaussian_blur(uint8_t *image, int64_t height, int64_t width, float radius);

}  // namespace toco
