// The arguments, then the results, of a call whose types are known only when it runs.
#pragma once
#include <ATen/core/ivalue.h>

#include <vector>

#include "shim.h"

struct tt_stack_ {
  std::vector<c10::IValue> values;
};

struct tt_object_ {
  c10::IValue value;
};

struct tt_generator_ {
  at::Generator value;
};
