// Models compiled by AOTInductor, run through LibTorch's loader.
#include <dlfcn.h>

#include <cstdint>
#include <string>

#include "stack.h"

#if __has_include(<torch/csrc/inductor/aoti_package/model_package_loader.h>)
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

struct tt_package_ {
  torch::inductor::AOTIModelPackageLoader loader;
};

namespace toco {
namespace {

// Packages are linked to libtorch.so (see CMakeLists.txt): LibTorch's, or the one that was built
// with this library.
void load_umbrella() {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void *>(&tt_package_load), &self)) return;
  std::string file(self.dli_fname);
  std::string folder = file.substr(0, file.rfind('/'));
  for (const char *umbrella : {"/torch/lib/libtorch.so", "/umbrella/libtorch.so"}) {
    if (dlopen((folder + umbrella).c_str(), RTLD_NOW | RTLD_GLOBAL)) return;
  }
}

tt_package load_package(const char *path) {
  load_umbrella();  // without it, the loader's message says what is missing
  return new tt_package_{torch::inductor::AOTIModelPackageLoader(path)};
}

}  // namespace
}  // namespace toco

TT_DO(tt_package_load, (const char *path, tt_package *out), *out = toco::load_package(path))
TT_DO(tt_package_run, (tt_package self, const tt_tensor *inputs, int64_t count, tt_stack results),
      results->values.emplace_back(self->loader.run(toco::tensor_list(inputs, count))))
#else

struct tt_package_ {};

namespace toco {
namespace {
[[noreturn]] void missing() {
  TORCH_CHECK_NOT_IMPLEMENTED(false,
                              "this LibTorch cannot run AOTInductor packages; use 2.7 or newer");
}
}  // namespace
}  // namespace toco

int32_t tt_package_load(const char *, tt_package *) {
  return toco::guard([] { toco::missing(); });
}
int32_t tt_package_run(tt_package, const tt_tensor *, int64_t, tt_stack) {
  return toco::guard([] { toco::missing(); });
}
#endif

void tt_package_free(tt_package self) { delete self; }
