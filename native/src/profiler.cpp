// Traces of the operators that run, in the format of Chrome and Perfetto.
#include <torch/csrc/autograd/profiler_kineto.h>

#include <cstdint>
#include <cstdlib>
#include <set>

#include "shim.h"

namespace toco {
namespace {

namespace profiler = torch::autograd::profiler;
using torch::profiler::impl::ActivityType;
using torch::profiler::impl::ProfilerConfig;
using torch::profiler::impl::ProfilerState;

void start(bool record_shapes, bool profile_memory) {
  TORCH_CHECK(!torch::profiler::impl::profilerEnabled(),
              "a profiler is already running on this thread; stop it first");
  ProfilerConfig config(ProfilerState::KINETO, record_shapes, profile_memory);
  std::set<ActivityType> activities{ActivityType::CPU};
  if (toco::device_count(at::kCUDA) > 0) activities.insert(ActivityType::CUDA);
  else setenv("KINETO_LOG_LEVEL", "5", /*overwrite=*/0);  // or Kineto logs that there is no GPU
  profiler::prepareProfiler(config, activities);
  profiler::enableProfiler(config, activities);
}

void stop(const char *path) {
  TORCH_CHECK(torch::profiler::impl::profilerEnabled(), "no profiler is running on this thread");
  auto result = profiler::disableProfiler();
  if (path) result->save(path);
}

}  // namespace
}  // namespace toco

TT_DO(tt_profiler_start, (int32_t record_shapes, int32_t profile_memory),
      toco::start(record_shapes != 0, profile_memory != 0))
TT_DO(tt_profiler_stop, (const char *path), toco::stop(path))
