/* Two ranks in two threads: the store, collectives, gradient averaging, a rank that exits. */
#include <arpa/inet.h>
#include <pthread.h>
#include <unistd.h>

#include "check.h"

enum { RANKS = 2, TIMEOUT_MS = 30000 };
static const char HERE[] = "127.0.0.1";

static int32_t freePort(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int s = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(s, (struct sockaddr *)&address, length) == 0 &&
        getsockname(s, (struct sockaddr *)&address, &length) == 0);
  close(s);
  return ntohs(address.sin_port);
}

typedef struct {
  int32_t rank;
  int64_t timeout_ms;
  tt_store store;
  void (*law)(tt_group, int32_t);
} Rank;

static void *runRank(void *of) {
  Rank *rank = of;
  tt_group group;
  OK(tt_group_new(rank->store, "test", rank->rank, RANKS, HERE, CPU, -1, rank->timeout_ms, &group));
  rank->law(group, rank->rank);
  tt_group_free(group);
  return NULL;
}

/* Runs a law on two ranks with one store. */
static void onTwoRanks(void (*law)(tt_group, int32_t), int64_t timeout_ms) {
  pthread_t threads[RANKS];
  Rank ranks[RANKS];
  int32_t port = freePort();
  for (int32_t r = 0; r < RANKS; r++) {
    ranks[r] = (Rank){r, timeout_ms, NULL, law};
    OK(tt_store_new(HERE, port, r == 0, TIMEOUT_MS, &ranks[r].store));
  }
  for (int r = 0; r < RANKS; r++) pthread_create(&threads[r], NULL, runRank, &ranks[r]);
  for (int r = 0; r < RANKS; r++) pthread_join(threads[r], NULL);
  for (int r = RANKS; r-- > 0;) tt_store_free(ranks[r].store);
}

static void aStoreKeepsItsValues(void) {
  tt_store store;
  tt_stack stack;
  int32_t has;
  int64_t sum, length;
  char value[3];
  OK(tt_store_new(HERE, freePort(), 1, TIMEOUT_MS, &store));
  OK(tt_store_has(store, "k", &has));
  CHECK(!has);
  OK(tt_store_set(store, "k", "v\xc3\xbc"));
  OK(tt_store_has(store, "k", &has));
  CHECK(has);
  OK(tt_stack_new(&stack));
  OK(tt_store_get(store, "k", stack));
  OK(tt_stack_kind(stack, 0, &has, &length));
  CHECK(length == 3);
  OK(tt_stack_string_at(stack, 0, value));
  CHECK(!memcmp(value, "v\xc3\xbc", 3));
  tt_stack_free(stack);
  OK(tt_store_add(store, "n", 2, &sum));
  OK(tt_store_add(store, "n", 3, &sum));
  CHECK(sum == 5);
  tt_store_free(store);
  CHECK(tt_store_new(HERE, 0, 1, TIMEOUT_MS, &store) == TT_VALUE);
  SAYS("port must be in 1..65535");
}

static void exchange(tt_group group, int32_t rank) {
  tt_tensor mine = full(rank + 1, SIZES(3)), sum = full(rank + 1, SIZES(3)), all,
            broadcast = full(7 * rank, SIZES(2, 2)), same = full(5, SIZES(4));
  int64_t differs;
  OK(tt_group_all_reduce_(group, sum, 0));
  NEAR(floats(sum)[2], 3, 0);
  OK(tt_group_all_gather(group, mine, &all));
  for (int i = 0; i < 6; i++) NEAR(floats(all)[i], i / 3 + 1, 0);
  OK(tt_group_broadcast_(group, &broadcast, 1, 1));
  NEAR(floats(broadcast)[3], 7, 0);
  OK(tt_group_first_difference(group, (tt_tensor[]){same, broadcast, mine}, 3, &differs));
  CHECK(differs == 2);
  OK(tt_group_first_difference(group, (tt_tensor[]){same, broadcast}, 2, &differs));
  CHECK(differs == -1);
  floats(same)[rank] += 1; /* the same values in another order */
  OK(tt_group_first_difference(group, &same, 1, &differs));
  CHECK(differs == 0);
  OK(tt_group_barrier(group));
  CHECK(tt_group_all_reduce_(group, mine, 9) == TT_VALUE);
  tt_free_list((tt_tensor[]){mine, sum, all, broadcast, same}, 5);
}

static void ranksExchangeTensors(void) { onTwoRanks(exchange, TIMEOUT_MS); }

/* Rank 0 uses params[0] and params[1], rank 1 only params[0]; no rank uses params[2]. The gradient
   of a sum of squares is twice its input. */
static void average(tt_group group, int32_t rank) {
  tt_tensor params[] = {full(rank + 1, SIZES(5)), full(3, SIZES(5)), full(1, SIZES(5))}, gradient;
  for (int i = 0; i < 3; i++) OK(tt_set_requires_grad(params[i], 1));
  tt_reducer reducer;
  OK(tt_reducer_new(group, params, 3, 24, 1, &reducer));
  for (int step = 0; step < 3; step++) { /* the first step agrees on buckets, the others use them */
    tt_tensor used, square, loss;
    double votes;
    OK(tt_zero_grad(params, 3, 1));
    OK(tt_reducer_begin(reducer));
    OK(tt_cat(params, 2 - rank, 0, &used));
    OK(tt_square(used, &square));
    OK(tt_sum(square, NULL, 0, 0, &loss));
    OK(tt_backward(loss, NULL, 0));
    OK(tt_reducer_finish(reducer, rank, &votes));
    NEAR(votes, 1, 0);
    OK(tt_grad(params[0], &gradient));
    NEAR(floats(gradient)[4], 3, 0); /* the mean of 2 and 4 */
    tt_free(gradient);
    OK(tt_grad(params[1], &gradient));
    CHECK(gradient != NULL);
    NEAR(floats(gradient)[0], 3, 0); /* the mean of 6 and a missing one */
    tt_free(gradient);
    OK(tt_grad(params[2], &gradient));
    CHECK(gradient == NULL);
    tt_free_list((tt_tensor[]){used, square, loss}, 3);
  }
  tt_reducer_free(reducer);
  tt_free_list(params, 3);
}

static void gradientsBecomeMeans(void) { onTwoRanks(average, TIMEOUT_MS); }

static void rank1Exits(tt_group group, int32_t rank) {
  if (rank == 1) return;
  tt_tensor x = full(1, SIZES(2));
  CHECK(tt_group_all_reduce_(group, x, 0) == TT_DISTRIBUTED);
  tt_free(x);
}

static void anExitedRankIsAnErrorOnTheOther(void) { onTwoRanks(rank1Exits, 2000); }

int main(void) {
  const char *missing;
  OK(tt_distributed_missing(&missing));
  if (missing) {
    printf("skipped: %s\n", missing);
    return 0;
  }
  RUN(aStoreKeepsItsValues);
  RUN(ranksExchangeTensors);
  RUN(gradientsBecomeMeans);
  RUN(anExitedRankIsAnErrorOnTheOther);
  return finish();
}
