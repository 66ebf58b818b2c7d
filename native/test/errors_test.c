/* Failures: status code, message, and the thread that the message belongs to. */
#include <pthread.h>

#include "check.h"

/* LibTorch must see a failed malloc instead of the sanitizer's abort. */
TT_API const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

static tt_tensor unused;

static void mismatchedShapesAreNamed(void) {
  tt_tensor a = counting(SIZES(2, 3)), b = counting(SIZES(4, 5));
  CHECK(tt_matmul(a, b, &unused) == TT_OTHER);
  SAYS("2x3");
  SAYS("4x5");
  CHECK(tt_add(a, b, &unused) == TT_OTHER);
  SAYS("must match");
  CHECK(strstr(tt_last_error(), "Exception raised from") ==
        NULL); /* no C++ stack trace in the message */
  tt_free_list((tt_tensor[]){a, b}, 2);
}

static void anIndexOutOfRangeIsAnIndexError(void) {
  tt_tensor a = counting(SIZES(2, 3));
  CHECK(tt_select(a, 0, 9, &unused) == TT_INDEX);
  SAYS("out of range");
  CHECK(tt_softmax(a, 5, &unused) == TT_INDEX);
  CHECK(tt_sum(a, (int64_t[]){-4}, 1, 0, &unused) == TT_INDEX);
  tt_free(a);
}

static void aWrongModeIsAValueError(void) {
  tt_tensor image = counting(SIZES(1, 1, 2, 2));
  CHECK(tt_interpolate(image, 4, 4, 7, 0, 0, &unused) == TT_VALUE);
  SAYS("mode");
  CHECK(tt_interpolate(image, 4, 4, 0, 0, 1, &unused) == TT_VALUE);
  tt_free(image);
}

static void kernelsRejectOtherDtypesAndShapes(void) {
  tt_tensor image = counting(SIZES(1, 3, 4, 4)), wide, mask = counting(SIZES(1, 2, 5, 4));
  OK(tt_to_dtype(image, FLOAT64, &wide));
  CHECK(tt_par(wide, mask, (int64_t[]){1}, 1, 1, &unused) == TT_TYPE);
  SAYS("float32");
  CHECK(tt_par(image, mask, (int64_t[]){1}, 1, 1, &unused) == TT_VALUE);
  CHECK(tt_bilateral_filter(image, mask, 15, 100, &unused) == TT_VALUE);
  SAYS("[1, 2, 5, 4]");
  tt_free_list((tt_tensor[]){image, wide, mask}, 3);
}

static void anUnknownOperatorIsNotImplemented(void) {
  tt_stack stack;
  OK(tt_stack_new(&stack));
  CHECK(tt_call("aten::no_such_operator", "", stack) == TT_NOT_IMPLEMENTED);
  SAYS("aten::no_such_operator");
  CHECK(tt_call("aten::add", "NoSuchOverload", stack) == TT_NOT_IMPLEMENTED);
  SAYS("NoSuchOverload");
  tt_stack_free(stack);
}

static void aMissingLibraryIsAnIoError(void) {
  CHECK(tt_load_library("/no/such/library.so") == TT_IO);
  SAYS("/no/such/library.so");
}

static void tooMuchMemoryIsOutOfMemory(void) {
  CHECK(tt_empty(SIZES(1LL << 46), FLOAT32, CPU, -1, 0, &unused) == TT_OUT_OF_MEMORY);
}

static void unknownDtypesAndDevicesAreRejected(void) {
  CHECK(tt_full(SIZES(2), 1, 99, CPU, -1, &unused) != TT_OK);
  CHECK(tt_full(SIZES(2), 1, -7, CPU, -1, &unused) != TT_OK);
  CHECK(tt_full(SIZES(2), 1, 256 + FLOAT32, CPU, -1, &unused) != TT_OK);
  CHECK(tt_full(SIZES(2), 1, FLOAT32, 77, -1, &unused) != TT_OK);
  CHECK(tt_full(SIZES(2), 1, FLOAT32, CPU, 300, &unused) != TT_OK);
  CHECK(tt_full(SIZES(-2), 1, FLOAT32, CPU, -1, &unused) != TT_OK);
}

static void cudaWithoutCudaIsRejected(void) {
  int32_t count;
  OK(tt_device_count(CUDA, &count));
  if (count > 0) return;
  CHECK(tt_full(SIZES(2), 1, FLOAT32, CUDA, 0, &unused) == TT_CUDA);
  SAYS("no CUDA device");
  int64_t bytes[4] = {-1};
  CHECK(tt_device_memory(CUDA, 0, bytes) == TT_CUDA && bytes[0] == -1);
  CHECK(tt_device_memory(CUDA, 300, bytes) == TT_VALUE && bytes[0] == -1);
}

static void aDeviceThatNoLibraryRegistersIsRejected(void) {
  int32_t count, type = -5, index = -5;
  int64_t bytes[4] = {-1}, stream;
  tt_event event;
  const char *name;
  OK(tt_device_count(PRIVATE_USE, &count));
  CHECK(count == 0);
  OK(tt_device_name(PRIVATE_USE, &name));
  CHECK(strcmp(name, "privateuseone") == 0);
  CHECK(tt_full(SIZES(2), 1, FLOAT32, PRIVATE_USE, 0, &unused) == TT_NOT_IMPLEMENTED);
  SAYS("no loaded library registers one");
  CHECK(tt_device_memory(PRIVATE_USE, 0, bytes) == TT_NOT_IMPLEMENTED && bytes[0] == -1);
  CHECK(tt_synchronize(PRIVATE_USE, -1) == TT_NOT_IMPLEMENTED);
  CHECK(tt_stream_new(PRIVATE_USE, 0, 0, &stream) == TT_NOT_IMPLEMENTED);
  CHECK(tt_event_new(PRIVATE_USE, 1, &event) == TT_NOT_IMPLEMENTED);
  CHECK(tt_device_parse("standin:1", &type, &index) == TT_VALUE && type == -5 && index == -5);
  SAYS("got 'standin:1'");
}

static void onlyAcceleratorsHaveStreamsEventsAndStatistics(void) {
  int64_t bytes[4], stream;
  tt_event event;
  CHECK(tt_device_memory(CPU, -1, bytes) == TT_VALUE);
  SAYS("expected an accelerator");
  CHECK(tt_device_reset_peak(CPU, -1) == TT_VALUE);
  CHECK(tt_device_empty_cache(CPU) == TT_VALUE);
  CHECK(tt_stream_current(CPU, -1, &stream) == TT_VALUE);
  CHECK(tt_event_new(CPU, 0, &event) == TT_VALUE);
  OK(tt_synchronize(CPU, -1));
}

static void namesOfDevicesAreThoseOfLibTorch(void) {
  int32_t type, index, count;
  const char *name;
  OK(tt_device_parse("cpu", &type, &index));
  CHECK(type == CPU && index == -1);
  OK(tt_device_parse("cuda", &type, &index));
  CHECK(type == CUDA && index == -1);
  OK(tt_device_parse("cuda:12", &type, &index));
  CHECK(type == CUDA && index == 12);
  OK(tt_device_parse("privateuseone:1", &type, &index));
  CHECK(type == PRIVATE_USE && index == 1);
  const char *wrong[] = {"",      "gpu",  "cuda:",    "cuda:x",  "cuda:01",
                         "xpu:0", "CUDA", "cuda:1:2", "cuda:300"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    CHECK(tt_device_parse(wrong[i], &type, &index) == TT_VALUE);
    SAYS("device must be cpu, cuda[:N] or ");
  }
  OK(tt_device_name(CUDA, &name));
  CHECK(strcmp(name, "cuda") == 0);
  OK(tt_device_count(CPU, &count));
  CHECK(count == 1);
  CHECK(tt_device_count(2, &count) == TT_VALUE);
}

static void threadCountsStartAtOne(void) {
  int32_t before, after;
  OK(tt_get_num_threads(&before));
  CHECK(tt_set_num_threads(0) != TT_OK);
  OK(tt_set_num_threads(1));
  OK(tt_get_num_threads(&after));
  CHECK(after == 1);
  OK(tt_set_num_threads(before));
}

static void *failElsewhere(void *ignored) {
  (void)ignored;
  tt_load_library("/the/other/thread");
  return NULL;
}

static void theMessageBelongsToTheThread(void) {
  pthread_t other;
  tt_load_library("/this/thread");
  CHECK(pthread_create(&other, NULL, failElsewhere, NULL) == 0);
  pthread_join(other, NULL);
  SAYS("/this/thread");
}

static void theMessageStaysUntilTheNextFailure(void) {
  tt_load_library("/the/failure");
  tt_tensor fine = counting(SIZES(2));
  SAYS("/the/failure");
  tt_free(fine);
}

int main(void) {
  RUN(mismatchedShapesAreNamed);
  RUN(anIndexOutOfRangeIsAnIndexError);
  RUN(aWrongModeIsAValueError);
  RUN(kernelsRejectOtherDtypesAndShapes);
  RUN(anUnknownOperatorIsNotImplemented);
  RUN(aMissingLibraryIsAnIoError);
  RUN(tooMuchMemoryIsOutOfMemory);
  RUN(unknownDtypesAndDevicesAreRejected);
  RUN(cudaWithoutCudaIsRejected);
  RUN(aDeviceThatNoLibraryRegistersIsRejected);
  RUN(onlyAcceleratorsHaveStreamsEventsAndStatistics);
  RUN(namesOfDevicesAreThoseOfLibTorch);
  RUN(threadCountsStartAtOne);
  RUN(theMessageBelongsToTheThread);
  RUN(theMessageStaysUntilTheNextFailure);
  return finish();
}
