// Pixel-adaptive refinement (PAR): smooths class masks along an image's colours.
//
// In each iteration, a pixel's masks become a weighted mean of those of its 8 neighbours at each of
// several dilations. The weights depend on colour differences and are computed once per image.
// Introduced by Ru et al., "Learning Affinity from Attention" (arXiv:2203.02664, section 3.4), used
// by ToCo (arXiv:2303.01267) to refine pseudo-labels; the idea of local adaptive weights is PAMR's
// (Araslanov and Roth, arXiv:2005.08104).
#pragma once

#include <cstdint>
#include <vector>

namespace toco {

struct ParOptions {
  std::vector<int64_t> dilations{1, 2, 4, 8, 12, 24};  // pixels
  int64_t iterations = 10;
};

// One image and the masks that its colours refine. Stack several mask sets of one image
// as channels: they then share the affinity, of 8 * dilations * H * W floats.
struct ParImage {
  const float *image;  // [3, H, W], any scale
  const float *masks;  // [channels, H, W]
  float *refined;      // [channels, H, W]; may be `masks` itself
  int64_t channels;    // may differ between images
};

// Refines every image of a batch. Throws std::invalid_argument for invalid sizes.
void par_refine(const std::vector<ParImage> &batch, int64_t height, int64_t width,
                const ParOptions &options = {});

// The same for dense tensors: images [B, 3, H, W], masks and refined [B, C, H, W], all float32.
void par_refine(const float *images, const float *masks, int64_t batch, int64_t channels,
                int64_t height, int64_t width, const ParOptions &options, float *refined);

}  // namespace toco
