// Pillow's resize (that of versions up to 12: rows, then columns) with its BILINEAR and BICUBIC
// filters: when shrinking, the filter widens, so that every pixel counts.
//
// Only what shows is computed: a part of the image is resized to `scaled`, laid at an offset onto
// the output and cut off at its borders; the rest of the output is black. A plain resize, a resized
// crop and a random crop of a scaled and padded image are all of this form.
#pragma once

#include <cstdint>

namespace toco {

enum class ResampleFilter { kBilinear, kBicubic };

struct PixelSize {
  int64_t height, width;
};

// An 8-bit RGB image, or a part of one.
struct ImageView {
  const uint8_t* pixels;
  PixelSize size;
  int64_t stride;  // bytes from row to row
};

// Where the first pixel of the scaled image lies in the output; may lie outside.
struct PixelOffset {
  int64_t top, left;
};

// Writes all of `out`, [canvas.height, canvas.width, 3]; level for level Pillow's resize of the
// image, or of its crop, to `scaled`. All sizes are positive. Single-threaded.
void resample(const ImageView& image, PixelSize scaled, ResampleFilter filter, PixelOffset offset,
              uint8_t* out, PixelSize canvas);

}  // namespace toco
