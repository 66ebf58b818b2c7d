/* Tensors over the caller's memory, without a copy; the token is released after the last view. */
#include "check.h"

static int64_t drain(int64_t *tokens, int64_t capacity) {
  int64_t count;
  OK(tt_released(tokens, capacity, &count));
  return count;
}

static void bothSidesSeeEachOthersWrites(void) {
  float memory[6] = {0, 1, 2, 3, 4, 5};
  int64_t token;
  tt_tensor wrapped;
  OK(tt_wrap(memory, SIZES(2, 3), FLOAT32, 7, &wrapped));
  CHECK(floats(wrapped) == memory);
  memory[4] = 40;
  tt_tensor element, row;
  OK(tt_select(wrapped, 0, 1, &row));
  OK(tt_select(row, 0, 1, &element));
  NEAR(item(element), 40, 0);
  OK(tt_mul_scalar_(wrapped, 2));
  NEAR(memory[5], 10, 0);
  tt_free_list((tt_tensor[]){wrapped, row, element}, 3);
  CHECK(drain(&token, 1) == 1 && token == 7);
}

static void theTokenIsReleasedAfterTheLastView(void) {
  float *memory = calloc(12, sizeof(float));
  int64_t token;
  tt_tensor wrapped, view, row;
  OK(tt_wrap(memory, SIZES(12), FLOAT32, 8, &wrapped));
  OK(tt_view(wrapped, SIZES(3, 4), &view));
  OK(tt_select(view, 0, 2, &row));
  tt_free(wrapped);
  CHECK(drain(&token, 1) == 0);
  tt_free(view);
  CHECK(drain(&token, 1) == 0);
  OK(tt_fill_(row, 5)); /* still writes to the caller's memory */
  NEAR(memory[8], 5, 0);
  tt_free(row);
  CHECK(drain(&token, 1) == 1 && token == 8);
  free(memory);
}

static void theGraphCountsAsAView(void) {
  float *memory = calloc(4, sizeof(float));
  int64_t token;
  tt_tensor wrapped, x = full(2, SIZES(4)), product, sum, gradient;
  memory[1] = 3;
  OK(tt_wrap(memory, SIZES(4), FLOAT32, 9, &wrapped));
  OK(tt_set_requires_grad(x, 1));
  OK(tt_mul(x, wrapped, &product)); /* keeps wrapped for the backward pass */
  tt_free(wrapped);
  CHECK(drain(&token, 1) == 0);
  OK(tt_sum(product, NULL, 0, 0, &sum));
  OK(tt_backward(sum, NULL, 0));
  CHECK(drain(&token, 1) == 1 && token == 9);
  free(memory);
  OK(tt_grad(x, &gradient));
  NEAR(floats(gradient)[1], 3, 0);
  tt_free_list((tt_tensor[]){x, product, sum, gradient}, 4);
}

static void manyTokensAreReleasedInPortions(void) {
  static float memory[10];
  int64_t tokens[4], sum = 0, portions = 0, count;
  for (int64_t i = 0; i < 10; i++) {
    tt_tensor wrapped;
    OK(tt_wrap(memory, SIZES(10), FLOAT32, 100 + i, &wrapped));
    tt_free(wrapped);
  }
  while ((count = drain(tokens, 4)) > 0) {
    CHECK(count <= 4);
    portions++;
    for (int64_t i = 0; i < count; i++) sum += tokens[i];
  }
  CHECK(portions == 3 && sum == 1045);
}

static void aFailedWrapLeaksNothing(void) {
  float memory[4] = {0};
  int64_t token;
  tt_tensor unused;
  CHECK(tt_wrap(memory, SIZES(-4), FLOAT32, 5, &unused) != TT_OK);
  CHECK(tt_wrap(memory, SIZES(4), 99, 5, &unused) != TT_OK);
  while (drain(&token, 1) == 1) CHECK(token == 5);
}

int main(void) {
  RUN(bothSidesSeeEachOthersWrites);
  RUN(theTokenIsReleasedAfterTheLastView);
  RUN(theGraphCountsAsAView);
  RUN(manyTokensAreReleasedInPortions);
  RUN(aFailedWrapLeaksNothing);
  return finish();
}
