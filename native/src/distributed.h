// Process groups on LibTorch's c10d. Compiled if Gloo's headers are installed (TOCO_DISTRIBUTED).
#pragma once

#include <chrono>
#include <exception>
#include <utility>
#include <vector>
#if TOCO_DISTRIBUTED
#include <c10/util/intrusive_ptr.h>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <torch/csrc/distributed/c10d/Types.hpp>
#include <torch/csrc/distributed/c10d/Work.hpp>

#include "shim.h"

struct tt_store_ {
  c10::intrusive_ptr<c10d::Store> value;
};

// Gloo for tensors on the CPU; NCCL for tensors on the group's GPU, if it has one.
struct tt_group_ {
  int rank, size;
  c10::intrusive_ptr<c10d::Backend> cpu, gpu;

  const c10::intrusive_ptr<c10d::Backend> &backend(const at::Tensor &tensor) const {
    TORCH_CHECK_VALUE(tensor.device().is_cpu() || gpu,
                      "this group exchanges tensors on the CPU only, got one on ", tensor.device());
    return tensor.device().is_cpu() ? cpu : gpu;
  }
};

namespace toco {

c10::intrusive_ptr<c10d::Backend> nccl(const c10::intrusive_ptr<c10d::Store> &store, int rank,
                                       int size, std::chrono::milliseconds timeout);

// Gloo's exceptions are not c10::Error; the caller gets DistBackendError for them, too.
template <class Body>
auto communicate(Body &&body) -> decltype(body()) {
  try {
    return body();
  } catch (const c10::Error &) {
    throw;
  } catch (const std::exception &e) {
    C10_THROW_ERROR(DistBackendError, e.what());
  }
}

inline void wait(const c10::intrusive_ptr<c10d::Work> &work) {
  communicate([&] { work->wait(); });
}

inline c10::intrusive_ptr<c10d::Work> all_reduce(const tt_group_ &group, at::Tensor tensor,
                                                 c10d::ReduceOp op = c10d::ReduceOp::SUM) {
  c10d::AllreduceOptions options;
  options.reduceOp = op;
  std::vector<at::Tensor> one{std::move(tensor)};
  return communicate([&] { return group.backend(one[0])->allreduce(one, options); });
}

inline c10::intrusive_ptr<c10d::Work> broadcast(const tt_group_ &group, at::Tensor tensor,
                                                int root) {
  c10d::BroadcastOptions options;
  options.rootRank = root;
  std::vector<at::Tensor> one{std::move(tensor)};
  return communicate([&] { return group.backend(one[0])->broadcast(one, options); });
}

}  // namespace toco
#endif
