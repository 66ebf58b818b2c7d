// The kernels' only door to threads: LibTorch's own pool, under its at::set_num_threads.
//
// `parallel_for(begin, end, grain, body)` calls `body(first, last)` on disjoint ranges that cover
// [begin, end). Ranges depend on the number of threads, so a body must give each index the same
// result whatever range it arrives in: then no result depends on the number of threads. A call from
// inside a body runs serially. An exception from a body reaches the caller.
#pragma once

#include <cstdint>

// LibTorch's header is parallel only in sources compiled with OpenMP; without it every loop would
// silently run on one thread.
#ifndef _OPENMP
#error "compile the kernels with -fopenmp: ATen/Parallel.h is serial without it"
#endif

#include <ATen/Parallel.h>
#include <omp.h>

namespace toco {

inline int64_t parallel_threads() { return at::in_parallel_region() ? 1 : at::get_num_threads(); }

template <class Body>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body& body) {
  at::parallel_for(begin, end, grain, body);
}

// While it lives, what the calling thread runs takes at most this many threads; 0 changes nothing.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads) : before_(at::get_num_threads()) {
    if (threads > 0) omp_set_num_threads(threads);
  }
  ~ThreadLimit() { omp_set_num_threads(before_); }
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  int before_;  // asking for it also has LibTorch set its own number first, not over this one later
};

}  // namespace toco
