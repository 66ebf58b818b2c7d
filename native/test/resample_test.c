/* Resampling of 8-bit images against a plain implementation of what Pillow computes. */
#include <math.h>
#include <stdlib.h>

#include "images.h"

static double weight(int filter, double x) {
  x = fabs(x);
  if (filter == BILINEAR) return x < 1 ? 1 - x : 0;
  return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

/* One level of a line of `count`, `step` bytes apart, at position `at` of `scaled`. */
static uint8_t resampled(const uint8_t *line, int64_t count, int64_t step, int64_t scaled,
                         int64_t at, int filter) {
  double scale = (double)count / (double)scaled, stretch = scale < 1 ? 1 : scale,
         centre = ((double)at + 0.5) * scale, total = 0;
  double reach = filter * stretch;
  int64_t start = clamp((int64_t)(centre - reach + 0.5), 0, count),
          stop = clamp((int64_t)(centre + reach + 0.5), 0, count);
  int64_t sum = 1 << 21;
  for (int64_t x = start; x < stop; x++)
    total += weight(filter, ((double)x - centre + 0.5) * (1 / stretch));
  for (int64_t x = start; x < stop; x++) {
    double w = weight(filter, ((double)x - centre + 0.5) * (1 / stretch)) / total * (1 << 22);
    sum += (int64_t)(w < 0 ? w - 0.5 : w + 0.5) * line[x * step];
  }
  return (uint8_t)clamp(sum >> 22, 0, 255);
}

static void resamplingWeightsRowsThenColumns(void) {
  static const int64_t scales[][2] = {{1, 1}, {5, 90}, {31, 33}, {64, 40}, {3, 300}};
  for
    EVERY_SIZE(i) {
      for (int k = 0; k < 5 * 2; k++) {
        int filter = 1 + k % 2;
        int64_t height = sizes[i][0], width = sizes[i][1], h = scales[k / 2][0],
                w = scales[k / 2][1];
        int64_t top = height / 3, left = width / 4, rows = height - top,
                columns = width - left; /* of the cut */
        int64_t place[2] = {k % 3 - 1, 2 - k}, out_h = 20, out_w = 41;
        tt_tensor image = image_of(height, width), out = image_of(out_h, out_w);
        OK(tt_image_resample(image, (int64_t[]){top, left, rows, columns}, (int64_t[]){h, w}, place,
                             filter, out));
        uint8_t *narrow = malloc((size_t)(rows * w * 3));
        for (int64_t y = 0; y < rows; y++)
          for (int64_t x = 0; x < w; x++)
            for (int c = 0; c < 3; c++)
              narrow[(y * w + x) * 3 + c] = resampled(
                  levels(image) + ((top + y) * width + left) * 3 + c, columns, 3, w, x, filter);
        int wrong = 0;
        for (int64_t y = 0; y < out_h; y++)
          for (int64_t x = 0; x < out_w; x++)
            for (int c = 0; c < 3; c++) {
              int64_t row = y - place[0], column = x - place[1];
              int shows = row >= 0 && row < h && column >= 0 && column < w;
              int expected =
                  shows ? resampled(narrow + column * 3 + c, rows, w * 3, h, row, filter) : 0;
              wrong += levels(out)[(y * out_w + x) * 3 + c] != expected;
            }
        CHECK(wrong == 0);
        free(narrow);
        tt_free_list((tt_tensor[]){image, out}, 2);
      }
    }
}

int main(void) {
  RUN(resamplingWeightsRowsThenColumns);
  return finish();
}
