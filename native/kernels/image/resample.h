// Pillow's resize (of versions up to 12: rows, then columns) with its BILINEAR and BICUBIC filters,
// which are antialiased: they widen when shrinking.
//
// A part of the image is resized to `scaled`, placed in the output at an offset and cropped to it;
// the rest of the output is black, and only visible pixels are computed. A plain resize, a resized
// crop and a random crop of a scaled and padded image all have this form.
#pragma once

#include <cstdint>

namespace toco {

enum class ResampleFilter { kBilinear, kBicubic };

struct PixelSize {
  int64_t height, width;
};

// An 8-bit RGB image, or a part of one.
struct ImageView {
  const uint8_t *pixels;
  PixelSize size;
  int64_t stride;  // bytes from row to row
};

// Position of the scaled image's first pixel in the output; may be outside.
struct PixelOffset {
  int64_t top, left;
};

// Writes all of `out`, [canvas.height, canvas.width, 3]; bit-equal to Pillow's resize of
// the image, or of its crop, to `scaled`. All sizes are positive. Single-threaded. If it throws
// std::bad_alloc, `out` is unchanged.
void resample(const ImageView &image, PixelSize scaled, ResampleFilter filter, PixelOffset offset,
              uint8_t *out, PixelSize canvas);

}  // namespace toco
