/*
 * Shared by the C tests: checks that report file and line, and functions that make and read small
 * tensors. RUN runs a test and also checks that it leaks no handle.
 */
#ifndef TOCO_TEST_CHECK_H
#define TOCO_TEST_CHECK_H
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toco_torch.h"

/* dtypes and device types, as numbered in toco_torch.h */
enum { UINT8 = 0, INT32 = 3, INT64 = 4, FLOAT32 = 6, FLOAT64 = 7, BOOL = 11, BFLOAT16 = 15 };
enum { CPU = 0, CUDA = 1, PRIVATE_USE = 20 };

static int failures;

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
      failures++; \
    } \
  } while (0)

/* For calls that must succeed; exits otherwise. */
#define OK(call) \
  do { \
    int32_t status_ = (call); \
    if (status_ != TT_OK) { \
      fprintf(stderr, "%s:%d: %s gave status %d: %s\n", __FILE__, __LINE__, #call, status_, \
              tt_last_error()); \
      exit(1); \
    } \
  } while (0)

#define NEAR(got, expected, tolerance) \
  do { \
    double got_ = (got), expected_ = (expected); \
    if (!(fabs(got_ - expected_) <= (tolerance))) { \
      fprintf(stderr, "%s:%d: %s is %.9g, expected %.9g\n", __FILE__, __LINE__, #got, got_, \
              expected_); \
      failures++; \
    } \
  } while (0)

#define SAYS(part) \
  do { \
    if (!strstr(tt_last_error(), part)) { \
      fprintf(stderr, "%s:%d: the message should contain '%s', got: %s\n", __FILE__, __LINE__, \
              part, tt_last_error()); \
      failures++; \
    } \
  } while (0)

#define RUN(law) \
  do { \
    int64_t live_ = tt_live_tensors(); \
    int before_ = failures; \
    law(); \
    if (tt_live_tensors() != live_) { \
      fprintf(stderr, "%s leaked %ld tensors\n", #law, (long)(tt_live_tensors() - live_)); \
      failures++; \
    } \
    printf("%s %s\n", failures == before_ ? "ok    " : "FAILED", #law); \
    fflush(stdout); \
  } while (0)

#define SIZES(...) \
  (const int64_t[]){__VA_ARGS__}, (int64_t)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

/* 0, 1, 2, ... as float32 in the given shape. */
static inline tt_tensor counting(const int64_t *sizes, int64_t dims) {
  int64_t count = 1;
  for (int64_t i = 0; i < dims; i++) count *= sizes[i];
  tt_tensor flat, shaped;
  OK(tt_arange(0, (double)count, 1, FLOAT32, CPU, -1, &flat));
  OK(tt_reshape(flat, sizes, dims, &shaped));
  tt_free(flat);
  return shaped;
}

static inline tt_tensor full(double value, const int64_t *sizes, int64_t dims) {
  tt_tensor made;
  OK(tt_full(sizes, dims, value, FLOAT32, CPU, -1, &made));
  return made;
}

static inline double item(tt_tensor self) {
  double value;
  OK(tt_item_double(self, &value));
  return value;
}

static inline float *floats(tt_tensor self) {
  void *data;
  int64_t bytes;
  OK(tt_data(self, &data, &bytes));
  return data;
}

static inline int64_t dtype(tt_tensor self) {
  int64_t info[69];
  OK(tt_info(self, info));
  return info[1];
}

static inline int finish(void) {
  if (failures) fprintf(stderr, "%d checks failed\n", failures);
  return failures != 0;
}
#endif
