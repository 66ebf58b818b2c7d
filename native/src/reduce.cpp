// Reductions, sorting and counting.
#include <cstdint>
#include <tuple>

#include "shim.h"

using toco::ints;

// An empty list of dimensions means all of them, in LibTorch as here.
#define TT_REDUCE(name, ...) \
  TT_GIVE(name, (tt_tensor self, const int64_t *dims, int64_t count, int32_t keepdim), __VA_ARGS__)

TT_REDUCE(tt_sum, at::sum(self->value, ints(dims, count), keepdim != 0))
TT_REDUCE(tt_mean, at::mean(self->value, ints(dims, count), keepdim != 0))
TT_REDUCE(tt_amax, at::amax(self->value, ints(dims, count), keepdim != 0))
TT_REDUCE(tt_amin, at::amin(self->value, ints(dims, count), keepdim != 0))
TT_REDUCE(tt_norm, at::norm(self->value, 2, ints(dims, count), keepdim != 0))
TT_GIVE(tt_std,
        (tt_tensor self, const int64_t *dims, int64_t count, int32_t unbiased, int32_t keepdim),
        at::std(self->value, ints(dims, count), unbiased != 0, keepdim != 0))

TT_GIVE(tt_any, (tt_tensor self), at::any(self->value))
TT_GIVE(tt_all, (tt_tensor self), at::all(self->value))
TT_GIVE_PAIR(tt_max_dim, (tt_tensor self, int64_t dim, int32_t keepdim),
             at::max(self->value, dim, keepdim != 0))
// LibTorch's argmax over any but the last dimension takes thirty times as long as its max.
TT_GIVE(tt_argmax, (tt_tensor self, int64_t dim, int32_t keepdim),
        std::get<1>(at::max(self->value, dim, keepdim != 0)))
TT_GIVE_PAIR(tt_topk, (tt_tensor self, int64_t k, int64_t dim, int32_t largest),
             at::topk(self->value, k, dim, largest != 0))
TT_GIVE_PAIR(tt_sort, (tt_tensor self, int64_t dim, int32_t descending),
             at::sort(self->value, dim, descending != 0))
TT_GIVE(tt_cumsum, (tt_tensor self, int64_t dim), at::cumsum(self->value, dim))
TT_GIVE(tt_bincount, (tt_tensor self, int64_t minlength), at::bincount(self->value, {}, minlength))
