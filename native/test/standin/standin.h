// An accelerator for tests on machines without one: LibTorch's PrivateUse1, named "standin", with
// two devices. Its memory cannot be read by host code, its asynchronous copies are late, and it
// counts what a GPU would be slow at. Numbers are the CPU's.
//
//   memory     addresses that fault when touched, each with a hidden twin that kernels use
//   streams    queues of copies, carried out late by another thread; events
//   guard      LibTorch's view of devices, streams, pinned memory and generators
//   operators  every operator, run by the CPU's kernel on the hidden memory
//   autocast   the operators that autocast runs in bfloat16
//
// LibTorch loads it as any library of operators; tests read its counts by the functions below.
#pragma once

#include <stdint.h>

#define STANDIN_API extern "C" __attribute__((visibility("default")))

// Places in standin_counts.
enum {
  STANDIN_OPERATORS,    // calls of operators on device tensors, views among them
  STANDIN_LAUNCHES,     // those that a GPU runs as a kernel: all but views
  STANDIN_TO_DEVICE,    // copies from the host
  STANDIN_TO_HOST,      // copies to the host
  STANDIN_READ_BACKS,   // the host waits for a value: item, nonzero, equal, blocking copies
  STANDIN_WAITS,        // these, blocking or large unpinned copies to the device, and synchronize
  STANDIN_ALLOCATIONS,  // of device memory
  STANDIN_LIVE_BYTES,   // on both devices, now
  STANDIN_PEAK_BYTES,   // the most since the last reset
  STANDIN_LATE_COPIES,  // asynchronous copies that were carried out after the call
  STANDIN_HAZARDS,      // faults in the order of asynchronous copies, see standin_text
  STANDIN_COUNTS        // how many there are
};

// Writes STANDIN_COUNTS values.
STANDIN_API void standin_counts(int64_t *out);

// All counts become 0, but the live bytes; the peak becomes these.
STANDIN_API void standin_reset(void);

// The texts since the last reset, one per line: 0 "operator<TAB>calls", views left out, 1 hazards.
// Writes at most capacity bytes, without a zero at the end, and returns how many there are.
STANDIN_API int64_t standin_text(int32_t which, char *out, int64_t capacity);

// The device memory that was allocated last, for a test of what happens when host code touches it.
STANDIN_API void *standin_newest(void);
