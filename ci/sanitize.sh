#!/usr/bin/env bash
# Builds the shim and native/test/*.c with address, leak and undefined-behaviour sanitizers and runs
# every C test. LibTorch is not instrumented, so containers that it resizes would be reported as
# overflows; its allocations are tracked, and none leak.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
library=$(bash "$home/native/build.sh" --tests --sanitize address,leak,undefined)
build=$(dirname "$library")

ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:detect_container_overflow=0
export ASAN_OPTIONS+=:strict_string_checks=1:abort_on_error=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

passed=0 failed=0
for source in "$home"/native/test/*.c; do
  [ -e "$source" ] || break
  name=$(basename "$source" .c)
  printf -- '--- %s\n' "$name"
  if "$build/$name"; then
    passed=$((passed + 1))
  else
    printf 'FAILED: %s (exit %d)\n' "$name" $?
    failed=$((failed + 1))
  fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
