// Optimizer steps over whole parameter lists: one call for all groups instead of a dozen per
// parameter.
#include <ATen/core/grad_mode.h>

#include <cstdint>
#include <vector>

#include "shim.h"

namespace toco {
namespace {

// Consecutive parameters with one learning rate: `size` of them, from position `first` of the
// caller's list.
struct Group {
  int64_t first, size;
  double lr;
};

std::vector<Group> groups_of(const int64_t *sizes, const double *lrs, int64_t group_count,
                             int64_t count) {
  std::vector<Group> groups;
  int64_t first = 0;
  for (int64_t g = 0; g < group_count; g++) {
    TORCH_CHECK_VALUE(sizes[g] >= 0 && sizes[g] <= count - first, "group ", g, " must have 0 to ",
                      count - first, " parameters, as the groups before it leave of ", count,
                      ", got ", sizes[g]);
    groups.push_back({first, sizes[g], lrs[g]});
    first += sizes[g];
  }
  TORCH_CHECK_VALUE(first == count, "the groups' sizes must add up to ", count, " parameters, got ",
                    first);
  return groups;
}

// The parameters of a group that a step updates, their gradients and their positions in the
// caller's list.
struct Active {
  std::vector<at::Tensor> params, gradients;
  std::vector<int64_t> positions;

  Active(const tt_tensor *handles, const Group &group, bool missing_as_zero) {
    for (int64_t i = group.first; i < group.first + group.size; i++) {
      auto gradient = handles[i]->value.grad();
      if (!gradient.defined() && !missing_as_zero) continue;
      params.push_back(handles[i]->value);
      gradients.push_back(gradient.defined() ? gradient : at::zeros_like(handles[i]->value));
      positions.push_back(i);
    }
  }

  std::vector<at::Tensor> pick(const tt_tensor *handles) const {
    std::vector<at::Tensor> picked;
    for (auto i : positions) picked.push_back(handles[i]->value);
    return picked;
  }
};

void adamw_step(const Active &active, const tt_tensor *exp_avgs, const tt_tensor *exp_avg_sqs,
                int64_t step, double lr, double beta1, double beta2, double eps,
                double weight_decay) {
  if (active.params.empty()) return;
  at::NoGradGuard no_grad;
  auto count =
      at::full({}, static_cast<double>(step), active.params[0].options().dtype(at::kFloat));
  std::vector<at::Tensor> steps(active.params.size(), count);
  at::_fused_adamw_(active.params, active.gradients, active.pick(exp_avgs),
                    active.pick(exp_avg_sqs), {}, steps, lr, beta1, beta2, weight_decay, eps,
                    /*amsgrad=*/false, /*maximize=*/false);
}

void sgd_step(const Active &active, const tt_tensor *momentum_buffers, int64_t step, double lr,
              double momentum, double weight_decay) {
  if (active.params.empty()) return;
  at::NoGradGuard no_grad;
  auto buffers = momentum == 0 ? std::vector<at::Tensor>() : active.pick(momentum_buffers);
  at::_fused_sgd_(active.params, active.gradients, buffers, weight_decay, momentum, lr,
                  /*dampening=*/0.0, /*nesterov=*/false,
                  /*maximize=*/false, /*is_first_step=*/step == 1);
}

void ema_update(const std::vector<at::Tensor> &averages, const std::vector<at::Tensor> &sources,
                double momentum) {
  if (averages.empty()) return;
  at::NoGradGuard no_grad;
  at::_foreach_mul_(averages, momentum);
  at::_foreach_add_(averages, sources, 1 - momentum);
}

// Like torch.nn.utils.clip_grad_norm_, and like it without waiting for the device.
at::Tensor clip_grad_norm(const tt_tensor *params, int64_t count, double max_norm) {
  TORCH_CHECK_VALUE(max_norm > 0, "max_norm must be > 0, got ", max_norm);
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (int64_t i = 0; i < count; i++)
    if (auto gradient = params[i]->value.grad(); gradient.defined()) gradients.push_back(gradient);
  if (gradients.empty())
    return at::zeros({}, count > 0 ? params[0]->value.options().dtype(at::kFloat) : at::kFloat);
  auto norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)), 2);
  at::_foreach_mul_(gradients, at::clamp_max(max_norm / (norm + 1e-6), 1.0));
  return norm;
}

}  // namespace
}  // namespace toco

using toco::Active;
using toco::groups_of;
using toco::tensor_list;

TT_DO(tt_adamw_step,
      (const tt_tensor *params, const tt_tensor *exp_avgs, const tt_tensor *exp_avg_sqs,
       int64_t count, const int64_t *group_sizes, const double *lrs, int64_t group_count,
       int64_t step, double beta1, double beta2, double eps, double weight_decay,
       int32_t missing_as_zero),
      for (const auto &group : groups_of(group_sizes, lrs, group_count, count))
          toco::adamw_step(Active(params, group, missing_as_zero != 0), exp_avgs, exp_avg_sqs, step,
                           group.lr, beta1, beta2, eps, weight_decay))
TT_DO(tt_sgd_step,
      (const tt_tensor *params, const tt_tensor *momentum_buffers, int64_t count,
       const int64_t *group_sizes, const double *lrs, int64_t group_count, int64_t step,
       double momentum, double weight_decay, int32_t missing_as_zero),
      for (const auto &group : groups_of(group_sizes, lrs, group_count, count))
          toco::sgd_step(Active(params, group, missing_as_zero != 0), momentum_buffers, step,
                         group.lr, momentum, weight_decay))
TT_DO(tt_ema_update,
      (const tt_tensor *averages, const tt_tensor *sources, int64_t count, double momentum),
      toco::ema_update(tensor_list(averages, count), tensor_list(sources, count), momentum))
TT_GIVE(tt_clip_grad_norm_, (const tt_tensor *params, int64_t count, double max_norm),
        toco::clip_grad_norm(params, count, max_norm))
