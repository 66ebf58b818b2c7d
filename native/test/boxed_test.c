/* Boxed calls: any operator by name, with defaults, lists, optional arguments and errors. */
#include "check.h"

static tt_stack stack;

static int64_t size(void) {
  int64_t count;
  OK(tt_stack_size(stack, &count));
  return count;
}

static void expectKind(int64_t index, int32_t kind, int64_t length) {
  int32_t got;
  int64_t got_length;
  OK(tt_stack_kind(stack, index, &got, &got_length));
  CHECK(got == kind);
  CHECK(got_length == length);
}

static tt_tensor onlyResult(void) {
  tt_tensor result;
  CHECK(size() == 1);
  expectKind(0, TT_KIND_TENSOR, 1);
  OK(tt_stack_tensors_at(stack, 0, &result));
  return result;
}

static void newStack(void) { OK(tt_stack_new(&stack)); }

static void equalsTheTypedCallAndFillsDefaults(void) {
  tt_tensor a = counting(SIZES(2, 2)), b = full(10, SIZES(2, 2));
  newStack();
  OK(tt_push_tensor(stack, a));
  OK(tt_push_tensor(stack, b));
  OK(tt_call("aten::add", "Tensor", stack)); /* alpha takes its default, 1 */
  tt_tensor sum = onlyResult(), typed, same, all;
  OK(tt_add(a, b, &typed));
  OK(tt_eq(sum, typed, &same));
  OK(tt_all(same, &all));
  NEAR(item(all), 1, 0);
  tt_stack_free(stack);
  tt_free_list((tt_tensor[]){a, b, sum, typed, same, all}, 6);
}

static void intsConvertToFloats(void) {
  tt_tensor x = counting(SIZES(4));
  newStack();
  OK(tt_push_tensor(stack, x));
  OK(tt_push_int(stack, 1)); /* the schema says float p */
  OK(tt_push_bool(stack, 1));
  OK(tt_call("aten::dropout", "", stack));
  tt_tensor zeros = onlyResult();
  NEAR(floats(zeros)[3], 0, 0);
  tt_stack_free(stack);
  tt_free_list((tt_tensor[]){x, zeros}, 2);
}

static void noneIsAnEmptyOptional(void) {
  tt_tensor x = counting(SIZES(3)), out;
  newStack();
  OK(tt_push_tensor(stack, x));
  OK(tt_push_none(stack));
  OK(tt_push_double(stack, 1));
  OK(tt_call("aten::clamp", "", stack));
  out = onlyResult();
  NEAR(floats(out)[2], 1, 0);
  tt_stack_free(stack);
  tt_free_list((tt_tensor[]){x, out}, 2);
}

static void optionalTensorListsTakeNulls(void) {
  tt_tensor x = counting(SIZES(2, 3)), index, column;
  OK(tt_arange(1, 2, 1, INT64, CPU, -1, &index));
  for (int leading_null = 0; leading_null < 2; leading_null++) {
    newStack();
    OK(tt_push_tensor(stack, x));
    OK(tt_push_tensor_list(
        stack, leading_null ? (tt_tensor[]){NULL, index} : (tt_tensor[]){index, index}, 2));
    OK(tt_call("aten::index", "Tensor", stack));
    column = onlyResult();
    NEAR(floats(column)[0], leading_null ? 1 : 4, 0);
    tt_stack_free(stack);
    tt_free(column);
  }
  tt_free_list((tt_tensor[]){x, index}, 2);
}

static void listsOfTensorsAreReturned(void) {
  tt_tensor x = counting(SIZES(5, 2)), parts[3];
  newStack();
  OK(tt_push_tensor(stack, x));
  OK(tt_push_int(stack, 2));
  OK(tt_call("aten::split", "Tensor", stack));
  CHECK(size() == 1);
  expectKind(0, TT_KIND_TENSOR_LIST, 3);
  OK(tt_stack_tensors_at(stack, 0, parts));
  tt_stack_free(stack); /* the handles do not depend on it */
  tt_free(x);
  NEAR(floats(parts[2])[1], 9, 0);
  tt_free_list(parts, 3);
}

static void severalResultsAreReturned(void) {
  tt_tensor x = counting(SIZES(3, 4)), values, indices;
  newStack();
  OK(tt_push_tensor(stack, x));
  OK(tt_push_int(stack, 2));
  OK(tt_call("aten::topk", "", stack));
  CHECK(size() == 2);
  OK(tt_stack_tensors_at(stack, 0, &values));
  OK(tt_stack_tensors_at(stack, 1, &indices));
  NEAR(floats(values)[0], 3, 0);
  CHECK(dtype(indices) == INT64);
  CHECK(tt_stack_tensors_at(stack, 2, &values) == TT_INDEX);
  CHECK(tt_stack_tensors_at(stack, -1, &values) == TT_INDEX);
  tt_stack_free(stack);
  tt_free_list((tt_tensor[]){x, values, indices}, 3);
}

static void everyKindRoundTrips(void) {
  int64_t ints[3];
  double doubles[2];
  char text[5];
  newStack();
  OK(tt_push_none(stack));
  OK(tt_push_int(stack, -5));
  OK(tt_push_double(stack, 2.5));
  OK(tt_push_bool(stack, 1));
  OK(tt_push_string(stack, "h\xc3\xa9llo"));
  OK(tt_push_int_list(stack, (int64_t[]){4, 5, 6}, 3));
  OK(tt_push_double_list(stack, (double[]){0.5, 1.5}, 2));
  OK(tt_push_bool_list(stack, (int32_t[]){1, 0}, 2));
  OK(tt_push_int_list(stack, NULL, 0));
  OK(tt_push_tensor_list(stack, NULL, 0));
  OK(tt_push_device(stack, CPU, -1));
  CHECK(size() == 11);
  expectKind(0, TT_KIND_NONE, 1);
  expectKind(1, TT_KIND_INT, 1);
  expectKind(2, TT_KIND_DOUBLE, 1);
  expectKind(3, TT_KIND_BOOL, 1);
  expectKind(4, TT_KIND_STRING, 6);
  expectKind(5, TT_KIND_INT_LIST, 3);
  expectKind(6, TT_KIND_DOUBLE_LIST, 2);
  expectKind(7, TT_KIND_BOOL_LIST, 2);
  expectKind(8, TT_KIND_INT_LIST, 0);
  expectKind(9, TT_KIND_TENSOR_LIST, 0);
  expectKind(10, TT_KIND_OBJECT, 1);
  OK(tt_stack_ints_at(stack, 1, ints));
  CHECK(ints[0] == -5);
  OK(tt_stack_ints_at(stack, 3, ints));
  CHECK(ints[0] == 1);
  OK(tt_stack_ints_at(stack, 5, ints));
  CHECK(ints[0] == 4 && ints[2] == 6);
  OK(tt_stack_ints_at(stack, 7, ints));
  CHECK(ints[0] == 1 && ints[1] == 0);
  OK(tt_stack_doubles_at(stack, 2, doubles));
  NEAR(doubles[0], 2.5, 0);
  OK(tt_stack_doubles_at(stack, 6, doubles));
  NEAR(doubles[1], 1.5, 0);
  char utf8[6];
  OK(tt_stack_string_at(stack, 4, utf8));
  CHECK(memcmp(utf8, "h\xc3\xa9llo", 6) == 0);
  CHECK(tt_stack_string_at(stack, 1, text) != TT_OK); /* an int is not a string */
  CHECK(tt_stack_ints_at(stack, 4, ints) != TT_OK);
  CHECK(tt_stack_doubles_at(stack, 5, doubles) != TT_OK);
  tt_tensor unused;
  CHECK(tt_stack_tensors_at(stack, 0, &unused) != TT_OK);
  tt_stack_free(stack);
}

static void intListsConvertToTheSchemasType(void) {
  tt_tensor x = full(2, SIZES(1, 1, 2, 2)), out;
  newStack();
  OK(tt_push_tensor(stack, x));
  OK(tt_push_none(stack));                           /* output_size */
  OK(tt_push_int_list(stack, (int64_t[]){2, 2}, 2)); /* scale_factors is float[]? */
  OK(tt_call("aten::upsample_nearest2d", "vec", stack));
  out = onlyResult();
  int64_t info[69];
  OK(tt_info(out, info));
  CHECK(info[7] == 4 && info[8] == 4);
  tt_stack_free(stack);
  tt_free_list((tt_tensor[]){x, out}, 2);
}

static void invalidArgumentsAreRejectedAndEmptyTheStack(void) {
  tt_tensor x = counting(SIZES(2));
  newStack();
  OK(tt_push_tensor(stack, x));
  CHECK(tt_call("aten::add", "Tensor", stack) == TT_VALUE); /* other is missing */
  SAYS("'other'");
  CHECK(size() == 0);
  for (int i = 0; i < 4; i++) OK(tt_push_tensor(stack, x));
  CHECK(tt_call("aten::relu", "", stack) == TT_VALUE);
  SAYS("at most 1");
  CHECK(size() == 0);
  OK(tt_push_string(stack, "no tensor"));
  CHECK(tt_call("aten::relu", "", stack) != TT_OK);
  SAYS("Tensor");
  CHECK(size() == 0);
  OK(tt_push_int(stack, 3));
  CHECK(tt_call("aten::nonsense", "", stack) == TT_NOT_IMPLEMENTED);
  CHECK(size() == 0);
  tt_stack_free(stack);
  tt_free(x);
}

static void theSchemaIsAString(void) {
  char text[256] = {0};
  int32_t kind;
  int64_t length;
  newStack();
  OK(tt_schema("aten::relu", "", stack));
  OK(tt_stack_kind(stack, 0, &kind, &length));
  CHECK(kind == TT_KIND_STRING && length < 256);
  OK(tt_stack_string_at(stack, 0, text));
  CHECK(strcmp(text, "aten::relu(Tensor self) -> Tensor") == 0);
  tt_stack_free(stack);
}

static void gradientsFlowThroughBoxedCalls(void) {
  tt_tensor x = full(3, SIZES(2)), y, sum, gradient;
  OK(tt_set_requires_grad(x, 1));
  newStack();
  OK(tt_push_tensor(stack, x));
  OK(tt_call("aten::square", "", stack));
  y = onlyResult();
  tt_stack_free(stack);
  OK(tt_sum(y, NULL, 0, 0, &sum));
  OK(tt_backward(sum, NULL, 0));
  OK(tt_grad(x, &gradient));
  NEAR(floats(gradient)[1], 6, 0);
  tt_free_list((tt_tensor[]){x, y, sum, gradient}, 4);
}

int main(void) {
  RUN(equalsTheTypedCallAndFillsDefaults);
  RUN(intsConvertToFloats);
  RUN(noneIsAnEmptyOptional);
  RUN(optionalTensorListsTakeNulls);
  RUN(listsOfTensorsAreReturned);
  RUN(severalResultsAreReturned);
  RUN(everyKindRoundTrips);
  RUN(intListsConvertToTheSchemasType);
  RUN(invalidArgumentsAreRejectedAndEmptyTheStack);
  RUN(theSchemaIsAString);
  RUN(gradientsFlowThroughBoxedCalls);
  return finish();
}
