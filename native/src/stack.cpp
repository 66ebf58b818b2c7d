// The stack of boxed calls: its values go in and come out by kind.
#include "stack.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toco {
namespace {

void push_tensors(tt_stack stack, const tt_tensor *handles, int64_t count) {
  if (std::find(handles, handles + count, nullptr) == handles + count)
    return push(stack, tensor_list(handles, count));
  c10::List<std::optional<at::Tensor>> list;
  for (int64_t i = 0; i < count; i++)
    list.push_back(handles[i] ? std::optional<at::Tensor>(handles[i]->value) : std::nullopt);
  push(stack, list);
}

std::vector<c10::IValue> last(tt_stack stack, int64_t count) {
  auto size = static_cast<int64_t>(stack->values.size());
  TORCH_CHECK_INDEX(count >= 0 && count <= size, "the stack holds ", size, " values, not ", count);
  return {stack->values.end() - count, stack->values.end()};
}

void replace_last(tt_stack stack, int64_t count, c10::IValue value) {
  if (count == 0) return push(stack, std::move(value));
  stack->values.resize(stack->values.size() - static_cast<size_t>(count - 1));
  stack->values.back() = std::move(value);
}

// tt_call gives the list its element type.
void push_list(tt_stack stack, int64_t count) {
  c10::impl::GenericList list(c10::AnyType::get());
  for (auto &value : last(stack, count)) list.push_back(std::move(value));
  replace_last(stack, count, list);
}

void push_tuple(tt_stack stack, int64_t count) {
  replace_last(stack, count, c10::ivalue::Tuple::create(last(stack, count)));
}

// The dict has the type that TorchScript gives a literal: Dict[str, type of the first value], or
// Dict[str, Tensor] if it is empty.
void push_dict(tt_stack stack, int64_t count) {
  auto items = last(stack, 2 * count);
  auto type = items.empty()         ? c10::TypePtr(c10::TensorType::get())
              : items[1].isTensor() ? c10::TensorType::get()
                                    : items[1].type();
  c10::impl::GenericDict dict(c10::StringType::get(), type);
  for (size_t i = 0; i < items.size(); i += 2) {
    TORCH_CHECK_TYPE(items[i].isString(), "a dict's keys must be strings");
    dict.insert(items[i], items[i + 1]);
  }
  replace_last(stack, 2 * count, dict);
}

const c10::IValue &at_index(tt_stack stack, int64_t index) {
  TORCH_CHECK_INDEX(index >= 0 && index < static_cast<int64_t>(stack->values.size()),
                    "stack index ", index, " is outside 0..",
                    static_cast<int64_t>(stack->values.size()) - 1);
  return stack->values[index];
}

struct Kind {
  tt_kind kind;
  size_t length = 1;
};

Kind kind_of(const c10::IValue &value) {
  if (value.isNone()) return {TT_KIND_NONE};
  if (value.isTensor()) return {TT_KIND_TENSOR};
  if (value.isInt()) return {TT_KIND_INT};
  if (value.isDouble()) return {TT_KIND_DOUBLE};
  if (value.isBool()) return {TT_KIND_BOOL};
  if (value.isComplexDouble()) return {TT_KIND_COMPLEX, 2};
  if (value.isString()) return {TT_KIND_STRING, value.toStringRef().size()};
  if (value.isIntList()) return {TT_KIND_INT_LIST, value.toIntList().size()};
  if (value.isDoubleList()) return {TT_KIND_DOUBLE_LIST, value.toDoubleList().size()};
  if (value.isBoolList()) return {TT_KIND_BOOL_LIST, value.toBoolList().size()};
  if (value.isTensorList()) return {TT_KIND_TENSOR_LIST, value.toTensorList().size()};
  if (value.isTuple()) return {TT_KIND_TUPLE, value.toTupleRef().size()};
  if (value.isGenericDict()) return {TT_KIND_DICT, value.toGenericDict().size()};
  if (value.isList()) return {TT_KIND_LIST, value.toListRef().size()};
  return {TT_KIND_OBJECT};
}

void describe(const c10::IValue &value, int32_t *kind, int64_t *length) {
  auto described = kind_of(value);
  *kind = described.kind;
  *length = static_cast<int64_t>(described.length);
}

std::vector<c10::IValue> contents(const c10::IValue &value) {
  if (value.isTuple()) return value.toTupleRef().elements().vec();
  if (value.isList()) return value.toListRef().vec();
  TORCH_CHECK_TYPE(value.isGenericDict(), "only a tuple, list or dict has contents, not a ",
                   value.tagKind());
  std::vector<c10::IValue> items;
  for (const auto &item : value.toGenericDict()) {
    items.push_back(item.key());
    items.push_back(item.value());
  }
  return items;
}

void tensors_at(const c10::IValue &value, tt_tensor *out) {
  if (value.isTensor()) *out = own_or_null(value.toTensor());
  else own_all(value.toTensorVector(), out);
}

void ints_at(const c10::IValue &value, int64_t *out) {
  if (value.isInt()) *out = value.toInt();
  else if (value.isBool()) *out = value.toBool();
  else if (value.isBoolList())
    for (bool flag : value.toBoolList()) *out++ = flag;
  else
    for (int64_t number : value.toIntVector()) *out++ = number;
}

void doubles_at(const c10::IValue &value, double *out) {
  if (value.isDouble()) *out = value.toDouble();
  else if (value.isComplexDouble()) {
    auto number = value.toComplexDouble();
    out[0] = number.real();
    out[1] = number.imag();
  } else
    for (double number : value.toDoubleVector()) *out++ = number;
}

std::vector<bool> flags(const int32_t *values, int64_t count) {
  return std::vector<bool>(values, values + count);
}

}  // namespace
}  // namespace toco

TT_DO(tt_stack_new, (tt_stack *out), *out = new tt_stack_())
void tt_stack_free(tt_stack self) { delete self; }

TT_DO(tt_push_none, (tt_stack self), toco::push(self, c10::IValue()))
TT_DO(tt_push_tensor, (tt_stack self, tt_tensor value), toco::push(self, value->value))
TT_DO(tt_push_int, (tt_stack self, int64_t value), toco::push(self, value))
TT_DO(tt_push_double, (tt_stack self, double value), toco::push(self, value))
TT_DO(tt_push_complex, (tt_stack self, double real, double imaginary),
      toco::push(self, c10::complex<double>(real, imaginary)))
TT_DO(tt_push_bool, (tt_stack self, int32_t value), toco::push(self, value != 0))
TT_DO(tt_push_string, (tt_stack self, const char *value), toco::push(self, std::string(value)))
TT_DO(tt_push_device, (tt_stack self, int32_t device_type, int32_t device_index),
      toco::push(self, toco::device(device_type, device_index)))
TT_DO(tt_push_int_list, (tt_stack self, const int64_t *values, int64_t count),
      toco::push(self, toco::ints(values, count).vec()))
TT_DO(tt_push_double_list, (tt_stack self, const double *values, int64_t count),
      toco::push(self, std::vector<double>(values, values + count)))
TT_DO(tt_push_bool_list, (tt_stack self, const int32_t *values, int64_t count),
      toco::push(self, toco::flags(values, count)))
TT_DO(tt_push_tensor_list, (tt_stack self, const tt_tensor *values, int64_t count),
      toco::push_tensors(self, values, count))

TT_DO(tt_push_generator, (tt_stack self, tt_generator value), toco::push(self, value->value))
TT_DO(tt_push_object, (tt_stack self, tt_object value), toco::push(self, value->value))
TT_DO(tt_push_list, (tt_stack self, int64_t count), toco::push_list(self, count))
TT_DO(tt_push_tuple, (tt_stack self, int64_t count), toco::push_tuple(self, count))
TT_DO(tt_push_dict, (tt_stack self, int64_t count), toco::push_dict(self, count))

TT_DO(tt_stack_size, (tt_stack self, int64_t *out),
      *out = static_cast<int64_t>(self->values.size()))
TT_DO(tt_stack_kind, (tt_stack self, int64_t index, int32_t *kind, int64_t *length),
      toco::describe(toco::at_index(self, index), kind, length))
TT_DO(tt_stack_contents, (tt_stack self, int64_t index, tt_stack *out),
      *out = new tt_stack_{toco::contents(toco::at_index(self, index))})
TT_DO(tt_stack_object_at, (tt_stack self, int64_t index, tt_object *out),
      *out = new tt_object_{toco::at_index(self, index)})
TT_DO(tt_stack_tensors_at, (tt_stack self, int64_t index, tt_tensor *out),
      toco::tensors_at(toco::at_index(self, index), out))
TT_DO(tt_stack_ints_at, (tt_stack self, int64_t index, int64_t *out),
      toco::ints_at(toco::at_index(self, index), out))
TT_DO(tt_stack_doubles_at, (tt_stack self, int64_t index, double *out),
      toco::doubles_at(toco::at_index(self, index), out))
TT_DO(tt_stack_string_at, (tt_stack self, int64_t index, char *out),
      const auto &text = toco::at_index(self, index).toStringRef();
      std::memcpy(out, text.data(), text.size()))
