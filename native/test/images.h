/* Images of awkward sizes and full of noise, for the tests of 8-bit images. */
#ifndef TOCO_TEST_IMAGES_H
#define TOCO_TEST_IMAGES_H
#include <stdint.h>

#include "check.h"

enum { BILINEAR = 1, BICUBIC = 2 };

/* Level i is the highest byte of the low 32 bits of i * 2654435761: all level differences occur. */
static inline uint8_t noise_at(int64_t i) { return (uint8_t)((uint32_t)i * 2654435761u >> 24); }

static inline uint8_t *levels(tt_tensor image) {
  void *data;
  int64_t bytes;
  OK(tt_data(image, &data, &bytes));
  return data;
}

static inline tt_tensor image_of(int64_t height, int64_t width) {
  tt_tensor image;
  OK(tt_empty(SIZES(height, width, 3), UINT8, CPU, -1, 0, &image));
  for (int64_t i = 0; i < height * width * 3; i++) levels(image)[i] = noise_at(i);
  return image;
}

static inline tt_tensor copy_of(tt_tensor image) {
  tt_tensor copy;
  OK(tt_clone(image, &copy));
  return copy;
}

static inline int64_t clamp(int64_t i, int64_t low, int64_t high) {
  return i < low ? low : i > high ? high : i;
}

static inline int differences(const uint8_t *got, const uint8_t *expected, int64_t count) {
  int found = 0;
  for (int64_t i = 0; i < count; i++) found += got[i] != expected[i];
  return found;
}

static const int64_t sizes[][2] = {{1, 1}, {1, 2}, {7, 1}, {3, 85}, {2, 257}, {31, 33}};
#define EVERY_SIZE(i) (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
#endif
