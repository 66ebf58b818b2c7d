/* Ownership of handles, and the count of live tensors. */
#include "check.h"

static void everyHandleIsCountedUntilItIsFreed(void) {
  int64_t before = tt_live_tensors();
  tt_tensor a = counting(SIZES(2, 3));
  CHECK(tt_live_tensors() == before + 1);
  tt_tensor b;
  OK(tt_add_scalar(a, 1, &b));
  CHECK(tt_live_tensors() == before + 2);
  tt_free(a);
  CHECK(tt_live_tensors() == before + 1);
  NEAR(floats(b)[5], 6, 0);
  tt_free(b);
}

static void freeingNullDoesNothing(void) {
  int64_t before = tt_live_tensors();
  tt_free(NULL);
  tt_free_list(NULL, 0);
  tt_stack_free(NULL);
  CHECK(tt_live_tensors() == before);
}

static void freeListSkipsNullEntries(void) {
  tt_tensor list[] = {counting(SIZES(2)), NULL, counting(SIZES(3))};
  tt_free_list(list, 3);
}

static void aViewOutlivesItsBase(void) {
  tt_tensor base = counting(SIZES(4, 5)), row, other;
  OK(tt_select(base, 0, 2, &row));
  tt_free(base);
  for (int i = 0; i < 100; i++) { /* would overwrite the memory if it were free */
    other = full(-1, SIZES(4, 5));
    tt_free(other);
  }
  NEAR(floats(row)[0], 10, 0);
  NEAR(floats(row)[4], 14, 0);
  tt_free(row);
}

static void viewsShareAndClonesDoNot(void) {
  tt_tensor base = counting(SIZES(6)), view, copy;
  OK(tt_view(base, SIZES(2, 3), &view));
  OK(tt_clone(base, &copy));
  OK(tt_fill_(base, 7));
  NEAR(floats(view)[3], 7, 0);
  NEAR(floats(copy)[3], 3, 0);
  tt_free_list((tt_tensor[]){base, view, copy}, 3);
}

static void anAliasSharesItsGradient(void) {
  tt_tensor x = full(3, SIZES(2)), other, square, sum, gradient;
  OK(tt_set_requires_grad(x, 1));
  OK(tt_alias(x, &other));
  OK(tt_square(x, &square));
  OK(tt_sum(square, NULL, 0, 0, &sum));
  OK(tt_backward(sum, NULL, 0));
  tt_free(x);
  OK(tt_grad(other, &gradient));
  CHECK(gradient != NULL);
  NEAR(floats(gradient)[0], 6, 0);
  tt_free_list((tt_tensor[]){other, square, sum, gradient}, 4);
}

static void pairsAreTwoHandles(void) {
  tt_tensor x = counting(SIZES(3, 4)), values, indices;
  OK(tt_max_dim(x, 1, 0, &values, &indices));
  NEAR(floats(values)[2], 11, 0);
  CHECK(dtype(indices) == INT64);
  tt_free_list((tt_tensor[]){x, values, indices}, 3);
}

static void aFailureLeaksAndWritesNothing(void) {
  tt_tensor a = counting(SIZES(2, 3)), b = counting(SIZES(4, 5));
  tt_tensor untouched = (tt_tensor)(intptr_t)42, second = untouched;
  int64_t before = tt_live_tensors();
  CHECK(tt_matmul(a, b, &untouched) != TT_OK);
  CHECK(tt_topk(a, 99, 1, 1, &untouched, &second) != TT_OK);
  CHECK(tt_cat((tt_tensor[]){a, b}, 2, 0, &untouched) != TT_OK);
  CHECK(untouched == (tt_tensor)(intptr_t)42 && second == untouched);
  CHECK(tt_live_tensors() == before);
  tt_free_list((tt_tensor[]){a, b}, 2);
}

static void infoIsOneCall(void) {
  int64_t info[69], strides[64];
  tt_tensor x = counting(SIZES(2, 3, 4)), turned;
  int32_t contiguous;
  OK(tt_transpose(x, 0, 2, &turned));
  OK(tt_info(turned, info));
  CHECK(info[0] == 3 && info[1] == FLOAT32 && info[2] == CPU && info[4] == 0);
  CHECK(info[5] == 4 && info[6] == 3 && info[7] == 2);
  OK(tt_strides(turned, strides));
  CHECK(strides[0] == 1 && strides[1] == 4 && strides[2] == 12);
  OK(tt_is_contiguous(turned, &contiguous));
  CHECK(!contiguous);
  tt_free_list((tt_tensor[]){x, turned}, 2);
}

static void emptyTensorsAreAllowed(void) {
  tt_tensor none, sum;
  void *data;
  int64_t bytes;
  OK(tt_empty(SIZES(0, 3), FLOAT32, CPU, -1, 0, &none));
  OK(tt_data(none, &data, &bytes));
  CHECK(bytes == 0);
  OK(tt_sum(none, NULL, 0, 0, &sum));
  NEAR(item(sum), 0, 0);
  tt_free_list((tt_tensor[]){none, sum}, 2);
}

static void randomStateRoundTrips(void) {
  tt_tensor state, first, again, equal;
  OK(tt_manual_seed(11));
  OK(tt_rng_state(CPU, -1, &state));
  CHECK(dtype(state) == UINT8);
  OK(tt_randn(SIZES(16), FLOAT32, CPU, -1, &first));
  OK(tt_set_rng_state(CPU, -1, state));
  OK(tt_randn(SIZES(16), FLOAT32, CPU, -1, &again));
  tt_tensor same;
  OK(tt_eq(first, again, &same));
  OK(tt_all(same, &equal));
  NEAR(item(equal), 1, 0);
  tt_free_list((tt_tensor[]){state, first, again, same, equal}, 5);
}

int main(void) {
  RUN(everyHandleIsCountedUntilItIsFreed);
  RUN(freeingNullDoesNothing);
  RUN(freeListSkipsNullEntries);
  RUN(aViewOutlivesItsBase);
  RUN(viewsShareAndClonesDoNot);
  RUN(anAliasSharesItsGradient);
  RUN(pairsAreTwoHandles);
  RUN(aFailureLeaksAndWritesNothing);
  RUN(infoIsOneCall);
  RUN(emptyTensorsAreAllowed);
  RUN(randomStateRoundTrips);
  return finish();
}
