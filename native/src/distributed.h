// Process groups on LibTorch's c10d. Compiled if Gloo's headers are installed (TOCO_DISTRIBUTED).
#pragma once

#include <chrono>
#include <exception>
#include <string>
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

// Gloo for tensors on the CPU; NCCL for tensors on the group's CUDA device. Tensors of another
// accelerator, which neither can read, go through host memory by Gloo.
struct tt_group_ {
  int rank, size;
  at::Device device = at::kCPU;  // whose tensors it exchanges in addition to the CPU's
  c10::intrusive_ptr<c10d::Backend> cpu, gpu;

  // What the backend exchanges for a tensor: itself, or its copy in host memory.
  at::Tensor exchanged(const at::Tensor &tensor) const {
    bool here = tensor.device().is_cpu() || tensor.device() == device;
    TORCH_CHECK_VALUE(here, "this group exchanges tensors on the CPU",
                      device.is_cpu() ? std::string() : " and " + device.str(),
                      " only, got one on ", tensor.device());
    return tensor.device().is_cpu() || gpu ? tensor : tensor.cpu();
  }

  const c10::intrusive_ptr<c10d::Backend> &backend(const at::Tensor &exchanged) const {
    return exchanged.device().is_cpu() ? cpu : gpu;
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

// A collective that is under way, on a tensor or on its copy in host memory.
struct Exchange {
  c10::intrusive_ptr<c10d::Work> work;
  at::Tensor tensor, exchanged;
};

// Afterwards the tensor has the result.
inline void wait(const Exchange &exchange) {
  communicate([&] { exchange.work->wait(); });
  if (!exchange.tensor.is_same(exchange.exchanged)) exchange.tensor.copy_(exchange.exchanged);
}

template <class Start>
Exchange start(const tt_group_ &group, at::Tensor tensor, Start &&start) {
  std::vector<at::Tensor> one{group.exchanged(tensor)};
  auto work = communicate([&] { return start(*group.backend(one[0]), one); });
  return {std::move(work), std::move(tensor), std::move(one[0])};
}

inline Exchange all_reduce(const tt_group_ &group, at::Tensor tensor,
                           c10d::ReduceOp op = c10d::ReduceOp::SUM) {
  c10d::AllreduceOptions options;
  options.reduceOp = op;
  return start(group, std::move(tensor), [&](c10d::Backend &backend, std::vector<at::Tensor> &one) {
    return backend.allreduce(one, options);
  });
}

inline Exchange broadcast(const tt_group_ &group, at::Tensor tensor, int root) {
  c10d::BroadcastOptions options;
  options.rootRank = root;
  return start(group, std::move(tensor), [&](c10d::Backend &backend, std::vector<at::Tensor> &one) {
    return backend.broadcast(one, options);
  });
}

}  // namespace toco
#endif
