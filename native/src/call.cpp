// Boxed calls: any registered operator by name, with its arguments on a stack.
#include <ATen/ScalarOps.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/jit_type.h>
#include <c10/util/SmallVector.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "stack.h"

namespace toco {
namespace {

using c10::TypeKind;

c10::OperatorHandle find(const char *op, const char *overload) {
  auto found = c10::Dispatcher::singleton().findSchema({op, overload});
  TORCH_CHECK_NOT_IMPLEMENTED(found.has_value(), "no operator '", op, "' with overload '", overload,
                              "' is registered; check the name (such as aten::add, overload "
                              "Tensor), or load the library that registers it");
  return *found;
}

const c10::Type &without_optional(const c10::Type &type) {
  return type.kind() == TypeKind::OptionalType
             ? *type.castRaw<c10::OptionalType>()->getElementType()
             : type;
}

bool is_number(const c10::IValue &value) {
  return value.isInt() || value.isDouble() || value.isBool() || value.isComplexDouble();
}

// A number that takes part in an operation as in Python: it does not widen the tensors' dtype.
at::Tensor wrapped(const at::Scalar &number) {
  auto tensor = at::scalar_to_tensor(number);
  tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
  return tensor;
}

// The number of a tensor without dimensions, for an argument of this kind.
c10::IValue number_of(const at::Tensor &tensor, TypeKind kind) {
  if (kind == TypeKind::IntType) return tensor.item().toLong();
  if (kind == TypeKind::FloatType) return tensor.item().toDouble();
  return tensor.item();
}

c10::IValue convert(c10::IValue value, const c10::Type &type);

c10::IValue convert_list(c10::IValue value, const c10::TypePtr &element) {
  auto given = value.toList();
  if (*given.elementType() == *element) return value;
  c10::impl::GenericList converted(element);
  converted.reserve(given.size());
  for (const c10::IValue &entry : value.toListRef()) {
    auto fitting = convert(entry, *element);
    bool is_scalar = element->kind() == TypeKind::NumberType && is_number(fitting);
    TORCH_CHECK_TYPE(is_scalar || fitting.type()->isSubtypeOf(*element), "entry ", converted.size(),
                     " of a list must be of type ", element->str(), ", got ",
                     fitting.type()->str());
    converted.push_back(std::move(fitting));
  }
  return converted;
}

// Converts a value to the type in the schema where PyTorch does: an int to a float, a number to a
// tensor, a list (any empty one, for example) to a list of another element type.
c10::IValue convert(c10::IValue value, const c10::Type &type) {
  const auto &wanted = without_optional(type);
  auto kind = wanted.kind();
  switch (kind) {
    case TypeKind::TensorType:
      return is_number(value) ? c10::IValue(wrapped(value.toScalar())) : value;
    case TypeKind::IntType:
    case TypeKind::FloatType:
    case TypeKind::NumberType:
      if (value.isTensor() && value.toTensor().defined() && value.toTensor().dim() == 0)
        return number_of(value.toTensor(), kind);
      if (kind == TypeKind::FloatType && value.isInt()) return static_cast<double>(value.toInt());
      return value;
    case TypeKind::ComplexType:
      return is_number(value) ? c10::IValue(value.toScalar().toComplexDouble()) : value;
    case TypeKind::DeviceObjType:
      return value.isString() ? c10::IValue(c10::Device(value.toStringRef())) : value;
    case TypeKind::ListType:
      return value.isList()
                 ? convert_list(std::move(value), wanted.castRaw<c10::ListType>()->getElementType())
                 : value;
    default: return value;
  }
}

// One number for a list of fixed length, such as `int[2] stride`, stands for all its entries.
c10::IValue repeated(c10::IValue value, const c10::Argument &argument) {
  if (!argument.N() || !(value.isInt() || value.isDouble() || value.isBool())) return value;
  c10::impl::GenericList list(c10::AnyType::get());
  for (int32_t i = 0; i < *argument.N(); i++) list.push_back(value);
  return list;
}

// The schema's own check, which refuses a bool for a Scalar though all operators take it.
void check(const c10::FunctionSchema &schema, std::vector<c10::IValue> &arguments) {
  std::vector<size_t> flags;
  for (size_t i = 0; i < arguments.size(); i++)
    if (arguments[i].isBool() &&
        without_optional(*schema.arguments()[i].type()).kind() == TypeKind::NumberType)
      flags.push_back(i);
  std::vector<c10::IValue> saved;
  for (size_t i : flags) saved.push_back(std::exchange(arguments[i], c10::IValue(0)));
  schema.checkAndNormalizeInputs(arguments, {});
  for (size_t i = 0; i < flags.size(); i++) arguments[flags[i]] = std::move(saved[i]);
}

using Given = c10::SmallVector<bool, 24>;  // by the schema's arguments

// Moves the last count arguments to the places of their names.
Given place(const char *op, const c10::FunctionSchema &schema, std::vector<c10::IValue> &arguments,
            const char *const *names, int64_t count) {
  TORCH_CHECK_INDEX(count >= 0 && count <= static_cast<int64_t>(arguments.size()),
                    "the stack holds ", arguments.size(), " values, not ", count);
  size_t expected = schema.arguments().size();
  size_t positional = arguments.size() - static_cast<size_t>(count);
  TORCH_CHECK_VALUE(positional <= expected, op, " takes at most ", expected, " arguments, got ",
                    arguments.size(), ": ", schema);
  auto first_named = arguments.begin() + static_cast<std::ptrdiff_t>(positional);
  std::vector<c10::IValue> named(std::make_move_iterator(first_named),
                                 std::make_move_iterator(arguments.end()));
  arguments.resize(expected);
  Given given(expected, false);
  std::fill_n(given.begin(), positional, true);
  for (size_t i = 0; i < named.size(); i++) {
    auto found = schema.argumentIndexWithName(names[i]);
    TORCH_CHECK_VALUE(found.has_value(), op, " has no argument '", names[i], "': ", schema);
    auto index = static_cast<size_t>(*found);
    TORCH_CHECK_VALUE(!given[index], op, " got two values for '", names[i], "': ", schema);
    arguments[index] = std::move(named[i]);
    given[index] = true;
  }
  return given;
}

void call(const char *op, const char *overload, tt_stack stack, const char *const *names,
          int64_t count) {
  std::vector<c10::IValue> arguments;
  arguments.swap(stack->values);
  auto handle = find(op, overload);
  const auto &schema = handle.schema();
  auto given = place(op, schema, arguments, names, count);
  for (size_t i = 0; i < arguments.size(); i++) {
    const auto &expected = schema.arguments()[i];
    TORCH_CHECK_VALUE(given[i] || expected.default_value().has_value(), op, " needs a value for '",
                      expected.name(), "': ", schema);
    arguments[i] = given[i] ? convert(repeated(std::move(arguments[i]), expected), *expected.type())
                            : *expected.default_value();
  }
  check(schema, arguments);
  handle.callBoxed(&arguments);
  stack->values = std::move(arguments);
}

std::string schema_text(const char *op, const char *overload) {
  std::ostringstream text;
  text << find(op, overload).schema();
  return text.str();
}

}  // namespace
}  // namespace toco

TT_DO(tt_call, (const char *op, const char *overload, tt_stack stack),
      toco::call(op, overload, stack, nullptr, 0))
TT_DO(tt_call_named,
      (const char *op, const char *overload, tt_stack stack, const char *const *names,
       int64_t count),
      toco::call(op, overload, stack, names, count))
TT_DO(tt_schema, (const char *op, const char *overload, tt_stack stack),
      toco::push(stack, toco::schema_text(op, overload)))
