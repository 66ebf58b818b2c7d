/* TorchScript: building, saving, loading and calling modules; tuples and dicts; errors. */
#include "check.h"

static const char *const SCALES =
    "def forward(self, x: Tensor) -> Dict[str, Tensor]:\n    return {\"y\": x * self.w, \"x\": "
    "x}\n";

static tt_module scaled(tt_tensor w) {
  tt_module module;
  OK(tt_module_new("Scaled", &module));
  OK(tt_module_register(module, "w", w, 1));
  OK(tt_module_define(module, SCALES));
  return module;
}

/* forward(x)["y"][0] */
static double first(tt_module module, tt_tensor x) {
  tt_stack stack, items;
  tt_tensor y;
  int32_t kind;
  int64_t length;
  char key[1];
  OK(tt_stack_new(&stack));
  OK(tt_push_tensor(stack, x));
  OK(tt_module_call(module, "forward", stack));
  OK(tt_stack_kind(stack, 0, &kind, &length));
  CHECK(kind == TT_KIND_DICT && length == 2);
  OK(tt_stack_contents(stack, 0, &items));
  OK(tt_stack_string_at(items, 0, key));
  CHECK(key[0] == 'y');
  OK(tt_stack_tensors_at(items, 1, &y));
  tt_stack_free(items);
  tt_stack_free(stack);
  double value = floats(y)[0];
  tt_free(y);
  return value;
}

static void aModuleComputesWithItsWeight(void) {
  tt_tensor w = full(3, SIZES(1)), x = full(2, SIZES(2));
  tt_module module = scaled(w);
  NEAR(first(module, x), 6, 0);
  OK(tt_mul_scalar_(w, 2)); /* shared, not copied */
  NEAR(first(module, x), 12, 0);
  tt_module_free(module);
  tt_free_list((tt_tensor[]){w, x}, 2);
}

static void aSavedModuleLoads(void) {
  char path[] = "/tmp/jit_test_XXXXXX";
  CHECK(mkstemp(path) >= 0);
  tt_tensor w = full(3, SIZES(1)), x = full(2, SIZES(2));
  tt_module module = scaled(w), loaded;
  OK(tt_module_save(module, path, (const char *const[]){"about"}, (const char *const[]){"text"},
                    1));
  tt_module_free(module);
  tt_stack extra;
  int32_t kind;
  int64_t length;
  OK(tt_stack_new(&extra));
  OK(tt_module_load(path, CPU, -1, (const char *const[]){"about", "absent"}, 2, extra, &loaded));
  OK(tt_stack_kind(extra, 0, &kind, &length));
  CHECK(kind == TT_KIND_STRING && length == 4);
  OK(tt_stack_kind(extra, 1, &kind, &length));
  CHECK(kind == TT_KIND_STRING && length == 0);
  OK(tt_module_train(loaded, 0));
  NEAR(first(loaded, x), 6, 0);
  tt_stack_free(extra);
  tt_module_free(loaded);
  tt_free_list((tt_tensor[]){w, x}, 2);
  remove(path);
}

static void childrenWeightsAndMethodsAreListed(void) {
  tt_tensor w = full(3, SIZES(1)), taken;
  tt_module child = scaled(w), parent;
  OK(tt_module_new("Parent", &parent));
  OK(tt_module_add_child(parent, "part", child));
  tt_module_free(child); /* the parent keeps it */
  tt_stack stack;
  int64_t size;
  char name[6];
  OK(tt_stack_new(&stack));
  OK(tt_module_tensors(parent, stack));
  OK(tt_stack_size(stack, &size));
  CHECK(size == 3);
  OK(tt_stack_string_at(stack, 0, name));
  CHECK(memcmp(name, "part.w", 6) == 0);
  OK(tt_stack_tensors_at(stack, 1, &taken));
  tt_stack_free(stack);
  tt_module_free(parent);
  NEAR(floats(taken)[0], 3, 0);
  tt_free_list((tt_tensor[]){w, taken}, 2);
}

static void tuplesAndDictsAreMadeOfTheLastValues(void) {
  tt_stack stack, contents;
  int32_t kind;
  int64_t length;
  OK(tt_stack_new(&stack));
  OK(tt_push_int(stack, 1));
  OK(tt_push_string(stack, "k"));
  OK(tt_push_int(stack, 2));
  OK(tt_push_dict(stack, 1));
  OK(tt_push_tuple(stack, 2));
  OK(tt_stack_kind(stack, 0, &kind, &length));
  CHECK(kind == TT_KIND_TUPLE && length == 2);
  OK(tt_stack_contents(stack, 0, &contents));
  OK(tt_stack_kind(contents, 1, &kind, &length));
  CHECK(kind == TT_KIND_DICT && length == 1);
  tt_stack_free(contents);
  CHECK(tt_push_tuple(stack, 2) == TT_INDEX);
  CHECK(tt_push_tuple(stack, -1) == TT_INDEX);
  OK(tt_push_int(stack, 1));
  OK(tt_push_int(stack, 2));
  CHECK(tt_push_dict(stack, 1) == TT_TYPE);
  SAYS("keys must be strings");
  int64_t size;
  OK(tt_stack_size(stack, &size));
  CHECK(size == 3); /* unchanged: a call that fails takes nothing off */
  OK(tt_push_int(stack, 2));
  CHECK(tt_stack_contents(stack, 1, &contents) == TT_TYPE);
  tt_stack_free(stack);
}

static void errorsLeakNothing(void) {
  tt_module module, none;
  tt_stack stack;
  tt_tensor w = full(3, SIZES(2)), x = full(2, SIZES(3));
  CHECK(tt_module_load("/nonexistent/x.pt", CPU, -1, NULL, 0, NULL, &none) != TT_OK);
  SAYS("/nonexistent/x.pt");
  module = scaled(w);
  CHECK(tt_module_define(module, "def f(self) -> int:\n    return unknown\n") != TT_OK);
  SAYS("unknown");
  OK(tt_stack_new(&stack));
  CHECK(tt_module_call(module, "absent", stack) == TT_INDEX);
  OK(tt_push_tensor(stack, x));
  CHECK(tt_module_call(module, "forward", stack) != TT_OK); /* shapes */
  SAYS("size of tensor");
  CHECK(strstr(tt_last_error(), "Traceback") == NULL);
  CHECK(tt_module_call(module, "forward", stack) != TT_OK); /* the failed call emptied the stack */
  tt_package package;
  CHECK(tt_package_load("/nonexistent/x.pt2", &package) != TT_OK);
  tt_stack_free(stack);
  tt_module_free(module);
  tt_module_free(NULL);
  tt_package_free(NULL);
  tt_free_list((tt_tensor[]){w, x}, 2);
}

int main(void) {
  RUN(aModuleComputesWithItsWeight);
  RUN(aSavedModuleLoads);
  RUN(childrenWeightsAndMethodsAreListed);
  RUN(tuplesAndDictsAreMadeOfTheLastValues);
  RUN(errorsLeakNothing);
  return finish();
}
