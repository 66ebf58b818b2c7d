// The NCCL backend, in a separate file because it needs the headers of NCCL and CUDA (TOCO_NCCL).
#include <chrono>

#include "distributed.h"

#if TOCO_DISTRIBUTED
#if TOCO_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace toco {

c10::intrusive_ptr<c10d::Backend> nccl(
    [[maybe_unused]] const c10::intrusive_ptr<c10d::Store> &store, [[maybe_unused]] int rank,
    [[maybe_unused]] int size, [[maybe_unused]] std::chrono::milliseconds timeout) {
#if TOCO_NCCL
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout =
      2 * timeout;  // longer than the CPU group's, which names the silent rank; NCCL aborts
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
#else
  TORCH_CHECK_NOT_IMPLEMENTED(false,
                              "this build of the shim has no NCCL, which training on several GPUs "
                              "needs: the headers of NCCL and CUDA were not "
                              "found; install LibTorch's CUDA set (TOCO_FLAVOR=cuda) or a CUDA "
                              "toolkit with NCCL, and rebuild (native/build.sh)");
#endif
}

}  // namespace toco
#endif
