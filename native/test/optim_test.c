/* Optimizer steps and averages over whole lists, against their formulas in double. */
#include "check.h"

enum { N = 5 };

/* The three arguments of a step with one group. */
#define ONE_GROUP(size, lr) (const int64_t[]){size}, (const double[]){lr}, 1

/* A leaf of N consecutive values whose gradient, set by a backward pass over a weighted sum, is
   `factor` times its values. */
static tt_tensor withGradient(double start, double factor) {
  tt_tensor zeros = counting(SIZES(N)), x, weights, product, sum;
  OK(tt_add_scalar(zeros, start, &x));
  OK(tt_mul_scalar(x, factor, &weights));
  OK(tt_set_requires_grad(x, 1));
  OK(tt_mul(x, weights, &product));
  OK(tt_sum(product, NULL, 0, 0, &sum));
  OK(tt_backward(sum, NULL, 0));
  tt_free_list((tt_tensor[]){zeros, weights, product, sum}, 4);
  return x;
}

static tt_tensor zeros(void) { return full(0, SIZES(N)); }

static void adamwFollowsItsFormula(void) {
  const double lr = 1e-2, b1 = 0.9, b2 = 0.99, eps = 1e-8, decay = 0.1;
  tt_tensor params[] = {withGradient(1, 0.5), withGradient(-3, 2)}, m[] = {zeros(), zeros()},
            v[] = {zeros(), zeros()};
  for (int which = 0; which < 2; which++) { /* all steps have the same gradient */
    double p[N], g[N], mm[N] = {0}, vv[N] = {0};
    for (int i = 0; i < N; i++) p[i] = i + (which ? -3 : 1), g[i] = p[i] * (which ? 2 : 0.5);
    for (int step = 1; step <= 3; step++) {
      OK(tt_adamw_step(&params[which], &m[which], &v[which], 1, ONE_GROUP(1, lr), step, b1, b2, eps,
                       decay, 0));
      for (int i = 0; i < N; i++) {
        p[i] *= 1 - lr * decay;
        mm[i] = b1 * mm[i] + (1 - b1) * g[i];
        vv[i] = b2 * vv[i] + (1 - b2) * g[i] * g[i];
        p[i] -= lr * (mm[i] / (1 - pow(b1, step))) / (sqrt(vv[i] / (1 - pow(b2, step))) + eps);
        NEAR(floats(params[which])[i], p[i], 2e-6); /* float32 of numbers up to 5 */
      }
    }
  }
  tt_free_list((tt_tensor[]){params[0], params[1], m[0], m[1], v[0], v[1]}, 6);
}

static void aParameterWithoutGradientIsSkippedOrDecays(void) {
  tt_tensor still = full(2, SIZES(N)), params[] = {withGradient(1, 1), still},
            m[] = {zeros(), full(1, SIZES(N))}, v[] = {zeros(), full(1, SIZES(N))};
  OK(tt_set_requires_grad(still, 1));
  OK(tt_adamw_step(params, m, v, 2, ONE_GROUP(2, 0.1), 1, 0.9, 0.99, 1e-8, 0.5, 0));
  NEAR(floats(still)[0], 2, 0);
  NEAR(floats(m[1])[0], 1, 0);
  OK(tt_adamw_step(params, m, v, 2, ONE_GROUP(2, 0.1), 1, 0.9, 0.99, 1e-8, 0.5, 1));
  NEAR(floats(m[1])[0], 0.9, 1e-6);
  NEAR(floats(v[1])[0], 0.99, 1e-6);
  NEAR(floats(still)[0], 2 * 0.95 - 0.1 * (0.9 / 0.1) / (sqrt(0.99 / 0.01) + 1e-8), 1e-5);
  tt_free_list((tt_tensor[]){params[0], still, m[0], m[1], v[0], v[1]}, 6);
}

static void sgdFollowsItsFormula(void) {
  const double lr = 0.1, momentum = 0.9, decay = 0.01;
  tt_tensor x = withGradient(1, 0.5), buffer = zeros();
  double p[N], g[N], b[N] = {0};
  for (int i = 0; i < N; i++) p[i] = i + 1, g[i] = 0.5 * p[i];
  for (int step = 1; step <= 3; step++) {
    OK(tt_sgd_step(&x, &buffer, 1, ONE_GROUP(1, lr), step, momentum, decay, 0));
    for (int i = 0; i < N; i++) {
      double d = g[i] + decay * p[i];
      b[i] = step == 1 ? d : momentum * b[i] + d;
      p[i] -= lr * b[i];
      NEAR(floats(x)[i], p[i], 2e-6);
    }
  }
  tt_free_list((tt_tensor[]){x, buffer}, 2);
}

static void sgdWithoutMomentumNeedsNoBuffers(void) {
  tt_tensor x = withGradient(1, 1);
  OK(tt_sgd_step(&x, NULL, 1, ONE_GROUP(1, 0.1), 1, 0, 0, 0));
  NEAR(floats(x)[1], 2 - 0.1 * 2, 1e-6);
  tt_free(x);
}

/* Three groups, one of them empty: one call is bit-equal to one call per group. */
static void oneCallEqualsOneCallPerGroup(void) {
  const int64_t sizes[] = {1, 0, 2};
  const double lrs[] = {0.1, 0.5, 0.01}, start[] = {1, -3, 4};
  for (int adamw = 0; adamw < 2; adamw++) {
    tt_tensor together[] = {withGradient(start[0], 0.5), withGradient(start[1], 2),
                            withGradient(start[2], 1)},
              m[] = {zeros(), zeros(), zeros()}, v[] = {zeros(), zeros(), zeros()};
    tt_tensor apart[] = {withGradient(start[0], 0.5), withGradient(start[1], 2),
                         withGradient(start[2], 1)},
              n[] = {zeros(), zeros(), zeros()}, w[] = {zeros(), zeros(), zeros()};
    for (int step = 1; step <= 3; step++) {
      if (adamw) {
        OK(tt_adamw_step(together, m, v, 3, sizes, lrs, 3, step, 0.9, 0.99, 1e-8, 0.1, 0));
        OK(tt_adamw_step(apart, n, w, 1, ONE_GROUP(1, 0.1), step, 0.9, 0.99, 1e-8, 0.1, 0));
        OK(tt_adamw_step(apart + 1, n + 1, w + 1, 2, ONE_GROUP(2, 0.01), step, 0.9, 0.99, 1e-8, 0.1,
                         0));
      } else {
        OK(tt_sgd_step(together, m, 3, sizes, lrs, 3, step, 0.9, 0.1, 0));
        OK(tt_sgd_step(apart, n, 1, ONE_GROUP(1, 0.1), step, 0.9, 0.1, 0));
        OK(tt_sgd_step(apart + 1, n + 1, 2, ONE_GROUP(2, 0.01), step, 0.9, 0.1, 0));
      }
    }
    for (int k = 0; k < 3; k++) {
      CHECK(memcmp(floats(together[k]), floats(apart[k]), N * sizeof(float)) == 0);
      CHECK(memcmp(floats(m[k]), floats(n[k]), N * sizeof(float)) == 0);
      CHECK(memcmp(floats(v[k]), floats(w[k]), N * sizeof(float)) == 0);
      CHECK(floats(together[k])[1] != start[k] + 1); /* and the parameters have changed */
    }
    tt_free_list(together, 3), tt_free_list(apart, 3), tt_free_list(m, 3), tt_free_list(n, 3),
        tt_free_list(v, 3), tt_free_list(w, 3);
  }
}

static void groupsMustAddUpOrNothingIsUpdated(void) {
  const double lrs[] = {0.1, 0.1};
  const int64_t wrong[][2] = {{1, 0}, {1, 2}, {-1, 3}, {3, -1}};
  tt_tensor params[] = {withGradient(1, 1), withGradient(2, 1)}, m[] = {zeros(), zeros()},
            v[] = {zeros(), zeros()};
  for (int i = 0; i < 4; i++) {
    CHECK(tt_adamw_step(params, m, v, 2, wrong[i], lrs, 2, 1, 0.9, 0.99, 1e-8, 0, 0) == TT_VALUE);
    CHECK(tt_sgd_step(params, m, 2, wrong[i], lrs, 2, 1, 0.9, 0, 0) == TT_VALUE);
  }
  CHECK(tt_sgd_step(params, m, 2, NULL, NULL, 0, 1, 0.9, 0, 0) == TT_VALUE);
  SAYS("the groups' sizes must add up to 2 parameters, got 0");
  NEAR(floats(params[0])[0], 1, 0);
  NEAR(floats(params[1])[0], 2, 0);
  tt_free_list((tt_tensor[]){params[0], params[1], m[0], m[1], v[0], v[1]}, 6);
}

static void stepsAreNotRecorded(void) {
  int64_t info[69];
  tt_tensor x = withGradient(1, 1);
  OK(tt_sgd_step(&x, NULL, 1, ONE_GROUP(1, 0.1), 1, 0, 0, 0));
  OK(tt_info(x, info));
  CHECK(info[4] == 1);
  tt_tensor square, sum;
  OK(tt_square(x, &square));
  OK(tt_sum(square, NULL, 0, 0, &sum));
  OK(tt_backward(sum, NULL, 0)); /* still a leaf */
  tt_free_list((tt_tensor[]){x, square, sum}, 3);
}

static void averagesFollowTheirFormula(void) {
  tt_tensor averages[] = {full(1, SIZES(2, 2)), full(10, SIZES(3))},
            sources[] = {full(2, SIZES(2, 2)), full(0, SIZES(3))};
  OK(tt_ema_update(averages, sources, 2, 0.9));
  NEAR(floats(averages[0])[3], 1.1, 1e-6);
  NEAR(floats(averages[1])[2], 9, 1e-6);
  NEAR(floats(sources[0])[0], 2, 0);
  tt_free_list((tt_tensor[]){averages[0], averages[1], sources[0], sources[1]}, 4);
}

static void emptyListsAreAllowed(void) {
  OK(tt_adamw_step(NULL, NULL, NULL, 0, NULL, NULL, 0, 1, 0.9, 0.99, 1e-8, 0, 0));
  OK(tt_sgd_step(NULL, NULL, 0, NULL, NULL, 0, 1, 0.9, 0, 1));
  OK(tt_ema_update(NULL, NULL, 0, 0.9));
  OK(tt_zero_grad(NULL, 0, 1));
}

int main(void) {
  RUN(adamwFollowsItsFormula);
  RUN(aParameterWithoutGradientIsSkippedOrDecays);
  RUN(sgdFollowsItsFormula);
  RUN(sgdWithoutMomentumNeedsNoBuffers);
  RUN(oneCallEqualsOneCallPerGroup);
  RUN(groupsMustAddUpOrNothingIsUpdated);
  RUN(stepsAreNotRecorded);
  RUN(averagesFollowTheirFormula);
  RUN(emptyListsAreAllowed);
  return finish();
}
