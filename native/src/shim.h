// Shared by all files of the shim: the tensor handle, the guard that turns exceptions into status
// codes, and the macros that define a typed function in one line.
#pragma once

#include <ATen/ATen.h>           // IWYU pragma: export
#include <c10/util/Exception.h>  // IWYU pragma: export

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "toco_torch.h"  // IWYU pragma: export

struct tt_tensor_ {
  at::Tensor value;  // alone, so that a handle may be cast to at::Tensor *
};
static_assert(sizeof(tt_tensor_) == sizeof(at::Tensor));

namespace toco {

extern std::atomic<int64_t> live_tensors;

// A file that cannot be read or written.
struct IoError : std::runtime_error {
  using runtime_error::runtime_error;
};

inline tt_tensor own(at::Tensor value) {
  auto handle = new tt_tensor_{std::move(value)};
  live_tensors.fetch_add(1, std::memory_order_relaxed);
  return handle;
}

struct FreeTensor {
  void operator()(tt_tensor handle) const noexcept { tt_free(handle); }
};
// A handle until it is given to the caller: freed if anything fails before that.
using OwnedTensor = std::unique_ptr<tt_tensor_, FreeTensor>;

inline tt_tensor own_or_null(const at::Tensor &value) {
  return value.defined() ? own(value) : nullptr;
}

// Writes one handle per tensor, NULL for an undefined one; all of them or, on an exception, none.
inline void own_all(const std::vector<at::Tensor> &values, tt_tensor *out) {
  std::vector<OwnedTensor> handles;
  handles.reserve(values.size());
  for (const auto &value : values) handles.emplace_back(own_or_null(value));
  for (auto &handle : handles) *out++ = handle.release();
}

// A handle that may be NULL.
inline std::optional<at::Tensor> maybe(tt_tensor handle) {
  return handle ? std::optional(handle->value) : std::nullopt;
}

inline std::vector<at::Tensor> tensor_list(const tt_tensor *handles, int64_t count) {
  std::vector<at::Tensor> list;
  list.reserve(count);
  for (int64_t i = 0; i < count; i++) list.push_back(handles[i]->value);
  return list;
}

inline at::IntArrayRef ints(const int64_t *values, int64_t count) {
  return {values, static_cast<size_t>(count)};
}
inline at::IntArrayRef pair(const int64_t *values) { return {values, 2}; }

// Checked here because LibTorch aborts the process on an unknown ScalarType.
inline at::ScalarType scalar_type(int32_t code) {
  bool known = (code >= 0 && code <= 11) || code == 15 || (code >= 23 && code <= 29) || code == 44;
  TORCH_CHECK_TYPE(
      known, "dtype must be one of PyTorch's ScalarType numbers 0 to 11, 15, 23 to 29 and 44, got ",
      code);
  return static_cast<at::ScalarType>(code);
}

// The types of device that callers may name, whether or not there is one.
inline at::DeviceType device_type(int32_t type) {
  TORCH_CHECK_VALUE(type == 0 || type == 1 || type == 20,
                    "device type must be 0 (cpu), 1 (cuda) or 20 (the device that a loaded library "
                    "registers), got ",
                    type);
  return static_cast<at::DeviceType>(type);
}

// How many devices of a type LibTorch can use here.
int32_t device_count(at::DeviceType type) noexcept;

// A device that is there, or the current one of its type for the index -1.
at::Device device(int32_t type, int32_t index);

// The same, with an index, for what only accelerators have.
at::Device accelerator(int32_t type, int32_t index);

inline at::TensorOptions options(int32_t dtype, int32_t device_type, int32_t device_index) {
  return at::TensorOptions().dtype(scalar_type(dtype)).device(device(device_type, device_index));
}

// An integral double counts as an integer for an integer tensor (see the header, "Scalars").
inline at::Scalar scalar(double value, const at::Tensor &like) {
  bool integral = at::isIntegralType(like.scalar_type(), /*includeBool=*/true);
  if (integral && value == std::trunc(value) && std::abs(value) < 9.2e18)
    return static_cast<int64_t>(value);
  return value;
}

inline std::optional<at::Scalar> bound(double value, const at::Tensor &like) {
  return std::isnan(value) ? std::nullopt : std::optional<at::Scalar>(scalar(value, like));
}

// Records the exception in flight as this thread's last error; returns its class. Call only inside
// a catch block.
int32_t record_error() noexcept;

template <class Body>
int32_t guard(Body &&body) noexcept {
  try {
    body();
    return TT_OK;
  } catch (...) {
    return record_error();
  }
}

template <class Expression>
int32_t give(tt_tensor *out, Expression &&expression) noexcept {
  return guard([&] { *out = own(expression()); });
}

template <class Expression>
int32_t give_pair(tt_tensor *first, tt_tensor *second, Expression &&expression) noexcept {
  return guard([&] {
    auto [a, b] = expression();
    OwnedTensor handle_a(own(std::move(a))), handle_b(own(std::move(b)));
    *first = handle_a.release();
    *second = handle_b.release();
  });
}

}  // namespace toco

// One result from one expression: TT_GIVE(tt_matmul, (tt_tensor self, tt_tensor other),
// self->value.matmul(other->value))
#define TT_UNPACK(...) __VA_ARGS__
#define TT_GIVE(name, params, ...) \
  int32_t name(TT_UNPACK params, tt_tensor *out) { \
    return toco::give(out, [&]() -> at::Tensor { return __VA_ARGS__; }); \
  }
#define TT_GIVE_PAIR(name, params, ...) \
  int32_t name(TT_UNPACK params, tt_tensor *values, tt_tensor *indices) { \
    return toco::give_pair(values, indices, [&] { return __VA_ARGS__; }); \
  }
#define TT_DO(name, params, ...) \
  int32_t name(TT_UNPACK params) { \
    return toco::guard([&] { __VA_ARGS__; }); \
  }
