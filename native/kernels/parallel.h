// The kernels' only access to threads: LibTorch's pool, with the size set by at::set_num_threads.
//
// `parallel_for(begin, end, grain, body)` calls `body(first, last)` on disjoint ranges that cover
// [begin, end). Ranges depend on the number of threads, so a body must compute the same
// result for an index whatever its range: then no result depends on the number of threads. A nested
// call runs serially. The caller receives an exception thrown by a body.
#pragma once

#include <cstdint>

// Without OpenMP, LibTorch's header silently runs every loop on one thread.
#ifndef _OPENMP
#error "compile the kernels with -fopenmp: ATen/Parallel.h is serial without it"
#endif

#include <ATen/Parallel.h>
#include <omp.h>

namespace toco {

inline int64_t parallel_threads() { return at::in_parallel_region() ? 1 : at::get_num_threads(); }

template <class Body>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body &body) {
  at::parallel_for(begin, end, grain, body);
}

// During its lifetime, the calling thread's operators use at most this many threads; 0: no limit.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads) : before_(at::get_num_threads()) {
    if (threads > 0) omp_set_num_threads(threads);
  }
  ~ThreadLimit() { omp_set_num_threads(before_); }
  ThreadLimit(const ThreadLimit &) = delete;
  ThreadLimit &operator=(const ThreadLimit &) = delete;

 private:
  int before_;  // reading it makes LibTorch set its number now instead of overwriting the limit
                // later
};

}  // namespace toco
