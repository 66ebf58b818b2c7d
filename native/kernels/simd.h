// One source, several instruction sets. Vectorised code is marked in one way:
//
//   void scale(float *values, int64_t count, float factor) {
//     simd::run([=](auto isa) TOCO_INLINE_LAMBDA {
//       for (int64_t i = 0; i < count; ++i) values[i] *= factor;
//     });
//   }
//
// The body is compiled once for each instruction set below, and the best one that the processor has
// runs, so that a library built for any x86-64 still runs its hot loops with AVX-512 or AVX2.
// Elsewhere the body is compiled once, for the baseline; that of aarch64 has NEON.
//
// Rules: capture by value, and by reference only what is not a number or a pointer; call nothing in
// the body but TOCO_INLINE functions, because a function that is not inlined is compiled for the
// baseline. Not for -ffast-math: some loops round by adding and subtracting a large constant.
#pragma once

#define TOCO_INLINE inline __attribute__((always_inline))
#define TOCO_INLINE_LAMBDA __attribute__((always_inline))  // after a lambda's parameters

// Asserts that a loop's iterations are independent, which the compiler cannot see through pointers.
#if defined(__clang__)
#define TOCO_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define TOCO_INDEPENDENT _Pragma("GCC ivdep")
#endif

// For a short loop over registers, of at most 8 iterations.
#define TOCO_UNROLL _Pragma("GCC unroll 8")

namespace toco::simd {

// What a body may need to know of its instruction set: floats per register, and registers.
struct Baseline {
  static constexpr int kLanes = 4;
#if defined(__aarch64__)
  static constexpr int kRegisters = 32;
#else
  static constexpr int kRegisters = 16;
#endif
};

#if defined(__x86_64__) && defined(__GNUC__)

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kRegisters = 16;
};
struct Avx512 {
  static constexpr int kLanes = 16;
  static constexpr int kRegisters = 32;
};

enum class Level { kBaseline, kAvx2, kAvx512 };

inline Level detect() {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return !avx2 ? Level::kBaseline : avx512 ? Level::kAvx512 : Level::kAvx2;
}

inline const Level kLevel = detect();

template <class Body>
auto run_baseline(Body body) {
  return body(Baseline{});
}

template <class Body>
__attribute__((target("avx2,fma"))) auto run_avx2(Body body) {
  return body(Avx2{});
}

template <class Body>
__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))) auto run_avx512(Body body) {
  return body(Avx512{});
}

template <class Body>
auto run(Body body) {
  switch (kLevel) {
    case Level::kAvx512: return run_avx512(body);
    case Level::kAvx2: return run_avx2(body);
    default: return run_baseline(body);
  }
}

#else

template <class Body>
auto run(Body body) {
  return body(Baseline{});
}

#endif

}  // namespace toco::simd
