/* Operators on 8-bit images against plain implementations of Pillow; errors; threads. */
#include <pthread.h>

#include "images.h"

/* ---- colours ---- */

static int luma(const uint8_t *pixel) {
  return (19595 * pixel[0] + 38470 * pixel[1] + 7471 * pixel[2] + 32768) >> 16;
}

static uint8_t blend(int grey, int level, float factor) {
  volatile float product = factor * (float)(level - grey); /* volatile: no fused multiply-add */
  float mixed = (float)grey + product;
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : (uint8_t)mixed;
}

static void factorsBlendWithBlackTheMeanAndTheGrey(void) {
  for
    EVERY_SIZE(i) {
      for (double factor = 0; factor < 2.1; factor += 0.35) {
        int64_t pixels = sizes[i][0] * sizes[i][1];
        tt_tensor image = image_of(sizes[i][0], sizes[i][1]),
                  made[3] = {copy_of(image), copy_of(image), copy_of(image)};
        OK(tt_image_brightness_(made[0], factor));
        OK(tt_image_contrast_(made[1], factor));
        OK(tt_image_saturation_(made[2], factor));
        double sum = 0;
        for (int64_t p = 0; p < pixels; p++) sum += luma(levels(image) + 3 * p);
        int mean = (int)(sum / (double)pixels + 0.5), wrong = 0;
        for (int64_t k = 0; k < 3 * pixels; k++) {
          int level = levels(image)[k];
          wrong += levels(made[0])[k] != blend(0, level, (float)factor);
          wrong += levels(made[1])[k] != blend(mean, level, (float)factor);
          wrong +=
              levels(made[2])[k] != blend(luma(levels(image) + k / 3 * 3), level, (float)factor);
        }
        CHECK(wrong == 0);
        tt_free(image);
        tt_free_list(made, 3);
      }
    }
}

static void greyAndSolarizeFollowTheirDefinition(void) {
  for
    EVERY_SIZE(i) {
      tt_tensor image = image_of(sizes[i][0], sizes[i][1]), grey = copy_of(image),
                solar = copy_of(image);
      OK(tt_image_grayscale_(grey));
      OK(tt_image_solarize_(solar, 128));
      int wrong = 0;
      for (int64_t k = 0; k < sizes[i][0] * sizes[i][1] * 3; k++) {
        int level = levels(image)[k];
        wrong += levels(grey)[k] != luma(levels(image) + k / 3 * 3);
        wrong += levels(solar)[k] != (level < 128 ? level : 255 - level);
      }
      CHECK(wrong == 0);
      tt_free_list((tt_tensor[]){image, grey, solar}, 3);
    }
}

static void aThirdOfATurnMovesThePrimaries(void) {
  tt_tensor image = image_of(1, 4);
  memcpy(levels(image), (uint8_t[]){255, 0, 0, 0, 200, 0, 0, 0, 90, 77, 77, 77}, 12);
  OK(tt_image_hue_(image, 1.0 / 3)); /* 85 of 255 steps: no rounding */
  CHECK(differences(levels(image), (uint8_t[]){0, 255, 0, 0, 0, 200, 90, 0, 0, 77, 77, 77}, 12) ==
        0);
  OK(tt_image_hue_(image, -1.0 / 3));
  CHECK(differences(levels(image), (uint8_t[]){255, 0, 0, 0, 200, 0}, 6) == 0);
  CHECK(levels(image)[6] > 0); /* red minus 85 wraps to 171 of 256, one step past blue's 170 */
  tt_free(image);
}

/* ---- blur ---- */

static void box_pass(const uint8_t *in, int64_t height, int64_t width, int down, float radius,
                     uint8_t *out) {
  int64_t whole = (int64_t)radius;
  uint32_t inner = (uint32_t)((float)(1 << 24) / (radius * 2 + 1)),
           outer = ((1u << 24) - (uint32_t)(2 * whole + 1) * inner) / 2;
  for (int64_t y = 0; y < height; y++)
    for (int64_t x = 0; x < width; x++)
      for (int c = 0; c < 3; c++) {
        uint32_t sum = 1u << 23;
        for (int64_t d = -whole - 1; d <= whole + 1; d++) {
          int64_t row = down ? clamp(y + d, 0, height - 1) : y,
                  column = down ? x : clamp(x + d, 0, width - 1);
          sum += in[(row * width + column) * 3 + c] * (d < -whole || d > whole ? outer : inner);
        }
        out[(y * width + x) * 3 + c] = (uint8_t)(sum >> 24);
      }
}

static float box_radius(float radius) {
  float variance = radius * radius / 3, length = (float)sqrt(12.0 * variance + 1.0),
        whole = (float)floor((length - 1.0) / 2.0);
  float fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
  return whole + fraction / (6 * (variance - (whole + 1) * (whole + 1)));
}

static void aBlurIsThreeBoxesInEachDirection(void) {
  for
    EVERY_SIZE(i) {
      int64_t height = sizes[i][0], width = sizes[i][1], bytes = height * width * 3;
      uint8_t *a = malloc((size_t)bytes), *b = malloc((size_t)bytes);
      for (double radius = 0.1; radius < 40; radius *= 1.7) {
        tt_tensor image = image_of(height, width);
        memcpy(a, levels(image), (size_t)bytes);
        for (int pass = 0; pass < 6; pass++) {
          box_pass(a, height, width, pass >= 3, box_radius((float)radius), b);
          memcpy(a, b, (size_t)bytes);
        }
        OK(tt_image_gaussian_blur_(image, radius));
        CHECK(differences(levels(image), a, bytes) == 0);
        tt_free(image);
      }
      free(a);
      free(b);
    }
}

/* ---- layout ---- */

static void flippingMirrorsEveryRow(void) {
  for (int64_t width = 1; width < 1200; width += width < 8 ? 1 : 97) {
    tt_tensor image = image_of(2, width), flipped = copy_of(image);
    OK(tt_image_flip_(flipped));
    int wrong = 0;
    for (int64_t y = 0; y < 2; y++)
      for (int64_t x = 0; x < width; x++)
        wrong += memcmp(levels(flipped) + (y * width + x) * 3,
                        levels(image) + (y * width + width - 1 - x) * 3, 3) != 0;
    CHECK(wrong == 0);
    tt_free_list((tt_tensor[]){image, flipped}, 2);
  }
}

static void normalizeFillsOneSampleOfABatch(void) {
  const double mean[3] = {123.675f, 116.28f, 103.53f}, deviation[3] = {58.395f, 57.12f, 57.375f};
  tt_tensor image = image_of(5, 61), batch = full(-9, SIZES(3, 3, 5, 61)), sample;
  OK(tt_select(batch, 0, 1, &sample));
  OK(tt_image_normalize(image, mean, deviation, sample));
  int wrong = 0;
  for (int64_t i = 0; i < 3 * 3 * 5 * 61; i++) {
    int64_t inside = i - 3 * 5 * 61, c = inside / (5 * 61), p = inside % (5 * 61);
    float expected = inside < 0 || c > 2
                         ? -9
                         : ((float)levels(image)[3 * p + c] - (float)mean[c]) / (float)deviation[c];
    wrong += floats(batch)[i] != expected;
  }
  CHECK(wrong == 0);
  tt_free_list((tt_tensor[]){image, batch, sample}, 3);
}

/* ---- errors and threads ---- */

static void invalidArgumentsAreRejectedAndChangeNothing(void) {
  tt_tensor image = image_of(6, 8), before = copy_of(image), out = image_of(4, 4),
            floating = full(1, SIZES(6, 8, 3)), wrong, view, empty;
  OK(tt_permute(image, (int64_t[]){2, 0, 1}, 3, &wrong));
  OK(tt_slice(image, 1, 0, 4, 1, &view));
  OK(tt_slice(image, 0, 0, 0, 1, &empty));
  CHECK(tt_image_brightness_(floating, 1) == TT_TYPE);
  SAYS("image must be uint8 on the CPU, got Float");
  CHECK(tt_image_contrast_(wrong, 1) == TT_VALUE);
  SAYS("[H, W, 3]");
  CHECK(tt_image_saturation_(view, 1) == TT_VALUE);
  SAYS("contiguous");
  CHECK(tt_image_flip_(empty) == TT_VALUE);
  CHECK(tt_image_brightness_(image, -1) == TT_VALUE);
  CHECK(tt_image_contrast_(image, NAN) == TT_VALUE);
  CHECK(tt_image_saturation_(image, INFINITY) == TT_VALUE);
  SAYS("factor must be a number >= 0");
  CHECK(tt_image_hue_(image, 0.6) == TT_VALUE);
  CHECK(tt_image_hue_(image, NAN) == TT_VALUE);
  CHECK(tt_image_solarize_(image, 257) == TT_VALUE);
  CHECK(tt_image_gaussian_blur_(image, -0.1) == TT_VALUE);
  CHECK(tt_image_gaussian_blur_(image, 1e9) == TT_VALUE);
  int64_t cut[4] = {0, 0, 6, 8}, beyond[4] = {1, 0, 6, 8}, huge[4] = {INT64_MAX, 0, 1, 1},
          scaled[2] = {4, 4}, none[2] = {0, 4}, place[2] = {0, 0};
  CHECK(tt_image_resample(image, beyond, scaled, place, BILINEAR, out) == TT_INDEX);
  CHECK(tt_image_resample(image, huge, scaled, place, BILINEAR, out) == TT_INDEX);
  SAYS("cut must be inside");
  CHECK(tt_image_resample(image, cut, none, place, BILINEAR, out) == TT_VALUE);
  CHECK(tt_image_resample(image, cut, scaled, (int64_t[]){INT64_MIN, 0}, BILINEAR, out) ==
        TT_VALUE);
  CHECK(tt_image_resample(image, cut, scaled, place, 0, out) == TT_VALUE);
  CHECK(tt_image_resample(image, cut, scaled, place, BICUBIC, image) == TT_VALUE);
  SAYS("share no memory");
  CHECK(tt_image_normalize(image, (double[]){0, 0, 0}, (double[]){1, 1, 1}, floating) == TT_VALUE);
  SAYS("out must be [3, 6, 8]");
  CHECK(differences(levels(image), levels(before), 6 * 8 * 3) == 0);
  tt_free_list((tt_tensor[]){image, before, out, floating, wrong, view, empty}, 7);
}

static void *blur_and_resize(void *result) {
  for (int64_t size = 3; size < 120; size += 13) { /* the thread's scratch memory grows */
    tt_tensor image = image_of(size, 2 * size), out = image_of(50, 60);
    OK(tt_image_gaussian_blur_(image, 1.3));
    OK(tt_image_resample(image, (int64_t[]){0, 0, size, 2 * size}, (int64_t[]){50, 60},
                         (int64_t[]){0, 0}, BICUBIC, out));
    memcpy(result, levels(out), 50 * 60 * 3);
    tt_free_list((tt_tensor[]){image, out}, 2);
  }
  return NULL;
}

static void threadsAreIndependent(void) {
  static uint8_t results[5][50 * 60 * 3];
  pthread_t threads[4];
  blur_and_resize(results[4]);
  for (int i = 0; i < 4; i++)
    CHECK(pthread_create(&threads[i], NULL, blur_and_resize, results[i]) == 0);
  for (int i = 0; i < 4; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(memcmp(results[i], results[4], sizeof results[4]) == 0);
  }
}

int main(void) {
  RUN(factorsBlendWithBlackTheMeanAndTheGrey);
  RUN(greyAndSolarizeFollowTheirDefinition);
  RUN(aThirdOfATurnMovesThePrimaries);
  RUN(aBlurIsThreeBoxesInEachDirection);
  RUN(flippingMirrorsEveryRow);
  RUN(normalizeFillsOneSampleOfABatch);
  RUN(invalidArgumentsAreRejectedAndChangeNothing);
  RUN(threadsAreIndependent);
  return finish();
}
