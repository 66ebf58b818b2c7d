// The arguments, then the results, of a call whose types are known only at run time.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/ivalue.h>  // IWYU pragma: export

#include <utility>
#include <vector>

#include "shim.h"  // IWYU pragma: export

struct tt_stack_ {
  std::vector<c10::IValue> values;
};

namespace toco {

// Puts all values on the stack or, on an exception, none.
inline void push_all(tt_stack stack, std::vector<c10::IValue> values) {
  stack->values.reserve(stack->values.size() + values.size());
  for (auto &value : values) stack->values.push_back(std::move(value));
}

template <class T>
void push(tt_stack stack, T &&value) {
  stack->values.emplace_back(std::forward<T>(value));
}

}  // namespace toco

struct tt_object_ {
  c10::IValue value;
};

struct tt_generator_ {
  at::Generator value;
};
