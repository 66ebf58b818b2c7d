#!/usr/bin/env bash
# Builds the shim for the LibTorch in use (found or installed by native/libtorch.sh) and prints the
# path of libtoco_torch.so, in target/native/libtorch-VERSION-FLAVOR/. The link to the last build is
# target/native/libtoco_torch.so.
#
#   native/build.sh [--tests] [--sanitize address,leak,undefined] [--tidy]
#
# --tests also builds native/test; --sanitize builds everything into a separate folder; --tidy
# removes files that only the next build would use, 0.7 GB. Parallel jobs: $TOCO_BUILD_JOBS.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
out=$(dirname "$here")/target/native
die() { printf 'build: error: %s\n' "$*" >&2; exit 1; }

tests=OFF sanitize= tidy=
while [ $# -gt 0 ]; do
  case $1 in
    --tests) tests=ON ;;
    --tidy) tidy=1 ;;
    --sanitize) sanitize=${2:?--sanitize needs a list such as address,leak,undefined}; shift ;;
    *) die "unknown argument $1; expected --tests, --sanitize LIST or --tidy" ;;
  esac
  shift
done

for tool in cmake g++; do
  command -v "$tool" >/dev/null ||
    die "$tool not found; install a C++20 compiler and CMake 3.18 or newer" \
      "(Debian: apt-get install g++ cmake ninja-build)"
done
generator='Unix Makefiles'
if command -v ninja >/dev/null; then
  generator=Ninja
elif ! command -v make >/dev/null; then
  die "neither ninja nor make found; install one (Debian: apt-get install ninja-build)"
fi

root=$(bash "$here/libtorch.sh")
torch=$root
[ ! -d "$root/torch/lib" ] || torch=$root/torch

number() { sed -n "s/^#define TORCH_VERSION_$1 //p" "$2"; }
header=$torch/include/torch/headeronly/version.h
[ -e "$header" ] || header=$torch/include/torch/csrc/api/include/torch/version.h
major=$(number MAJOR "$header") minor=$(number MINOR "$header") patch=$(number PATCH "$header")
[ -n "$major" ] || die "cannot read LibTorch's version from $header; is $root a LibTorch?"
[ "$major" = 2 ] && [ "$minor" -ge 11 ] ||
  die "LibTorch $major.$minor.$patch at $root is too old; 2.11 to 2.15 work"
flavor=cpu
[ ! -e "$torch/lib/libtorch_cuda.so" ] || flavor=cuda
name=libtorch-$major.$minor.$patch-$flavor
# A LibTorch outside the cache gets a separate build folder: two of one version may differ.
[ "$(basename "$root")" = "$name" ] || name=$name-$(printf %s "$root" | cksum | cut -d' ' -f1)
build=$out/$name
[ -z "$sanitize" ] || build=$out/sanitized-$name

mkdir -p "$build"
exec 9>"$build/.lock"
! command -v flock >/dev/null || flock 9
log=$build/build.log
# Becomes the time stamp of this build: older than any source edited from now on.
printf '%s\n' "$root" >"$build/.libtorch-folder"
fail() {
  printf 'build: error: %s; the whole log: %s\n' "$1" "$log" >&2
  grep -m 8 -E "(error|Error)[: ]" "$log" >&2 || tail -n 20 "$log" >&2
  exit 1
}

jobs=${TOCO_BUILD_JOBS:-}
if [ -z "$jobs" ]; then # LibTorch's headers take about 2 GB per compiler
  jobs=$(nproc)
  by_memory=$(awk '/MemAvailable/ { print int($2 / 2000000) }' /proc/meminfo)
  [ "$by_memory" -ge "$jobs" ] || jobs=$((by_memory > 0 ? by_memory : 1))
fi
# CMake rejects a build folder made for another generator (ninja was installed since then) or in
# another place (the checkout was moved or copied), and remembers paths inside a LibTorch that was
# moved. Such a folder is emptied.
cached() { grep -qxF "$1=$2" "$build/CMakeCache.txt"; }
if [ -e "$build/CMakeCache.txt" ] && ! {
  cached CMAKE_GENERATOR:INTERNAL "$generator" && cached CMAKE_HOME_DIRECTORY:INTERNAL "$here" &&
    cached CMAKE_CACHEFILE_DIR:INTERNAL "$build" && cached TOCO_TORCH_DIR:PATH "$torch"
}; then
  find "$build" -mindepth 1 ! -name .lock ! -name .libtorch-folder -delete
fi
[ -e "$build/libtoco_torch.so" ] ||
  printf 'build: compiling the shim for %s (two minutes on two cores)\n' "$name" >&2
cmake -S "$here" -B "$build" -G "$generator" -DTOCO_TORCH_DIR="$torch" -DTOCO_NATIVE_TESTS=$tests \
  -DTOCO_SANITIZE="$sanitize" >"$log" 2>&1 || fail "cmake could not configure $build"
sed -n 's/^-- note: /build: note: /p' "$log" >&2
cmake --build "$build" --parallel "$jobs" >>"$log" 2>&1 || fail "the shim does not compile"

[ -z "$tidy" ] || rm -rf "$build/CMakeFiles" "$build/CMakeCache.txt"
mv -f "$build/.libtorch-folder" "$build/libtorch-folder"
if [ -z "$sanitize" ]; then
  ln -sfn "$name/libtoco_torch.so" "$out/.link.$$"
  mv -fT "$out/.link.$$" "$out/libtoco_torch.so"
fi
printf '%s\n' "$build/libtoco_torch.so"
