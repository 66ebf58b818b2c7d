// Shape, joining and indexing.
#include <cstdint>

#include "shim.h"

using toco::ints;
using toco::tensor_list;

TT_GIVE(tt_reshape, (tt_tensor self, const int64_t *sizes, int64_t dims),
        self->value.reshape(ints(sizes, dims)))
TT_GIVE(tt_view, (tt_tensor self, const int64_t *sizes, int64_t dims),
        self->value.view(ints(sizes, dims)))
TT_GIVE(tt_expand, (tt_tensor self, const int64_t *sizes, int64_t dims),
        self->value.expand(ints(sizes, dims)))
TT_GIVE(tt_permute, (tt_tensor self, const int64_t *order, int64_t dims),
        self->value.permute(ints(order, dims)))
TT_GIVE(tt_flip, (tt_tensor self, const int64_t *dims, int64_t count),
        self->value.flip(ints(dims, count)))
TT_GIVE(tt_repeat, (tt_tensor self, const int64_t *times, int64_t count),
        self->value.repeat(ints(times, count)))
TT_GIVE(tt_flatten, (tt_tensor self, int64_t start, int64_t end), self->value.flatten(start, end))
TT_GIVE(tt_transpose, (tt_tensor self, int64_t a, int64_t b), self->value.transpose(a, b))
TT_GIVE(tt_squeeze, (tt_tensor self, int64_t dim), self->value.squeeze(dim))
TT_GIVE(tt_unsqueeze, (tt_tensor self, int64_t dim), self->value.unsqueeze(dim))
TT_GIVE(tt_select, (tt_tensor self, int64_t dim, int64_t index), self->value.select(dim, index))
TT_GIVE(tt_slice, (tt_tensor self, int64_t dim, int64_t start, int64_t end, int64_t step),
        self->value.slice(dim, start, end, step))
TT_GIVE(tt_cat, (const tt_tensor *tensors, int64_t count, int64_t dim),
        at::cat(tensor_list(tensors, count), dim))
TT_GIVE(tt_stack_tensors, (const tt_tensor *tensors, int64_t count, int64_t dim),
        at::stack(tensor_list(tensors, count), dim))
TT_GIVE(tt_index_select, (tt_tensor self, int64_t dim, tt_tensor index),
        self->value.index_select(dim, index->value))
TT_GIVE(tt_gather, (tt_tensor self, int64_t dim, tt_tensor index),
        self->value.gather(dim, index->value))
TT_GIVE(tt_scatter, (tt_tensor self, int64_t dim, tt_tensor index, tt_tensor source),
        self->value.scatter(dim, index->value, source->value))
TT_GIVE(tt_masked_select, (tt_tensor self, tt_tensor mask), self->value.masked_select(mask->value))
TT_GIVE(tt_nonzero, (tt_tensor self), self->value.nonzero())
TT_GIVE(tt_one_hot, (tt_tensor self, int64_t classes), at::one_hot(self->value, classes))
TT_GIVE(tt_pad, (tt_tensor self, const int64_t *pad, int64_t count, double value),
        at::constant_pad_nd(self->value, ints(pad, count), toco::scalar(value, self->value)))
