// TorchScript modules: loaded and called, or built from source text and saved.
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "stack.h"

struct tt_module_ {
  torch::jit::Module module;
};

namespace toco {
namespace {

using ExtraFiles = torch::jit::ExtraFilesMap;

// The interpreter puts a trace of the module's source before the message.
[[noreturn]] void rethrow_without_trace(const std::string &what) {
  constexpr const char *trace = "The following operation failed in the TorchScript interpreter";
  auto message = what.rfind("Error: ");
  if (what.rfind(trace, 0) != 0 || message == std::string::npos) throw;
  auto text = what.substr(what.rfind('\n', message) + 1);
  throw std::runtime_error(text.substr(0, text.find_last_not_of(" \n") + 1));
}

torch::jit::Method method(tt_module module, const char *name) {
  auto found = module->module.find_method(name);
  TORCH_CHECK_INDEX(found.has_value(), "the module has no method '", name, "'");
  return *found;
}

void call(tt_module module, const char *name, tt_stack stack) {
  std::vector<c10::IValue> arguments;
  arguments.swap(stack->values);
  try {
    stack->values.push_back(method(module, name)(std::move(arguments)));
  } catch (const c10::Error &e) {
    rethrow_without_trace(e.what_without_backtrace());
  } catch (const std::exception &e) {
    rethrow_without_trace(e.what());
  }
}

tt_module load(const char *path, c10::Device device, const char *const *names, int64_t count,
               tt_stack extra) {
  ExtraFiles files;
  for (int64_t i = 0; i < count; i++) files[names[i]] = "";
  auto module = std::make_unique<tt_module_>(tt_module_{torch::jit::load(path, device, files)});
  std::vector<c10::IValue> texts;
  for (int64_t i = 0; i < count; i++) texts.emplace_back(files[names[i]]);
  if (count > 0) push_all(extra, std::move(texts));
  return module.release();
}

[[noreturn]] void throw_unwritable(int error) {
  throw IoError("the module cannot be written: " + std::generic_category().message(error));
}

// Given a path, LibTorch's writer ends the process if the disk is full: its destructor throws. So
// it writes through a function that reports success to it, and the failure is thrown afterwards.
template <class Content>
void write_file(const char *path, const Content &content) {
  std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen(path, "wb"), std::fclose);
  if (!file) throw_unwritable(errno);
  int error = 0;
  content(std::function<size_t(const void *, size_t)>([&](const void *bytes, size_t size) {
    if (error == 0 && std::fwrite(bytes, 1, size, file.get()) != size) error = errno;
    return size;
  }));
  if (std::fclose(file.release()) != 0 && error == 0) error = errno;
  if (error != 0) throw_unwritable(error);
}

void save(tt_module module, const char *path, const char *const *names, const char *const *texts,
          int64_t count) {
  ExtraFiles files;
  for (int64_t i = 0; i < count; i++) files[names[i]] = texts[i];
  write_file(path,
             [&](const auto &write) { torch::jit::ExportModule(module->module, write, files); });
}

void methods(tt_module module, tt_stack stack) {
  std::vector<c10::IValue> schemas;
  for (const auto &method : module->module.get_methods()) {
    std::ostringstream text;
    text << method.function().getSchema();
    schemas.emplace_back(text.str());
  }
  push_all(stack, std::move(schemas));
}

void tensors(tt_module module, tt_stack stack) {
  std::vector<c10::IValue> entries;
  auto add = [&entries](const std::string &name, const at::Tensor &tensor, bool is_parameter) {
    entries.emplace_back(name);
    entries.emplace_back(tensor);
    entries.emplace_back(static_cast<int64_t>(is_parameter));
  };
  for (const auto &item : module->module.named_parameters()) add(item.name, item.value, true);
  for (const auto &item : module->module.named_buffers()) add(item.name, item.value, false);
  push_all(stack, std::move(entries));
}

}  // namespace
}  // namespace toco

TT_DO(tt_module_load,
      (const char *path, int32_t device_type, int32_t device_index, const char *const *extra_names,
       int64_t extra_count, tt_stack extra, tt_module *out),
      *out = toco::load(path, toco::device(device_type, device_index), extra_names, extra_count,
                        extra))
void tt_module_free(tt_module self) { delete self; }
TT_DO(tt_module_call, (tt_module self, const char *method, tt_stack stack),
      toco::call(self, method, stack))
TT_DO(tt_module_methods, (tt_module self, tt_stack stack), toco::methods(self, stack))
TT_DO(tt_module_tensors, (tt_module self, tt_stack stack), toco::tensors(self, stack))
TT_DO(tt_module_train, (tt_module self, int32_t on), self->module.train(on != 0))
TT_DO(tt_module_new, (const char *name, tt_module *out),
      *out = new tt_module_{
          torch::jit::Module(c10::QualifiedName(std::string("__torch__.") + name))})
TT_DO(tt_module_register,
      (tt_module self, const char *name, tt_tensor tensor, int32_t is_parameter),
      if (is_parameter) self->module.register_parameter(name, tensor->value, false);
      else self->module.register_buffer(name, tensor->value))
TT_DO(tt_module_add_child, (tt_module self, const char *name, tt_module child),
      self->module.register_module(name, child->module))
TT_DO(tt_module_define, (tt_module self, const char *source), self->module.define(source))
TT_DO(tt_module_save,
      (tt_module self, const char *path, const char *const *extra_names,
       const char *const *extra_texts, int64_t extra_count),
      toco::save(self, path, extra_names, extra_texts, extra_count))
