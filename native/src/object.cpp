// Objects of classes that LibTorch or a loaded library registered (torch::class_).
#include <ATen/core/class_type.h>
#include <c10/util/StringUtil.h>
#include <torch/custom_class.h>

#include <string>
#include <utility>
#include <vector>

#include "stack.h"

namespace toco {
namespace {

// Calls a method with the arguments on the stack, and takes them off it.
c10::IValue call(const c10::IValue &self, const char *name, tt_stack stack) {
  std::vector<c10::IValue> arguments;
  arguments.swap(stack->values);
  arguments.insert(arguments.begin(), self);
  TORCH_CHECK_TYPE(self.isObject(), "only an object of a class has methods, not a ",
                   self.tagKind());
  auto method = self.toObjectRef().type()->findMethod(name);
  TORCH_CHECK_INDEX(method, self.toObjectRef().type()->repr_str(), " has no method '", name, "'");
  method->getSchema().checkAndNormalizeInputs(arguments, {});
  method->run(arguments);
  return arguments.back();
}

tt_object create(std::string name, tt_stack arguments) {
  auto colons = name.find("::");
  TORCH_CHECK_VALUE(colons != std::string::npos, "a class is named NAMESPACE::NAME, got '", name,
                    "'");
  auto type = torch::getCustomClass(
      c10::str("__torch__.torch.classes.", name.substr(0, colons), ".", name.substr(colons + 2)));
  TORCH_CHECK_NOT_IMPLEMENTED(
      type, "no class '", name,
      "' is registered; check the name, or load the library that registers it");
  c10::IValue self(c10::ivalue::Object::create(c10::StrongTypePtr(nullptr, type), 1));
  call(self, "__init__", arguments);
  return new tt_object_{std::move(self)};
}

void call_and_push(tt_object self, const char *method, tt_stack stack) {
  stack->values.push_back(call(self->value, method, stack));
}

}  // namespace
}  // namespace toco

TT_DO(tt_object_new, (const char *class_name, tt_stack arguments, tt_object *out),
      *out = toco::create(class_name, arguments))
void tt_object_free(tt_object self) { delete self; }
TT_DO(tt_object_call, (tt_object self, const char *method, tt_stack stack),
      toco::call_and_push(self, method, stack))
