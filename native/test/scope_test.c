/* What Java's scopes rely on: many handles freed in one call, in any order, on any thread. */
#include <pthread.h>

#include "check.h"

enum { MANY = 2000 };

static void aLongListIsFreedInOneCall(void) {
  static tt_tensor list[MANY];
  int64_t before = tt_live_tensors();
  list[0] = counting(SIZES(8));
  for (int i = 1; i < MANY; i++) OK(tt_add_scalar(list[i - 1], 1, &list[i]));
  CHECK(tt_live_tensors() == before + MANY);
  NEAR(floats(list[MANY - 1])[0], MANY - 1, 0);
  tt_free_list(list, MANY);
}

static void aGraphIsFreedInAnyOrder(void) {
  for (int reversed = 0; reversed < 2; reversed++) {
    static tt_tensor list[MANY], ordered[MANY];
    list[0] = counting(SIZES(4));
    OK(tt_set_requires_grad(list[0], 1));
    for (int i = 1; i < MANY; i++)
      OK(tt_mul_scalar(list[i - 1], 1, &list[i])); /* a chain of MANY nodes */
    for (int i = 0; i < MANY; i++) ordered[i] = list[reversed ? MANY - 1 - i : i];
    tt_free_list(ordered, MANY);
  }
}

static void *freeThem(void *list) {
  tt_free_list(list, 3);
  return NULL;
}

static void anyThreadMayFree(void) {
  tt_tensor list[] = {counting(SIZES(3)), full(2, SIZES(2)), counting(SIZES(1))};
  pthread_t other;
  CHECK(pthread_create(&other, NULL, freeThem, list) == 0);
  pthread_join(other, NULL);
}

static void *countUp(void *ignored) {
  (void)ignored;
  for (int i = 0; i < 500; i++) {
    tt_tensor a = full(i, SIZES(4)), b;
    OK(tt_square(a, &b));
    tt_free_list((tt_tensor[]){a, b}, 2);
  }
  return NULL;
}

static void theCountIsThreadSafe(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, countUp, NULL) == 0);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

static void listsJoinAndStack(void) {
  tt_tensor parts[] = {counting(SIZES(2, 3)), full(9, SIZES(2, 3))}, joined, stacked;
  int64_t info[69];
  OK(tt_cat(parts, 2, -1, &joined));
  OK(tt_info(joined, info));
  CHECK(info[0] == 2 && info[6] == 6);
  OK(tt_stack_tensors(parts, 2, 0, &stacked));
  OK(tt_info(stacked, info));
  CHECK(info[0] == 3 && info[5] == 2);
  tt_free_list(parts, 2);
  NEAR(floats(joined)[3], 9, 0);
  NEAR(floats(stacked)[6], 9, 0);
  CHECK(tt_cat(NULL, 0, 0, &joined) != TT_OK);
  tt_free_list((tt_tensor[]){joined, stacked}, 2);
}

int main(void) {
  RUN(aLongListIsFreedInOneCall);
  RUN(aGraphIsFreedInAnyOrder);
  RUN(anyThreadMayFree);
  RUN(theCountIsThreadSafe);
  RUN(listsJoinAndStack);
  return finish();
}
