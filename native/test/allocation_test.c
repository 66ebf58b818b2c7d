/*
 * A call that runs out of memory returns TT_OUT_OF_MEMORY, writes nothing and leaks nothing.
 *
 * C++'s operator new is replaced in this program: while armed, the N-th allocation that the shim
 * itself makes fails. Every call is tried with N = 1, 2, … until it succeeds, so that each of its
 * allocations has failed once. LibTorch's own allocations never fail here.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>

#include "check.h"

TT_API void *operator_new(size_t bytes) __asm__("_Znwm");
TT_API void operator_delete(void *memory) __asm__("_ZdlPv");
TT_API void operator_delete_sized(void *memory, size_t bytes) __asm__("_ZdlPvm");
extern void throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv") __attribute__((noreturn));

static const void *shim;               /* where libtoco_torch.so is mapped */
static _Thread_local int allowed = -1; /* allocations that still succeed; -1: all */

static const void *library_of(const void *address) {
  Dl_info info;
  return dladdr(address, &info) ? info.dli_fbase : NULL;
}

void *operator_new(size_t bytes) {
  if (allowed >= 0 && library_of(__builtin_return_address(0)) == shim && allowed-- == 0)
    throw_bad_alloc();
  void *memory = malloc(bytes ? bytes : 1);
  if (!memory) throw_bad_alloc();
  return memory;
}

void operator_delete(void *memory) { free(memory); }

void operator_delete_sized(void *memory, size_t bytes) {
  (void)bytes;
  free(memory);
}

/* Runs the call with the N-th allocation failing; false once it makes fewer than N, and has
 * succeeded. */
static bool fails(int32_t (*call)(void), int n) {
  int64_t live = tt_live_tensors();
  allowed = n - 1;
  int32_t status = call();
  bool failed = allowed < 0;
  allowed = -1;
  CHECK(status == (failed ? TT_OUT_OF_MEMORY : TT_OK));
  if (failed) CHECK(tt_live_tensors() == live);
  return failed;
}

static tt_tensor x, outs[3];
static tt_stack stack, contents;

/* Addresses that are no handles, to check that an out-parameter was not written. */
static char marks[4];
static tt_tensor mark(int i) { return (tt_tensor)(void *)&marks[i]; }
static bool unwritten(void) {
  return outs[0] == mark(0) && outs[1] == mark(1) && outs[2] == mark(2);
}

/* At least `least` allocations of the call fail, each without writing an out-parameter; then it
 * succeeds. */
static void writesAllOrNothing(int32_t (*call)(void), int least) {
  int n = 1;
  for (int i = 0; i < 3; i++) outs[i] = mark(i);
  while (fails(call, n)) {
    CHECK(unwritten());
    for (int i = 0; i < 3; i++) outs[i] = mark(i);
    n++;
  }
  CHECK(n > least);
  for (int i = 0; i < 3; i++)
    if (outs[i] != mark(i)) tt_free(outs[i]);
}

/* The same of a call that pushes: a failure leaves the stack as it was. */
static void pushesAllOrNothing(int32_t (*call)(void), int least) {
  int64_t before, after;
  int n = 1;
  OK(tt_stack_size(stack, &before));
  while (fails(call, n)) {
    OK(tt_stack_size(stack, &after));
    CHECK(after == before);
    n++;
  }
  CHECK(n > least);
}

static int32_t maxDim(void) { return tt_max_dim(x, 0, 0, &outs[0], &outs[1]); }
static int32_t topk(void) { return tt_topk(x, 2, 0, 1, &outs[0], &outs[1]); }
static int32_t sort(void) { return tt_sort(x, 0, 0, &outs[0], &outs[1]); }

static void pairsOfTensors(void) {
  x = counting(SIZES(4));
  writesAllOrNothing(maxDim, 2);
  writesAllOrNothing(topk, 2);
  writesAllOrNothing(sort, 2);
  tt_free(x);
}

static tt_tensor loss, inputs[3];
static int32_t gradients(void) { return tt_autograd_grad(&loss, NULL, 1, inputs, 3, 1, 0, outs); }

static void gradientsOfAList(void) {
  for (int i = 0; i < 3; i++) {
    inputs[i] = full(i, SIZES(2));
    OK(tt_set_requires_grad(inputs[i], 1));
  }
  tt_tensor joined;
  OK(tt_cat(inputs, 3, 0, &joined));
  OK(tt_sum(joined, NULL, 0, 0, &loss));
  writesAllOrNothing(gradients, 3);
  tt_free_list(inputs, 3);
  tt_free_list((tt_tensor[]){joined, loss}, 2);
}

static int32_t tensorsOfAList(void) { return tt_stack_tensors_at(stack, 0, outs); }
static int32_t allContents(void) { return tt_stack_contents(stack, 0, &contents); }

static void aListOfTensorsOnTheStack(void) {
  x = counting(SIZES(4));
  OK(tt_stack_new(&stack));
  OK(tt_push_tensor_list(stack, (tt_tensor[]){x, x, x}, 3));
  writesAllOrNothing(tensorsOfAList, 3);
  contents = NULL;
  for (int n = 1; fails(allContents, n); n++) CHECK(contents == NULL);
  CHECK(contents != NULL);
  tt_stack_free(contents);
  tt_stack_free(stack);
  tt_free(x);
}

static int32_t tuple(void) { return tt_push_tuple(stack, 2); }

/* Not of a dict: LibTorch's hash table declares its allocating constructor noexcept. */
static void foldedValues(void) {
  int64_t size, length;
  int32_t kind;
  int n = 1;
  OK(tt_stack_new(&stack));
  OK(tt_push_string(stack, "text"));
  OK(tt_push_int(stack, 2));
  for (; fails(tuple, n); n++) {
    OK(tt_stack_size(stack, &size));
    CHECK(size == 2);
  }
  CHECK(n > 1);
  OK(tt_stack_size(stack, &size));
  OK(tt_stack_kind(stack, 0, &kind, &length));
  CHECK(size == 1 && kind == TT_KIND_TUPLE && length == 2);
  tt_stack_free(stack);
}

static tt_module module, loaded;
static char path[] = "/tmp/allocation_test_XXXXXX";
static int32_t moduleTensors(void) { return tt_module_tensors(module, stack); }
static int32_t moduleMethods(void) { return tt_module_methods(module, stack); }
static int32_t loadWithTexts(void) {
  return tt_module_load(path, CPU, -1, (const char *const[]){"a", "b"}, 2, stack, &loaded);
}

static void modules(void) {
  CHECK(mkstemp(path) >= 0);
  x = counting(SIZES(4));
  OK(tt_module_new("M", &module));
  OK(tt_module_register(module, "w", x, 1));
  OK(tt_module_register(module, "b", x, 0));
  OK(tt_module_define(
      module, "def forward(self) -> int:\n    return 1\ndef other(self) -> int:\n    return 2\n"));
  OK(tt_module_save(module, path, (const char *const[]){"a", "b"},
                    (const char *const[]){"text", "more"}, 2));
  OK(tt_stack_new(&stack));
  pushesAllOrNothing(moduleTensors, 2);
  pushesAllOrNothing(moduleMethods, 2);
  loaded = NULL;
  pushesAllOrNothing(loadWithTexts, 2);
  CHECK(loaded != NULL);
  tt_module_free(loaded);
  tt_module_free(module);
  tt_stack_free(stack);
  tt_free(x);
  remove(path);
}

static float memory[4];
static int32_t wrap(void) { return tt_wrap(memory, (int64_t[]){4}, 1, FLOAT32, 7, &outs[0]); }

/* Memory that was not wrapped is the caller's: its token must not come back. */
static void wrappedMemory(void) {
  int64_t token, count;
  int n = 1;
  outs[0] = mark(0);
  for (; fails(wrap, n); n++) {
    CHECK(outs[0] == mark(0));
    OK(tt_released(&token, 1, &count));
    CHECK(count == 0);
  }
  CHECK(n > 2);
  tt_free(outs[0]);
  OK(tt_released(&token, 1, &count));
  CHECK(count == 1 && token == 7);
}

int main(void) {
  shim = library_of((const void *)(uintptr_t)&tt_alias);
  RUN(pairsOfTensors);
  RUN(gradientsOfAList);
  RUN(aListOfTensorsOnTheStack);
  RUN(foldedValues);
  RUN(modules);
  RUN(wrappedMemory);
  return finish();
}
