// The kernels' only door to threads.
//
// `parallel_for(begin, end, grain, body)` calls `body(first, last)` on disjoint ranges that cover
// [begin, end). Ranges depend on the number of threads, so a body must give each index the same
// result whatever range it arrives in: then no result depends on the number of threads. A call from
// inside a body runs serially. An exception from a body reaches the caller.
#pragma once

#include <cstdint>

#ifdef TOCO_WITH_ATEN

// Shares LibTorch's own pool and its at::set_num_threads. LibTorch's header is parallel only in
// sources compiled with OpenMP; without it every loop would silently run on one thread.
#ifndef _OPENMP
#error "compile the kernels with -fopenmp: ATen/Parallel.h is serial without it"
#endif

#include <ATen/Parallel.h>

namespace toco {

inline int64_t parallel_threads() { return at::in_parallel_region() ? 1 : at::get_num_threads(); }

template <class Body>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body& body) {
  at::parallel_for(begin, end, grain, body);
}

}  // namespace toco

#else

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace toco {

namespace detail {
inline thread_local bool in_parallel_region = false;
inline int64_t thread_limit = std::max(1u, std::thread::hardware_concurrency());
}  // namespace detail

inline int64_t parallel_threads() { return detail::in_parallel_region ? 1 : detail::thread_limit; }

template <class Body>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body& body) {
  if (end <= begin) return;
  const int64_t parts =
      std::min(parallel_threads(), (end - begin - 1) / std::max<int64_t>(grain, 1) + 1);
  if (parts <= 1) {
    body(begin, end);
    return;
  }
  std::vector<std::exception_ptr> failures(parts);
  const auto run_part = [&](int64_t part) {
    detail::in_parallel_region = true;
    try {
      body(begin + (end - begin) * part / parts, begin + (end - begin) * (part + 1) / parts);
    } catch (...) {
      failures[part] = std::current_exception();
    }
    detail::in_parallel_region = false;
  };
  std::vector<std::thread> threads;
  threads.reserve(parts - 1);
  for (int64_t part = 1; part < parts; ++part) threads.emplace_back(run_part, part);
  run_part(0);
  for (auto& thread : threads) thread.join();
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace toco

#endif
