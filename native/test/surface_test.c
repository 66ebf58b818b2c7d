/* Versions, inference mode, generators, tensors of other C++ code, objects, the profiler, errors
 * without a GPU. */
#include "check.h"

static int32_t records(tt_tensor x) {
  tt_tensor y;
  int64_t info[69];
  OK(tt_mul_scalar(x, 2, &y));
  OK(tt_info(y, info));
  tt_free(y);
  return (int32_t)info[4];
}

static void inferenceModeNests(void) {
  tt_tensor x = full(1, SIZES(2));
  OK(tt_set_requires_grad(x, 1));
  tt_inference outer, inner;
  CHECK(records(x));
  OK(tt_inference_enter(&outer));
  OK(tt_inference_enter(&inner));
  CHECK(!records(x));
  tt_inference_leave(inner);
  CHECK(!records(x));
  tt_inference_leave(outer);
  CHECK(records(x));
  tt_free(x);
}

static double draw(tt_generator generator) {
  tt_stack stack;
  tt_tensor drawn;
  OK(tt_stack_new(&stack));
  OK(tt_push_int_list(stack, (int64_t[]){1}, 1));
  OK(tt_push_generator(stack, generator));
  OK(tt_call("aten::rand", "generator", stack));
  OK(tt_stack_tensors_at(stack, 0, &drawn));
  tt_stack_free(stack);
  double value = floats(drawn)[0];
  tt_free(drawn);
  return value;
}

static void aGeneratorRepeatsItself(void) {
  tt_generator one, two;
  tt_tensor state;
  OK(tt_generator_new(CPU, -1, 5, &one));
  OK(tt_generator_new(CPU, -1, 5, &two));
  double first = draw(one);
  NEAR(draw(two), first, 0);
  OK(tt_generator_state(one, &state));
  double second = draw(one);
  OK(tt_generator_set_state(one, state));
  NEAR(draw(one), second, 0);
  tt_free(state);
  tt_generator_free(one);
  tt_generator_free(two);
  tt_generator_free(NULL);
}

/* A handle may be cast to at::Tensor *, and tt_from_pointer reverses it. */
static void pointersOfTensorsAreShared(void) {
  tt_tensor x = full(3, SIZES(2)), same;
  OK(tt_from_pointer(x, &same));
  tt_free(x);
  NEAR(floats(same)[1], 3, 0);
  tt_free(same);
}

static void unknownClassesAreNamed(void) {
  tt_stack stack;
  tt_object object;
  OK(tt_stack_new(&stack));
  CHECK(tt_object_new("mine::Absent", stack, &object) == TT_NOT_IMPLEMENTED);
  SAYS("Absent");
  CHECK(tt_object_new("Absent", stack, &object) == TT_VALUE);
  OK(tt_push_device(stack, CPU, -1));
  OK(tt_stack_object_at(stack, 0, &object)); /* a value without a type in the ABI */
  CHECK(tt_object_call(object, "method", stack) == TT_TYPE);
  OK(tt_push_object(stack, object));
  tt_object_free(object);
  tt_object_free(NULL);
  tt_stack_free(stack);
}

static void oneProfilerRunsAtATime(void) {
  CHECK(tt_profiler_stop(NULL) != TT_OK);
  OK(tt_profiler_start(1, 1));
  CHECK(tt_profiler_start(0, 0) != TT_OK);
  tt_tensor x = full(1, SIZES(4));
  CHECK(!records(x));
  tt_free(x);
  OK(tt_profiler_stop(NULL));
}

static void withoutAGpuCallsFailWithTtCuda(void) {
  int32_t devices;
  int64_t stream;
  tt_event event;
  OK(tt_device_count(CUDA, &devices));
  if (devices > 0) return;
  CHECK(tt_stream_new(CUDA, 0, 0, &stream) == TT_CUDA);
  SAYS("no CUDA device");
  CHECK(tt_stream_current(CUDA, -1, &stream) == TT_CUDA);
  CHECK(tt_stream_use(CUDA, 0, 0) == TT_CUDA);
  CHECK(tt_event_new(CUDA, 1, &event) == TT_CUDA);
  CHECK(tt_device_empty_cache(CUDA) == TT_CUDA);
  CHECK(tt_device_reset_peak(CUDA, 0) == TT_CUDA);
  tt_event_free(NULL);
}

static void theVersionsAndTheHeaderAreNamed(void) {
  const char *built_for = tt_libtorch_version(), *loaded = tt_libtorch_runtime_version();
  const char *minor_end = strchr(strchr(built_for, '.') + 1, '.');
  CHECK(strncmp(loaded, built_for, (size_t)(minor_end - built_for) + 1) == 0);
  CHECK(strspn(tt_header_hash(), "0123456789abcdef") == 64);
  CHECK(strlen(tt_header_hash()) == 64);
}

int main(void) {
  RUN(theVersionsAndTheHeaderAreNamed);
  RUN(inferenceModeNests);
  RUN(aGeneratorRepeatsItself);
  RUN(pointersOfTensorsAreShared);
  RUN(unknownClassesAreNamed);
  RUN(oneProfilerRunsAtATime);
  RUN(withoutAGpuCallsFailWithTtCuda);
  return finish();
}
