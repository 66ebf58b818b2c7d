// Changes of colour on 8-bit RGB images, in place, level for level those of Pillow (ImageEnhance,
// ImageOps) and of torchvision on Pillow images. Single-threaded: a loader's workers call them side
// by side.
//
// `image` is `pixels` interleaved RGB triples.
#pragma once

#include <cstdint>

namespace toco {

// Blends with black, the mean grey level, or each pixel's own grey level: factor 0 gives that, 1
// the image, more than 1 leaves it further behind. factor >= 0.
void adjust_brightness(uint8_t* image, int64_t pixels, float factor);
void adjust_contrast(uint8_t* image, int64_t pixels, float factor);
void adjust_saturation(uint8_t* image, int64_t pixels, float factor);

// Adds to the hue of Pillow's 8-bit HSV, where 256 steps make the circle, and converts back. A step
// of 0 still rounds colours to that space.
void adjust_hue(uint8_t* image, int64_t pixels, uint8_t steps);

void grayscale(uint8_t* image, int64_t pixels);                 // the grey level in every channel
void solarize(uint8_t* image, int64_t pixels, int threshold);  // inverts levels >= threshold

}  // namespace toco
