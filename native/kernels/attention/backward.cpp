#include <algorithm>
#include <cstdint>

#include "attention.h"
#include "blocks.h"
#include "head.h"
#include "kernels/parallel.h"
#include "scratch.h"

namespace toco::attention {
namespace {

constexpr float kLn2 = 0.693147181f;

// Scratch memory of one thread: a head's rows, contiguous and padded to whole blocks of queries,
// and intermediate results.
struct Workspace {
  Scratch queries, gradient, log_sums, deltas, query_gradient;
  Scratch keys, transposed_keys, transposed_values, scores, score_gradient, key_gradient,
      value_gradient;
};

float dot(const float *a, const float *b, int64_t count) {
  float sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

void head_backward(const Head &head, const float *output, const float *log_sums,
                   const float *output_gradient, float scale, float *gradient_first) {
  thread_local Workspace work;
  const int64_t width = head.width, tokens = head.tokens, padded = round_up(tokens, kQueries);
  float *queries = work.queries.room(padded * width);
  float *gradient = work.gradient.room(padded * width);
  float *query_gradient = work.query_gradient.room(padded * width);
  float *log_sum = work.log_sums.room(padded);
  float *deltas = work.deltas.room(padded);
  gather_rows(head.queries(), head.row, head.bias, tokens, width, scale * kLog2E, queries);
  for (int64_t t = 0; t < tokens; ++t) {
    std::copy_n(output_gradient + t * head.output_row(), width, gradient + t * width);
    log_sum[t] = log_sums[t];
    deltas[t] = dot(output + t * head.output_row(), output_gradient + t * head.output_row(), width);
  }
  std::fill(queries + tokens * width, queries + padded * width, 0.0f);
  std::fill(gradient + tokens * width, gradient + padded * width, 0.0f);
  std::fill(query_gradient, query_gradient + padded * width, 0.0f);
  std::fill(log_sum + tokens, log_sum + padded, 1e30f);  // padding: probabilities of 0
  std::fill(deltas + tokens, deltas + padded, 0.0f);

  float *keys = work.keys.room(kKeys * width);
  float *transposed_keys = work.transposed_keys.room(kKeys * width);
  float *transposed_values = work.transposed_values.room(kKeys * width);
  float *scores = work.scores.room(kQueries * kKeys);
  float *score_gradient = work.score_gradient.room(kQueries * kKeys);
  float *key_gradient = work.key_gradient.room(kKeys * width);
  float *value_gradient = work.value_gradient.room(kKeys * width);
  for (int64_t key = 0; key < tokens; key += kKeys) {
    const int64_t count = std::min(kKeys, tokens - key);
    const int64_t columns = round_up(count, kTileColumns), rows = round_up(count, kTileRows);
    gather_rows(head.keys() + key * head.row, head.row, head.key_bias(), count, width, 1, keys);
    transpose_blocks(head.keys() + key * head.row, head.row, head.key_bias(), count, width,
                     transposed_keys);
    transpose_blocks(head.values() + key * head.row, head.row, head.value_bias(), count, width,
                     transposed_values);
    std::fill(key_gradient, key_gradient + rows * width, 0.0f);
    std::fill(value_gradient, value_gradient + rows * width, 0.0f);
    for (int64_t query = 0; query < padded; query += kQueries) {
      const float *q = queries + query * width, *g = gradient + query * width;
      multiply(false, kQueries, columns, width, {q, width, 1}, transposed_keys, kKeys, scores,
               kKeys);
      multiply(false, kQueries, columns, width, {g, width, 1}, transposed_values, kKeys,
               score_gradient, kKeys);
      score_gradients(scores, score_gradient, kQueries, columns, log_sum + query, deltas + query);
      multiply(true, rows, width, kQueries, {scores, 1, kKeys}, g, width, value_gradient, width);
      multiply(true, rows, width, kQueries, {score_gradient, 1, kKeys}, q, width, key_gradient,
               width);
      multiply(true, kQueries, width, count, {score_gradient, kKeys, 1}, keys, width,
               query_gradient + query * width, width);
    }
    float *key_out = gradient_first + head.qkv_stride + key * head.row;
    scatter_rows(key_gradient, count, width, kLn2, key_out,
                 head.row);  // the queries include scale * log2(e)
    scatter_rows(value_gradient, count, width, 1, key_out + head.qkv_stride, head.row);
  }
  scatter_rows(query_gradient, tokens, width, scale, gradient_first, head.row);
}

}  // namespace

void backward(const float *qkv, const float *bias, const float *output, const float *log_sums,
              const float *output_gradient, Size size, float scale, float *qkv_gradient) {
  parallel_for(0, size.batch * size.heads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t h = begin; h < end; ++h) {
      const Head head(qkv, bias, size, h);
      head_backward(head, output + head.output_offset, log_sums + h * size.tokens,
                    output_gradient + head.output_offset, scale, qkv_gradient + head.offset);
    }
  });
}

}  // namespace toco::attention
