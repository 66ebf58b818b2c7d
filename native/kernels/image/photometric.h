// Colour operators on 8-bit RGB images, in place, bit-equal to Pillow (ImageEnhance, ImageOps) and
// to torchvision on Pillow images. Single-threaded: a data loader's workers call them concurrently.
//
// `image` is `pixels` interleaved RGB triples.
#pragma once

#include <cstdint>

namespace toco {

// Blends the image with black, its mean grey level, or each pixel's grey level: factor 0 gives the
// latter, 1 the image, more than 1 extrapolates. factor >= 0.
void adjust_brightness(uint8_t *image, int64_t pixels, float factor);
void adjust_contrast(uint8_t *image, int64_t pixels, float factor);
void adjust_saturation(uint8_t *image, int64_t pixels, float factor);

// Adds to the hue of Pillow's 8-bit HSV, where 256 steps are a full turn, and converts back. Even 0
// steps round colours to HSV.
void adjust_hue(uint8_t *image, int64_t pixels, uint8_t steps);

void grayscale(uint8_t *image, int64_t pixels);                // the grey level in every channel
void solarize(uint8_t *image, int64_t pixels, int threshold);  // inverts levels >= threshold

}  // namespace toco
