#include <algorithm>
#include <cmath>
#include <cstdint>

#include "attention.h"
#include "blocks.h"
#include "head.h"
#include "kernels/parallel.h"
#include "scratch.h"

namespace toco::attention {
namespace {

// Scratch memory of one thread for a block of queries.
struct Workspace {
  Scratch queries, scores, output, largest, sums;
};

// Attention of one block of queries to all keys of its head.
void attend(const Head &head, const float *keys, const float *values, int64_t first, float scale,
            float *output, float *log_sums) {
  thread_local Workspace work;
  const int64_t width = head.width, tokens = head.tokens;
  const int64_t count = std::min(kQueries, tokens - first), rows = round_up(count, kTileRows);
  float *queries = work.queries.room(kQueries * width);
  float *scores = work.scores.room(kQueries * kKeys);
  float *sum = work.output.room(kQueries * width);
  float *largest = work.largest.room(kQueries);
  float *sums = work.sums.room(kQueries);
  gather_rows(head.queries() + first * head.row, head.row, head.bias, count, width, scale * kLog2E,
              queries);
  std::fill(queries + count * width, queries + rows * width, 0.0f);
  std::fill(sum, sum + rows * width, 0.0f);
  std::fill(largest, largest + rows, -1e30f);
  std::fill(sums, sums + rows, 0.0f);
  for (int64_t key = 0; key < tokens; key += kKeys) {
    const int64_t present = std::min(kKeys, tokens - key);
    multiply(false, rows, round_up(present, kTileColumns), width, {queries, width, 1},
             keys + key * width, kKeys, scores, kKeys);
    softmax(scores, rows, present, largest, sums, sum, width);
    multiply(true, rows, width, present, {scores, kKeys, 1}, values + key * width, width, sum,
             width);
  }
  for (int64_t i = 0; i < count; ++i) {
    scatter_rows(sum + i * width, 1, width, 1 / sums[i], output + (first + i) * head.output_row(),
                 width);
    log_sums[first + i] = largest[i] + std::log2(sums[i]);
  }
}

}  // namespace

void forward(const float *qkv, const float *bias, Size size, float scale, float *output,
             float *log_sums) {
  const int64_t heads = size.batch * size.heads, blocks = (size.tokens + kQueries - 1) / kQueries;
  const int64_t keys_size = round_up(size.tokens, kKeys) * size.width,
                values_size = size.tokens * size.width;
  thread_local Scratch packed;
  float *keys = packed.room(heads * (keys_size + values_size));
  float *values = keys + heads * keys_size;
  parallel_for(0, heads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t h = begin; h < end; ++h) {
      const Head head(qkv, bias, size, h);
      transpose_blocks(head.keys(), head.row, head.key_bias(), head.tokens, head.width,
                       keys + h * keys_size);
      gather_rows(head.values(), head.row, head.value_bias(), head.tokens, head.width, 1,
                  values + h * values_size);
    }
  });
  parallel_for(0, heads * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t h = task / blocks;
      const Head head(qkv, bias, size, h);
      attend(head, keys + h * keys_size, values + h * values_size, task % blocks * kQueries, scale,
             output + head.output_offset, log_sums + h * size.tokens);
    }
  });
}

}  // namespace toco::attention
