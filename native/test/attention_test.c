/* Self-attention with partial blocks, against the formula in double. */
#include "check.h"

/* Compares the output of one head, and the gradient of the sum of output[i] * i. */
static void compareWithFormula(int64_t tokens, int64_t width) {
  tt_tensor qkv, output, weights, weighted, sum, gradient;
  OK(tt_randn(SIZES(1, tokens, 3 * width), FLOAT32, CPU, -1, &qkv));
  OK(tt_set_requires_grad(qkv, 1));
  OK(tt_self_attention(qkv, NULL, 1, 0.5, &output));
  weights = counting(SIZES(1, tokens, width));
  OK(tt_mul(output, weights, &weighted));
  OK(tt_sum(weighted, NULL, 0, 0, &sum));
  OK(tt_backward(sum, NULL, 0));
  OK(tt_grad(qkv, &gradient));
  const float *x = floats(qkv), *got = floats(output), *slope = floats(gradient);
  double *p = malloc(sizeof(double) * (size_t)tokens),
         *value_slope = calloc((size_t)(tokens * width), sizeof(double));
  for (int64_t q = 0; q < tokens; q++) {
    double most = -1e300, total = 0;
    for (int64_t k = 0; k < tokens; k++) {
      p[k] = 0;
      for (int64_t i = 0; i < width; i++)
        p[k] += 0.5 * x[q * 3 * width + i] * x[(3 * k + 1) * width + i];
      most = fmax(most, p[k]);
    }
    for (int64_t k = 0; k < tokens; k++) total += p[k] = exp(p[k] - most);
    for (int64_t i = 0; i < width; i++) {
      double value = 0;
      for (int64_t k = 0; k < tokens; k++) {
        value += p[k] / total * x[(3 * k + 2) * width + i];
        value_slope[k * width + i] += p[k] / total * (double)(q * width + i);
      }
      NEAR(got[q * width + i], value, 1e-5);
    }
  }
  for (int64_t k = 0; k < tokens; k++) {
    for (int64_t i = 0; i < width; i++) {
      double expected = value_slope[k * width + i];
      NEAR(slope[(3 * k + 2) * width + i], expected, 1e-5 * (double)(tokens * tokens * width));
    }
  }
  free(p);
  free(value_slope);
  tt_free_list((tt_tensor[]){qkv, output, weights, weighted, sum, gradient}, 6);
}

static void blocksOfAnySizeFollowTheFormula(void) {
  OK(tt_manual_seed(1));
  for (int64_t tokens = 1; tokens < 60; tokens += 7) compareWithFormula(tokens, 16);
  compareWithFormula(193, 32);
  compareWithFormula(230, 64);
}

static void invalidShapesAreRejected(void) {
  tt_tensor qkv = full(1, SIZES(1, 4, 48)), out;
  CHECK(tt_self_attention(qkv, NULL, 0, 1, &out) != TT_OK);
  SAYS("[B, T, 3 * heads * d]");
  CHECK(tt_self_attention(qkv, NULL, 5, 1, &out) != TT_OK);
  tt_free(qkv);
}

int main(void) {
  RUN(blocksOfAnySizeFollowTheFormula);
  RUN(invalidShapesAreRejected);
  return finish();
}
