// Averages gradients over the ranks of a group during the backward pass.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "distributed.h"

#if TOCO_DISTRIBUTED
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/utils/lambda_post_hook.h>
#include <torch/csrc/autograd/variable.h>

// A hook reports each parameter whose gradient is complete, and a bucket is all-reduced as soon as
// all its parameters have reported. Every rank sends its buckets in the same order, whatever order
// they fill in. Which parameters get gradients depends on the losses in use: when that changes on
// any rank, all ranks plan their buckets again, in the order in which rank 0's gradients arrived.
struct tt_reducer_ {
  struct Bucket {
    std::vector<size_t> params;
    size_t ready = 0;
    at::Tensor flat;
    toco::Exchange sent;
  };
  using Accumulator =
      decltype(torch::autograd::impl::grad_accumulator(std::declval<const at::Tensor &>()));

  tt_group_ group;
  std::vector<at::Tensor> params;
  int64_t bucket_bytes;
  std::vector<Accumulator> accumulators;  // kept alive, because they own the hooks
  std::vector<uintptr_t> hooks;

  std::mutex mutex;  // hooks of parameters on accelerators run on autograd threads
  std::vector<Bucket> buckets;
  std::vector<size_t> bucket_of;
  size_t expected = 0;  // the first buckets, of parameters with gradients; the others follow
  size_t next = 0;      // the first bucket not sent yet
  std::vector<size_t> arrived;
  bool armed = false, planned = false;

  tt_reducer_(const tt_group_ &group, std::vector<at::Tensor> parameters, int64_t bucket_bytes)
      : group(group), params(std::move(parameters)), bucket_bytes(bucket_bytes) {
    TORCH_CHECK_VALUE(bucket_bytes > 0, "bucket_bytes must be > 0, got ", bucket_bytes);
    for (const auto &param : params)
      TORCH_CHECK_VALUE(param.is_leaf() && param.requires_grad() &&
                            param.device() == params[0].device() &&
                            param.options().type_equal(params[0].options()),
                        "params must be leaves that require gradients, of one dtype and device");
    std::vector<size_t> order(params.size());  // a guess until the first step: last layer first
    for (size_t i = 0; i < order.size(); i++) order[i] = order.size() - 1 - i;
    plan(order, order.size());
  }

  // Delegates, so that the destructor removes the hooks if one of them cannot be added.
  tt_reducer_(const tt_group_ &group, std::vector<at::Tensor> parameters, int64_t bucket_bytes,
              bool overlap)
      : tt_reducer_(group, std::move(parameters), bucket_bytes) {
    if (!overlap) return;
    accumulators.reserve(params.size());
    hooks.reserve(params.size());
    for (size_t i = 0; i < params.size(); i++) {
      accumulators.push_back(torch::autograd::impl::grad_accumulator(params[i]));
      hooks.push_back(
          accumulators[i]->add_post_hook(std::make_unique<torch::autograd::utils::LambdaPostHook>(
              [this, i](const torch::autograd::variable_list &outputs,
                        const torch::autograd::variable_list &) {
                complete(i);
                return outputs;
              })));
    }
  }

  ~tt_reducer_() {
    for (size_t i = 0; i < hooks.size(); i++) accumulators[i]->del_post_hook(hooks[i]);
  }

  void plan(const std::vector<size_t> &order, size_t with_gradient) {
    buckets.clear();
    bucket_of.assign(params.size(), 0);
    expected = 0;
    int64_t bytes = 0;
    for (size_t at = 0; at < order.size(); at++) {
      auto size = static_cast<int64_t>(params[order[at]].nbytes());
      if (buckets.empty() || at == with_gradient || bytes + size > bucket_bytes) {
        buckets.emplace_back();
        bytes = 0;
      }
      bytes += size;
      buckets.back().params.push_back(order[at]);
      bucket_of[order[at]] = buckets.size() - 1;
      if (at < with_gradient) expected = buckets.size();
    }
    for (auto &bucket : buckets) {
      int64_t numel = 0;
      for (auto i : bucket.params) numel += params[i].numel();
      bucket.flat = at::empty({numel}, params[0].options());
    }
  }

  void begin() {
    std::lock_guard<std::mutex> lock(mutex);
    for (auto &bucket : buckets) bucket.ready = 0, bucket.sent = {};
    arrived.clear();
    next = 0;
    armed = true;
  }

  void complete(size_t param) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!armed) return;
    arrived.push_back(param);
    buckets[bucket_of[param]].ready++;
    while (next < expected && buckets[next].ready == buckets[next].params.size())
      send(buckets[next++]);
  }

  void send(Bucket &bucket) {
    at::NoGradGuard no_grad;
    std::vector<at::Tensor> pieces;
    for (auto i : bucket.params) {
      const auto &gradient = params[i].grad();
      pieces.push_back((gradient.defined() ? gradient : at::zeros_like(params[i])).reshape({-1}));
    }
    at::cat_out(bucket.flat, pieces);
    bucket.flat.div_(group.size);
    bucket.sent = toco::all_reduce(group, bucket.flat);
  }

  // Copies the means of a bucket into its gradients; skips parameters without a gradient on any
  // rank.
  void receive(Bucket &bucket, const std::vector<bool> &has_gradient) {
    toco::wait(bucket.sent);
    bucket.sent = {};
    std::vector<at::Tensor> gradients, means;
    int64_t at = 0;
    for (auto i : bucket.params) {
      auto mean = bucket.flat.narrow(0, at, params[i].numel()).view_as(params[i]);
      at += params[i].numel();
      if (!has_gradient[i]) continue;
      auto &gradient = params[i].mutable_grad();
      if (!gradient.defined()) gradient = at::empty_like(params[i]);
      gradients.push_back(gradient);
      means.push_back(mean);
    }
    if (!gradients.empty()) at::_foreach_copy_(gradients, means);
  }

  std::vector<bool> with_gradient() const {
    std::vector<bool> has;
    for (const auto &param : params) has.push_back(param.grad().defined());
    return has;
  }

  bool as_planned() const {
    if (!planned) return false;
    for (size_t i = 0; i < params.size(); i++)
      if (params[i].grad().defined() != (bucket_of[i] < expected)) return false;
    return true;
  }

  // The parameters in the order in which their gradients arrived on this rank, the rest last.
  std::vector<size_t> order_here() const {
    std::vector<size_t> order;
    std::vector<bool> is_in_order(params.size());
    auto append = [&](size_t i) {
      if (!is_in_order[i]) order.push_back(i);
      is_in_order[i] = true;
    };
    for (auto i : arrived) append(i);
    for (size_t i = params.size(); i-- > 0;) append(i);
    return order;
  }

  // The plan of all ranks for the next step: which parameters have a gradient on any rank, and rank
  // 0's order.
  std::pair<std::vector<bool>, std::vector<size_t>> agree() const {
    auto count = static_cast<int64_t>(params.size());
    auto has = at::empty({count}, at::kLong), order = at::empty({count}, at::kLong);
    auto has_here = with_gradient();
    std::copy(has_here.begin(), has_here.end(), has.data_ptr<int64_t>());
    auto here = order_here();
    std::copy(here.begin(), here.end(), order.data_ptr<int64_t>());
    toco::wait(toco::all_reduce(group, has, c10d::ReduceOp::MAX));
    toco::wait(toco::broadcast(group, order, 0));
    auto h = has.data_ptr<int64_t>(), o = order.data_ptr<int64_t>();
    return {std::vector<bool>(h, h + count), std::vector<size_t>(o, o + count)};
  }

  // Replaces every gradient that any rank has by the mean over all ranks, in which missing ones
  // count
  // as zero.
  double finish(double vote) {
    at::NoGradGuard no_grad;
    std::lock_guard<std::mutex> lock(mutex);
    armed = false;
    while (next < expected) send(buckets[next++]);
    auto vote_and_change = at::empty({2}, at::kDouble);
    vote_and_change[0] = vote;
    vote_and_change[1] = as_planned() ? 0 : 1;
    toco::wait(toco::all_reduce(group, vote_and_change));
    auto votes = vote_and_change[0].item<double>();
    if (vote_and_change[1].item<double>() == 0) {
      auto has = with_gradient();
      for (size_t b = 0; b < expected; b++) receive(buckets[b], has);
      return votes;
    }
    while (next < buckets.size()) send(buckets[next++]);
    auto [has, order] = agree();
    for (auto &bucket : buckets) receive(bucket, has);
    auto without_gradient =
        std::stable_partition(order.begin(), order.end(), [&](size_t i) { return has[i]; });
    plan(order, static_cast<size_t>(without_gradient - order.begin()));
    planned = true;
    return votes;
  }
};

TT_DO(tt_reducer_new,
      (tt_group group, const tt_tensor *params, int64_t count, int64_t bucket_bytes,
       int32_t overlap, tt_reducer *out),
      *out = new tt_reducer_(*group, toco::tensor_list(params, count), bucket_bytes, overlap != 0))
void tt_reducer_free(tt_reducer self) { delete self; }
TT_DO(tt_reducer_begin, (tt_reducer self), self->begin())
TT_DO(tt_reducer_finish, (tt_reducer self, double vote, double *votes), *votes = self->finish(vote))
#endif
