// Copies between host and device. One from or to page-locked memory is late if it may be; every
// other makes the host wait.
#include <ATen/ops/empty_like.h>
#include <c10/core/DeviceGuard.h>
#include <torch/library.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "counts.h"
#include "memory.h"
#include "streams.h"
#include "twins.h"

namespace standin {
namespace {

using at::Tensor;

// Of so many bytes without page lock, a copy to a GPU that need not block takes them before it
// returns. A larger one goes through the driver's buffers, for which the host waits.
constexpr size_t kStaged = 64 << 10;

bool is_plain(const Tensor &source, const Tensor &target) {
  return source.scalar_type() == target.scalar_type() && source.sizes() == target.sizes() &&
         source.is_contiguous() && target.is_contiguous() && source.is_conj() == target.is_conj() &&
         source.is_neg() == target.is_neg();
}

// Carried out when its stream is needed. If the source has changed by then, somebody has written to
// it too early: the copy takes what is there, as a GPU would, and reports it.
void copy_late(const Tensor &source, const Tensor &target, StreamKey stream) {
  auto bytes = source.nbytes();
  const auto *from = source.const_data_ptr();
  auto *to = target.mutable_data_ptr();
  auto direction = is_on_device(target) ? std::string("to") : std::string("from");
  const auto *readable = static_cast<const char *>(twin(from));
  std::shared_ptr<std::vector<char>> seen;
  if (is_on_device(target)) {
    seen = std::make_shared<std::vector<char>>(readable, readable + bytes);
  }
  submit(stream, {[=] {
                    if (seen && std::memcmp(seen->data(), readable, bytes) != 0) {
                      report_hazard("the source of a copy of " + std::to_string(bytes) +
                                    " bytes to the device was written to before the copy was done");
                    }
                    std::memcpy(twin(to), readable, bytes);
                  },
                  from, to, bytes});
  count(STANDIN_LATE_COPIES);
}

Tensor copy_from(const Tensor &source, const Tensor &target, bool non_blocking) {
  count(STANDIN_OPERATORS);
  if (target.numel() == 0) return target;
  bool to_device = is_on_device(target), from_device = is_on_device(source);
  auto device = (to_device ? target : source).device();
  c10::DeviceGuard guard(device);
  auto stream = current_stream(device.index());
  const auto &host = to_device ? source : target;
  if (to_device && from_device) {
    count_operator("aten::_copy_from");
  } else {
    count(to_device ? STANDIN_TO_DEVICE : STANDIN_TO_HOST);
    if (non_blocking && is_pinned(host.const_data_ptr()) && is_plain(source, target)) {
      copy_late(source, target, stream);
      return target;
    }
    if (!(to_device && non_blocking && source.nbytes() <= kStaged)) count(STANDIN_WAITS);
    if (from_device) count(STANDIN_READ_BACKS);
  }
  if (from_device) settle(source, "a copy");
  if (to_device) settle(target, "a copy");
  twin_of(target).copy_(twin_of(source));
  return target;
}

Tensor copy_from_and_resize(const Tensor &source, const Tensor &target) {
  target.resize_(source.sizes());
  return copy_from(source, target, false);
}

void record_stream(Tensor &self, at::Stream stream) {
  device_allocator()->recordStream(self.storage().data_ptr(), stream);
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("_copy_from", &copy_from);
  library.impl("_copy_from_and_resize", &copy_from_and_resize);
  library.impl("record_stream", &record_stream);
}

// The twins know whether they are conjugates. LibTorch would copy such a tensor to resolve it,
// which is this copy again.
TORCH_LIBRARY_IMPL(aten, Conjugate, library) {
  library.impl("_copy_from", torch::CppFunction::makeFallthrough());
}
TORCH_LIBRARY_IMPL(aten, Negative, library) {
  library.impl("_copy_from", torch::CppFunction::makeFallthrough());
}

}  // namespace
}  // namespace standin
