// Tensors: creation, metadata, wrapped memory, copies, freeing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "shim.h"

namespace toco {
namespace {

// Tokens of wrapped memory whose last view is gone. LibTorch may run a deleter on any thread (one
// of autograd's, for example), so the JVM is not called back: it drains the queue when it next
// wraps or closes something.
std::mutex released_mutex;
std::vector<int64_t> released_tokens;
size_t tokens_in_use = 0;  // of wrapped memory, until tt_released has moved them out

// The queue always has room for every token in use: a deleter must not fail.
void register_token() {
  std::lock_guard<std::mutex> lock(released_mutex);
  if (released_tokens.capacity() <= tokens_in_use) released_tokens.reserve(2 * tokens_in_use + 8);
  tokens_in_use++;
}

// For memory that was not wrapped after all, whether or not a deleter has run for it.
void unregister_token(int64_t token) {
  std::lock_guard<std::mutex> lock(released_mutex);
  std::erase(released_tokens, token);
  tokens_in_use--;
}

tt_tensor wrap(void *data, at::IntArrayRef sizes, int32_t dtype, int64_t token) {
  auto options = toco::options(dtype, 0, -1);
  auto deleter = [token](void *) {
    std::lock_guard<std::mutex> lock(released_mutex);
    released_tokens.push_back(token);
  };
  register_token();
  try {
    return own(at::from_blob(data, sizes, deleter, options, at::Device(at::kCPU)));
  } catch (...) {
    unregister_token(token);
    throw;
  }
}

void drain_released(int64_t *tokens, int64_t capacity, int64_t *count) {
  std::lock_guard<std::mutex> lock(released_mutex);
  int64_t moved = 0;
  for (; moved < capacity && !released_tokens.empty(); released_tokens.pop_back())
    tokens[moved++] = released_tokens.back();
  tokens_in_use -= static_cast<size_t>(moved);
  *count = moved;
}

void describe(const at::Tensor &self, int64_t *info) {
  TORCH_CHECK(self.dim() <= 64, "tensors of more than 64 dimensions are not supported, got ",
              self.dim());
  auto sizes = self.sizes();
  bool requires_grad = self.requires_grad();
  info[0] = self.dim();
  info[1] = static_cast<int64_t>(self.scalar_type());
  info[2] = static_cast<int64_t>(self.device().type());
  info[3] = self.device().index();
  info[4] = requires_grad;
  std::copy(sizes.begin(), sizes.end(), info + 5);
}

// Without PyTorch's lazy conjugation and negation, which memory does not show.
at::Tensor contiguous(const at::Tensor &self) {
  return self.resolve_conj().resolve_neg().contiguous();
}

void data(const at::Tensor &self, void **address, int64_t *bytes) {
  TORCH_CHECK_VALUE(!self.is_conj() && !self.is_neg(),
                    "the memory of this tensor holds its elements before they were conjugated or "
                    "negated; call contiguous() first");
  void *first = self.data_ptr();
  auto size = static_cast<int64_t>(self.nbytes());
  *address = first;
  *bytes = size;
}

}  // namespace
}  // namespace toco

using toco::ints;
using toco::options;

void tt_free(tt_tensor self) {
  if (!self) return;
  delete self;
  toco::live_tensors.fetch_sub(1, std::memory_order_relaxed);
}

void tt_free_list(const tt_tensor *tensors, int64_t count) {
  for (int64_t i = 0; i < count; i++) tt_free(tensors[i]);
}

TT_DO(tt_info, (tt_tensor self, int64_t *info), toco::describe(self->value, info))
TT_DO(tt_strides, (tt_tensor self, int64_t *strides), auto s = self->value.strides();
      std::copy(s.begin(), s.end(), strides))
TT_DO(tt_is_contiguous, (tt_tensor self, int32_t *out), *out = self->value.is_contiguous())
TT_DO(tt_data, (tt_tensor self, void **data, int64_t *bytes), toco::data(self->value, data, bytes))
TT_DO(tt_item_double, (tt_tensor self, double *out), *out = self->value.item().toDouble())
TT_DO(tt_item_int64, (tt_tensor self, int64_t *out), *out = self->value.item().toLong())
TT_GIVE(tt_from_pointer, (const void *tensor), *static_cast<const at::Tensor *>(tensor))
TT_GIVE(tt_alias, (tt_tensor self), self->value)

TT_GIVE(tt_empty,
        (const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type,
         int32_t device_index, int32_t pinned),
        at::empty(ints(sizes, dims),
                  options(dtype, device_type, device_index).pinned_memory(pinned != 0)))
TT_GIVE(tt_full,
        (const int64_t *sizes, int64_t dims, double value, int32_t dtype, int32_t device_type,
         int32_t device_index),
        at::full(ints(sizes, dims), value, options(dtype, device_type, device_index)))
TT_GIVE(tt_rand,
        (const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type,
         int32_t device_index),
        at::rand(ints(sizes, dims), options(dtype, device_type, device_index)))
TT_GIVE(tt_randn,
        (const int64_t *sizes, int64_t dims, int32_t dtype, int32_t device_type,
         int32_t device_index),
        at::randn(ints(sizes, dims), options(dtype, device_type, device_index)))
TT_GIVE(tt_randint,
        (int64_t low, int64_t high, const int64_t *sizes, int64_t dims, int32_t dtype,
         int32_t device_type, int32_t device_index),
        at::randint(low, high, ints(sizes, dims), options(dtype, device_type, device_index)))
TT_GIVE(tt_randperm, (int64_t n, int32_t device_type, int32_t device_index),
        at::randperm(n, options(static_cast<int32_t>(at::kLong), device_type, device_index)))
TT_GIVE(tt_arange,
        (double start, double end, double step, int32_t dtype, int32_t device_type,
         int32_t device_index),
        at::arange(start, end, step, options(dtype, device_type, device_index)))
TT_GIVE(tt_full_like, (tt_tensor self, double value), at::full_like(self->value, value))

TT_DO(tt_wrap,
      (void *data, const int64_t *sizes, int64_t dims, int32_t dtype, int64_t token,
       tt_tensor *out),
      *out = toco::wrap(data, ints(sizes, dims), dtype, token))
TT_DO(tt_released, (int64_t *tokens, int64_t capacity, int64_t *count),
      toco::drain_released(tokens, capacity, count))

TT_GIVE(tt_clone, (tt_tensor self), self->value.clone())
TT_GIVE(tt_detach, (tt_tensor self), self->value.detach())
TT_GIVE(tt_contiguous, (tt_tensor self), toco::contiguous(self->value))
TT_GIVE(tt_to_dtype, (tt_tensor self, int32_t dtype), self->value.to(toco::scalar_type(dtype)))
TT_GIVE(tt_to_device,
        (tt_tensor self, int32_t device_type, int32_t device_index, int32_t non_blocking),
        self->value.to(toco::device(device_type, device_index), non_blocking != 0))

TT_DO(tt_copy_, (tt_tensor self, tt_tensor source, int32_t non_blocking),
      self->value.copy_(source->value, non_blocking != 0))
TT_DO(tt_fill_, (tt_tensor self, double value), self->value.fill_(toco::scalar(value, self->value)))
TT_DO(tt_add_, (tt_tensor self, tt_tensor other, double alpha),
      self->value.add_(other->value, toco::scalar(alpha, self->value)))
TT_DO(tt_mul_scalar_, (tt_tensor self, double value),
      self->value.mul_(toco::scalar(value, self->value)))
TT_DO(tt_clamp_, (tt_tensor self, double low, double high),
      self->value.clamp_(toco::bound(low, self->value), toco::bound(high, self->value)))
TT_DO(tt_normal_, (tt_tensor self, double mean, double std), self->value.normal_(mean, std))
TT_DO(tt_uniform_, (tt_tensor self, double low, double high), self->value.uniform_(low, high))
