// Models that AOTInductor compiled, run through LibTorch's own loader.
#include "stack.h"

#if __has_include(<torch/csrc/inductor/aoti_package/model_package_loader.h>)
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

struct tt_package_ {
  torch::inductor::AOTIModelPackageLoader loader;
};

TT_DO(tt_package_load, (const char *path, tt_package *out), *out = new tt_package_{torch::inductor::AOTIModelPackageLoader(path)})
TT_DO(tt_package_run, (tt_package self, const tt_tensor *inputs, int64_t count, tt_stack results),
      results->values.emplace_back(self->loader.run(toco::tensor_list(inputs, count))))
#else

struct tt_package_ {};

namespace toco {
namespace {
[[noreturn]] void missing() { TORCH_CHECK_NOT_IMPLEMENTED(false, "this LibTorch cannot run packages of AOTInductor; use 2.11 or newer"); }
}  // namespace
}  // namespace toco

int32_t tt_package_load(const char *, tt_package *) { return toco::guard([] { toco::missing(); }); }
int32_t tt_package_run(tt_package, const tt_tensor *, int64_t, tt_stack) { return toco::guard([] { toco::missing(); }); }
#endif

void tt_package_free(tt_package self) { delete self; }
