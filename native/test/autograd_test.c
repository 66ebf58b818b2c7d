/* Gradients, grad mode, mixed precision. */
#include <pthread.h>

#include "check.h"

static tt_tensor leaf(double value) {
  tt_tensor x = full(value, SIZES(3));
  OK(tt_set_requires_grad(x, 1));
  return x;
}

static tt_tensor sumOfSquares(tt_tensor x) {
  tt_tensor square, sum;
  OK(tt_square(x, &square));
  OK(tt_sum(square, NULL, 0, 0, &sum));
  tt_free(square);
  return sum;
}

static void gradientsAccumulateUntilZeroed(void) {
  tt_tensor x = leaf(2), gradient;
  OK(tt_grad(x, &gradient));
  CHECK(gradient == NULL);
  for (int pass = 1; pass <= 2; pass++) {
    tt_tensor loss = sumOfSquares(x);
    OK(tt_backward(loss, NULL, 0));
    OK(tt_grad(x, &gradient));
    NEAR(floats(gradient)[0], 4 * pass, 0);
    tt_free_list((tt_tensor[]){loss, gradient}, 2);
  }
  OK(tt_zero_grad(&x, 1, 0));
  OK(tt_grad(x, &gradient));
  CHECK(gradient != NULL);
  NEAR(floats(gradient)[0], 0, 0);
  tt_free(gradient);
  OK(tt_zero_grad(&x, 1, 1));
  OK(tt_grad(x, &gradient));
  CHECK(gradient == NULL);
  tt_free(x);
}

static void backwardFreesTheGraphUnlessRetained(void) {
  tt_tensor x = leaf(2), loss = sumOfSquares(x);
  OK(tt_backward(loss, NULL, 1));
  OK(tt_backward(loss, NULL, 0));
  CHECK(tt_backward(loss, NULL, 0) != TT_OK);
  SAYS("second time");
  tt_free_list((tt_tensor[]){x, loss}, 2);
}

static void backwardWeightsByTheGivenGradient(void) {
  tt_tensor x = leaf(1), square, weights = counting(SIZES(3)), gradient;
  OK(tt_square(x, &square));
  CHECK(tt_backward(square, NULL, 0) != TT_OK); /* not a scalar */
  OK(tt_backward(square, weights, 0));
  OK(tt_grad(x, &gradient));
  NEAR(floats(gradient)[2], 4, 0);
  tt_free_list((tt_tensor[]){x, square, weights, gradient}, 4);
}

static void autogradGradDoesNotChangeGradAndReturnsNullForUnused(void) {
  tt_tensor x = leaf(3), unused = leaf(1), loss = sumOfSquares(x), out[2], gradient;
  OK(tt_autograd_grad(&loss, NULL, 1, (tt_tensor[]){x, unused}, 2, 0, 0, out));
  NEAR(floats(out[0])[0], 6, 0);
  CHECK(out[1] == NULL);
  OK(tt_grad(x, &gradient));
  CHECK(gradient == NULL);
  tt_free_list((tt_tensor[]){x, unused, loss, out[0]}, 4);
}

static void secondDerivativesAreComputed(void) {
  tt_tensor x = leaf(2), cube, loss, first, sum, second;
  OK(tt_pow_scalar(x, 3, &cube));
  OK(tt_sum(cube, NULL, 0, 0, &loss));
  OK(tt_autograd_grad(&loss, NULL, 1, &x, 1, 1, 1, &first));
  NEAR(floats(first)[0], 12, 1e-5);
  OK(tt_sum(first, NULL, 0, 0, &sum));
  OK(tt_autograd_grad(&sum, NULL, 1, &x, 1, 0, 0, &second));
  NEAR(floats(second)[0], 12, 1e-5);
  tt_free_list((tt_tensor[]){x, cube, loss, first, sum, second}, 6);
}

static void *gradModeOfThread(void *enabled) {
  OK(tt_set_grad_enabled(1, enabled));
  return NULL;
}

static void gradModeIsPerThread(void) {
  int32_t previous, elsewhere = -1;
  tt_tensor x = leaf(1), y;
  int64_t info[69];
  pthread_t other;
  OK(tt_set_grad_enabled(0, &previous));
  CHECK(previous == 1);
  OK(tt_square(x, &y));
  OK(tt_info(y, info));
  CHECK(info[4] == 0);
  CHECK(pthread_create(&other, NULL, gradModeOfThread, &elsewhere) == 0);
  pthread_join(other, NULL);
  CHECK(elsewhere == 1);
  OK(tt_set_grad_enabled(previous, &previous));
  CHECK(previous == 0);
  tt_free_list((tt_tensor[]){x, y}, 2);
}

static void detachCutsTheGraph(void) {
  tt_tensor x = leaf(1), loss = sumOfSquares(x), cut;
  OK(tt_detach(loss, &cut));
  CHECK(tt_backward(cut, NULL, 0) != TT_OK);
  SAYS("does not require grad");
  tt_free_list((tt_tensor[]){x, loss, cut}, 3);
}

static void autocastCastsProductsOnly(void) {
  int32_t on, type;
  tt_tensor a = full(1, SIZES(4, 4)), product, after, exponential;
  OK(tt_set_autocast(CPU, 1, BFLOAT16, &on, &type));
  CHECK(on == 0);
  OK(tt_matmul(a, a, &product));
  OK(tt_exp(a, &exponential));
  CHECK(dtype(product) == BFLOAT16);
  CHECK(dtype(exponential) == FLOAT32);
  OK(tt_set_autocast(CPU, on, type, &on, &type));
  CHECK(on == 1 && type == BFLOAT16);
  OK(tt_clear_autocast_cache());
  OK(tt_matmul(a, a, &after));
  CHECK(dtype(after) == FLOAT32);
  tt_free_list((tt_tensor[]){a, product, after, exponential}, 4);
}

int main(void) {
  RUN(gradientsAccumulateUntilZeroed);
  RUN(backwardFreesTheGraphUnlessRetained);
  RUN(backwardWeightsByTheGivenGradient);
  RUN(autogradGradDoesNotChangeGradAndReturnsNullForUnused);
  RUN(secondDerivativesAreComputed);
  RUN(gradModeIsPerThread);
  RUN(detachCutsTheGraph);
  RUN(autocastCastsProductsOnly);
  return finish();
}
