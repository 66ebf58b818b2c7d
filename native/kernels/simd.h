// One source, several instruction sets: a function marked TOCO_SIMD is compiled once for each level
// below and the loader picks the best one for the processor, so that a library built for any x86-64
// still runs its hot loops with AVX-512 or AVX2. Elsewhere (aarch64, musl, other compilers) the
// mark is empty and the same plain loops are vectorised for the baseline.
//
// Mark free functions only, and have them call nothing but TOCO_INLINE ones: a callee that is not
// inlined would be compiled for the baseline. Not for -ffast-math: some loops round by adding and
// subtracting a large constant.
#pragma once

#include <cstdlib>  // defines __GLIBC__; the choice at load time (ifunc) needs it

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__) && !defined(TOCO_NO_SIMD_CLONES)
#if __GNUC__ >= 12  // whole levels, so that FMA comes with AVX2
#define TOCO_SIMD __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TOCO_SIMD __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#else
#define TOCO_SIMD
#endif

#define TOCO_INLINE inline __attribute__((always_inline))
#define TOCO_INLINED __attribute__((always_inline))  // behind a lambda's parameters

// Asserts that a loop's iterations are independent, which the compiler cannot see through pointers.
#if defined(__clang__)
#define TOCO_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define TOCO_INDEPENDENT _Pragma("GCC ivdep")
#endif
