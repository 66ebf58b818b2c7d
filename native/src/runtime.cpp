// Errors, random state and threads.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <ios>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef _OPENMP
#include <omp.h>
#endif

#include "stack.h"

// What LibTorch was built with. Every version exports it, but not all have its header;
// at::show_config, which prints it, would also start the GPU's driver.
namespace caffe2 {
const std::map<std::string, std::string> &GetBuildOptions();
}

namespace toco {
namespace {

thread_local std::string last_error;

// Without the C++ stack trace that LibTorch appends in what().
int32_t record(int32_t status, const char *message) noexcept {
  try {
    last_error = message;
  } catch (...) {
    last_error.clear();
  }
  return status;
}

int32_t classify_runtime_error(const char *message) {
  std::string text(message);
  if (text.find("CUDA") != std::string::npos) return TT_CUDA;
  // The allocator's two texts: the second is that of LibTorch for Arm, which has mimalloc.
  for (const char *out_of_memory : {"can't allocate memory", "not enough memory: you tried"}) {
    if (text.find(out_of_memory) != std::string::npos) return TT_OUT_OF_MEMORY;
  }
  return TT_OTHER;
}

}  // namespace

std::atomic<int64_t> live_tensors{0};

int32_t record_error() noexcept {
  try {
    throw;
  } catch (const c10::OutOfMemoryError &e) {
    return record(TT_OUT_OF_MEMORY, e.what_without_backtrace());
  } catch (const c10::IndexError &e) {
    return record(TT_INDEX, e.what_without_backtrace());
  } catch (const c10::TypeError &e) {
    return record(TT_TYPE, e.what_without_backtrace());
  } catch (const c10::ValueError &e) {
    return record(TT_VALUE, e.what_without_backtrace());
  } catch (const c10::NotImplementedError &e) {
    return record(TT_NOT_IMPLEMENTED, e.what_without_backtrace());
  } catch (const c10::DistError &e) {
    return record(TT_DISTRIBUTED, e.what_without_backtrace());
  } catch (const c10::Error &e) {
    return record(classify_runtime_error(e.what_without_backtrace()), e.what_without_backtrace());
  } catch (const std::bad_alloc &e) {
    return record(TT_OUT_OF_MEMORY, "out of memory in native code");
  } catch (const IoError &e) {
    return record(TT_IO, e.what());
  } catch (const std::ios_base::failure &e) {
    return record(TT_IO, e.what());
  } catch (const std::out_of_range &e) {
    return record(TT_INDEX, e.what());
  } catch (const std::invalid_argument &e) {
    return record(TT_VALUE, e.what());
  } catch (const std::exception &e) {
    auto message = e.what();  // once: TorchScript's compiler builds it on every call
    return record(classify_runtime_error(message), message);
  } catch (...) {
    return record(TT_OTHER, "an exception of unknown type in native code");
  }
}

namespace {

void load_library(const char *path) {
  if (!dlopen(path, RTLD_NOW | RTLD_GLOBAL)) throw IoError(dlerror());
}

// OpenMP keeps the number of threads per calling thread; at::set_num_threads would change it for
// all.
void serial_thread() {
  at::internal::lazy_init_num_threads();  // or the first operator would undo the next call
#ifdef _OPENMP
  omp_set_num_threads(1);
#endif
}

std::string runtime_version() {
  const auto &options = caffe2::GetBuildOptions();
  auto found = options.find("TORCH_VERSION");
  return found == options.end() ? "" : found->second;
}

void trim_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

at::Generator generator(int32_t device_type, int32_t device_index) {
  return at::globalContext().defaultGenerator(toco::device(device_type, device_index));
}

at::Generator new_generator(c10::Device device, int64_t seed) {
  auto made = device.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>()
                              : at::globalContext()
                                    .getAcceleratorHooksInterface(device.type())
                                    .getNewGenerator(device.index());
  made.set_current_seed(static_cast<uint64_t>(seed));
  return made;
}

at::Tensor state_of(at::Generator source) {
  std::lock_guard<std::mutex> lock(source.mutex());
  return source.get_state();
}

void set_state_of(at::Generator target, const at::Tensor &state) {
  std::lock_guard<std::mutex> lock(target.mutex());
  target.set_state(state);
}

}  // namespace
}  // namespace toco

const char *tt_last_error(void) { return toco::last_error.c_str(); }
const char *tt_libtorch_version(void) { return TORCH_VERSION; }
const char *tt_libtorch_runtime_version(void) {
  try {
    static const std::string version = toco::runtime_version();
    return version.c_str();
  } catch (...) {
    return "";
  }
}
const char *tt_header_hash(void) { return TOCO_HEADER_HASH; }
int64_t tt_live_tensors(void) { return toco::live_tensors.load(std::memory_order_relaxed); }

TT_DO(tt_manual_seed, (int64_t seed), at::manual_seed(static_cast<uint64_t>(seed)))
TT_GIVE(tt_rng_state, (int32_t device_type, int32_t device_index),
        toco::state_of(toco::generator(device_type, device_index)))
TT_DO(tt_set_rng_state, (int32_t device_type, int32_t device_index, tt_tensor state),
      toco::set_state_of(toco::generator(device_type, device_index), state->value))
TT_DO(tt_generator_new,
      (int32_t device_type, int32_t device_index, int64_t seed, tt_generator *out),
      *out = new tt_generator_{toco::new_generator(toco::device(device_type, device_index), seed)})
void tt_generator_free(tt_generator self) { delete self; }
TT_GIVE(tt_generator_state, (tt_generator self), toco::state_of(self->value))
TT_DO(tt_generator_set_state, (tt_generator self, tt_tensor state),
      toco::set_state_of(self->value, state->value))
TT_DO(tt_set_num_threads, (int32_t threads), at::set_num_threads(threads))
TT_DO(tt_get_num_threads, (int32_t *out), *out = at::get_num_threads())
int32_t tt_serial_thread(void) {
  return toco::guard([] { toco::serial_thread(); });
}
int32_t tt_trim_memory(void) {
  return toco::guard([] { toco::trim_memory(); });
}
TT_DO(tt_set_flush_denormal, (int32_t on), at::globalContext().setFlushDenormal(on != 0))
TT_DO(tt_cpu_capability, (const char **out),
      static const std::string name = at::get_cpu_capability();
      *out = name.c_str())
TT_DO(tt_load_library, (const char *path), toco::load_library(path))
