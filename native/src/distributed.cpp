// Process groups on LibTorch's c10d: the store through which ranks find each other, and
// collectives.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "stack.h"

#if TOCO_DISTRIBUTED
#include <ATen/core/grad_mode.h>
#include <c10/core/DeviceGuard.h>
#include <c10/util/Logging.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/Types.hpp>

#include "distributed.h"

namespace toco {
namespace {

// c10d logs every connection attempt with a stack trace; failures arrive as exceptions anyway.
void quiet_log() {
  static bool once = [] {
    if (std::getenv("TORCH_CPP_LOG_LEVEL")) c10::initLogging();
    else FLAGS_caffe2_log_level = 2;  // errors only
    return true;
  }();
  (void)once;
}

c10::intrusive_ptr<c10d::Store> tcp_store(const char *host, int32_t port, bool server,
                                          int64_t timeout_ms) {
  TORCH_CHECK_VALUE(port > 0 && port < 65536, "port must be in 1..65535, got ", port);
  quiet_log();
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(port);
  options.isServer = server;
  options.waitWorkers = false;  // the caller reports missing ranks
  options.timeout = std::chrono::milliseconds(timeout_ms);
  return communicate([&] { return c10::make_intrusive<c10d::TCPStore>(host, options); });
}

c10::intrusive_ptr<c10d::Backend> gloo(const c10::intrusive_ptr<c10d::Store> &store, int rank,
                                       int size, const char *address,
                                       std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
  options->threads = 1;  // the cores are for computing, and buckets are sent one at a time
  return communicate(
      [&] { return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options); });
}

tt_group new_group(tt_store store, const char *name, int32_t rank, int32_t size,
                   const char *address, int32_t device_type, int32_t device_index,
                   int64_t timeout_ms) {
  TORCH_CHECK_VALUE(size >= 1 && rank >= 0 && rank < size, "rank must be in 0..", size - 1,
                    ", got ", rank);
  auto chosen = device(device_type, device_index);
  std::chrono::milliseconds timeout(timeout_ms);
  auto prefixed = c10::make_intrusive<c10d::PrefixStore>(name, store->value);
  auto group = std::make_unique<tt_group_>();
  group->rank = rank;
  group->size = size;
  group->cpu =
      gloo(c10::make_intrusive<c10d::PrefixStore>("gloo", prefixed), rank, size, address, timeout);
  if (!chosen.is_cpu()) group->device = accelerator(device_type, device_index);
  if (chosen.is_cuda()) {
    c10::DeviceGuard guard(group->device);
    group->gpu =
        nccl(c10::make_intrusive<c10d::PrefixStore>("nccl", prefixed), rank, size, timeout);
  }
  return group.release();
}

c10d::ReduceOp reduction(int32_t op) {
  switch (op) {
    case 0: return c10d::ReduceOp::SUM;
    case 1: return c10d::ReduceOp::MIN;
    case 2: return c10d::ReduceOp::MAX;
    default: TORCH_CHECK_VALUE(false, "op must be 0 (sum), 1 (minimum) or 2 (maximum), got ", op);
  }
}

void broadcast_all(const tt_group_ &group, std::vector<at::Tensor> tensors, int32_t root) {
  at::NoGradGuard no_grad;
  for (auto &tensor : tensors) {
    auto content = tensor.detach().contiguous();
    wait(broadcast(group, content, root));
    if (!content.is_same(tensor) && content.data_ptr() != tensor.data_ptr())
      tensor.detach().copy_(content);
  }
}

at::Tensor all_gather(const tt_group_ &group, const at::Tensor &tensor) {
  auto input = group.exchanged(tensor.contiguous());
  auto sizes = input.sizes().vec();
  sizes.insert(sizes.begin(), group.size);
  auto gathered = at::empty(sizes, input.options());
  std::vector<std::vector<at::Tensor>> outputs{gathered.unbind(0)};
  std::vector<at::Tensor> inputs{input};
  auto work = communicate([&] { return group.backend(input)->allgather(outputs, inputs); });
  communicate([&] { work->wait(); });
  return gathered.to(tensor.device());
}

// The tensor's bits as integers, each times an odd number of its own, added up modulo 2^64: so that
// neither two exchanged values nor two changes of opposite sign cancel out.
at::Tensor hash(const at::Tensor &tensor) {
  auto real = tensor.is_complex() ? at::view_as_real(tensor.resolve_conj()) : tensor;
  auto flat = real.detach().contiguous().flatten();
  auto size = flat.element_size();
  auto bits = flat.view(size == 1   ? at::kByte
                        : size == 2 ? at::kShort
                        : size == 4 ? at::kInt
                                    : at::kLong);
  auto factors = at::arange(flat.numel(), flat.options().dtype(at::kLong)).mul_(2).add_(1);
  return factors.mul_(bits).sum();
}

// The index of the first tensor that is not bit-equal on all ranks; -1 if all are.
int64_t first_difference(const tt_group_ &group, const std::vector<at::Tensor> &tensors) {
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> hashes;
  for (const auto &tensor : tensors) hashes.push_back(hash(tensor));
  if (hashes.empty()) return -1;
  auto minimum = at::stack(hashes).cpu();
  auto maximum = minimum.clone();
  auto works = {all_reduce(group, minimum, c10d::ReduceOp::MIN),
                all_reduce(group, maximum, c10d::ReduceOp::MAX)};
  for (const auto &work : works) wait(work);
  auto differs = minimum.ne(maximum).nonzero();
  return differs.numel() == 0 ? -1 : differs[0].item<int64_t>();
}

}  // namespace
}  // namespace toco

TT_DO(tt_distributed_missing, (const char **out), *out = nullptr)
TT_DO(tt_store_new,
      (const char *host, int32_t port, int32_t server, int64_t timeout_ms, tt_store *out),
      *out = new tt_store_{toco::tcp_store(host, port, server != 0, timeout_ms)})
void tt_store_free(tt_store self) { delete self; }
TT_DO(tt_store_set, (tt_store self, const char *key, const char *value),
      toco::communicate([&] { self->value->set(key, std::string(value)); }))
TT_DO(tt_store_get, (tt_store self, const char *key, tt_stack out),
      toco::communicate([&] { out->values.emplace_back(self->value->get_to_str(key)); }))
TT_DO(tt_store_has, (tt_store self, const char *key, int32_t *out),
      *out = toco::communicate([&] { return self->value->check({key}); }))
TT_DO(tt_store_add, (tt_store self, const char *key, int64_t amount, int64_t *out),
      *out = toco::communicate([&] { return self->value->add(key, amount); }))
TT_DO(tt_group_new,
      (tt_store store, const char *name, int32_t rank, int32_t size, const char *address,
       int32_t device_type, int32_t device_index, int64_t timeout_ms, tt_group *out),
      *out = toco::new_group(store, name, rank, size, address, device_type, device_index,
                             timeout_ms))
void tt_group_free(tt_group self) { delete self; }
TT_DO(tt_group_all_reduce_, (tt_group self, tt_tensor tensor, int32_t op),
      toco::wait(toco::all_reduce(*self, tensor->value.detach(), toco::reduction(op))))
TT_DO(tt_group_broadcast_, (tt_group self, const tt_tensor *tensors, int64_t count, int32_t root),
      toco::broadcast_all(*self, toco::tensor_list(tensors, count), root))
TT_GIVE(tt_group_all_gather, (tt_group self, tt_tensor tensor),
        toco::all_gather(*self, tensor->value))
TT_DO(tt_group_barrier, (tt_group self), toco::communicate([&] { self->cpu->barrier()->wait(); }))
TT_DO(tt_group_first_difference,
      (tt_group self, const tt_tensor *tensors, int64_t count, int64_t *out),
      *out = toco::first_difference(*self, toco::tensor_list(tensors, count)))

#else  // without Gloo the same functions exist, and report what is missing

static const char missing[] =
    "this build of the shim does not support several processes, because Gloo's headers were "
    "missing: "
    "install them (Debian: apt-get install libgloo-dev) and rebuild (native/build.sh)";
#define TT_MISSING(name, params) TT_DO(name, params, TORCH_CHECK_NOT_IMPLEMENTED(false, missing))

TT_DO(tt_distributed_missing, (const char **out), *out = missing)
TT_MISSING(tt_store_new, (const char *, int32_t, int32_t, int64_t, tt_store *))
void tt_store_free(tt_store) {}
TT_MISSING(tt_store_set, (tt_store, const char *, const char *))
TT_MISSING(tt_store_get, (tt_store, const char *, tt_stack))
TT_MISSING(tt_store_has, (tt_store, const char *, int32_t *))
TT_MISSING(tt_store_add, (tt_store, const char *, int64_t, int64_t *))
TT_MISSING(tt_group_new, (tt_store, const char *, int32_t, int32_t, const char *, int32_t, int32_t,
                          int64_t, tt_group *))
void tt_group_free(tt_group) {}
TT_MISSING(tt_group_all_reduce_, (tt_group, tt_tensor, int32_t))
TT_MISSING(tt_group_broadcast_, (tt_group, const tt_tensor *, int64_t, int32_t))
TT_MISSING(tt_group_all_gather, (tt_group, tt_tensor, tt_tensor *))
TT_MISSING(tt_group_barrier, (tt_group))
TT_MISSING(tt_group_first_difference, (tt_group, const tt_tensor *, int64_t, int64_t *))
TT_MISSING(tt_reducer_new, (tt_group, const tt_tensor *, int64_t, int64_t, int32_t, tt_reducer *))
void tt_reducer_free(tt_reducer) {}
TT_MISSING(tt_reducer_begin, (tt_reducer))
TT_MISSING(tt_reducer_finish, (tt_reducer, double, double *))
#endif
