// Dense conditional random field: aligns a segmentation with an image's edges.
//
// Krähenbühl and Koltun, "Efficient Inference in Fully Connected CRFs with Gaussian Edge
// Potentials" (arXiv:1210.5644, NIPS 2011): every pixel is coupled to every other one; solved by
// mean field.
#pragma once

#include <cstdint>

namespace toco {

// A weight of 0 omits its term; standard deviations are in pixels and colour levels, > 0.
struct CrfParams {
  int64_t iterations;  // >= 0
  float gaussian_weight, gaussian_sigma;
  float bilateral_weight, bilateral_sigma, bilateral_sigma_rgb;
};

// image [height, width, 3]; probabilities and q [classes, height, width], which may be the same.
// Throws std::invalid_argument when a probability is not finite or outside 0..1 by more than
// rounding, or a sigma is too small for the image. The result does not depend on the number of
// threads.
void dense_crf(const uint8_t *image, const float *probabilities, int64_t classes, int64_t height,
               int64_t width, const CrfParams &params, float *q);

// The number of vertices in the bilateral term's lattice, which determines the run time together
// with the size.
int64_t bilateral_vertices(const uint8_t *image, int64_t height, int64_t width,
                           const CrfParams &params);

}  // namespace toco
