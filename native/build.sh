#!/usr/bin/env bash
# Builds the shim for the LibTorch in use (found or installed by native/libtorch.sh) and prints the
# path of libtoco_torch.so, in target/native/libtorch-VERSION-FLAVOR/. The link to the last build is
# target/native/libtoco_torch.so.
#
#   native/build.sh [--tests] [--standin] [--sanitize address,leak,undefined] [--tidy]
#
# --tests also builds native/test; --standin builds the accelerator of the tests next to the shim;
# --sanitize builds everything into a separate folder; --tidy removes files that only the next build
# would use, 0.7 GB.
#
# Environment: CXX is the compiler (default: the first g++ that is new enough), CC its C compiler;
# TOCO_ARCH=x86_64|aarch64 the processor to compile for (default: that of CXX, or of this machine);
# TOCO_BUILD_JOBS the number of parallel jobs (default: as many as processors and memory allow, also
# those of a container). CFLAGS, CXXFLAGS, LDFLAGS, CPATH, LIBRARY_PATH, CMAKE_… and MAKEFLAGS are
# ignored: they are meant for other programs, and would bring the headers and libraries of another
# LibTorch, or change numbers.
#
# What is compiled for 64-bit Arm is in target/native/libtorch-VERSION-FLAVOR-aarch64/. A build for
# another processor than this machine's leaves the link as it is.
#
# Next to the library, `torch` and `nvidia` are links to LibTorch's folders, where the library looks
# for them: its rpath has no absolute path, so a folder may have any name. shim.properties says what
# the library was built from and which symbol versions of the system's libraries it needs.
set -euo pipefail
set +o posix
unset -v BASH_ENV ENV CDPATH GREP_OPTIONS POSIXLY_CORRECT PYTHONPATH PYTHONHOME \
  CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LIBS CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH \
  LD_RUN_PATH COMPILER_PATH GCC_EXEC_PREFIX DEPENDENCIES_OUTPUT SUNPRO_DEPENDENCIES \
  MAKEFLAGS MFLAGS GNUMAKEFLAGS MAKELEVEL CLICOLOR_FORCE DESTDIR "${!CMAKE_@}"
export LC_ALL=C # messages are searched below

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
home=$(dirname -- "$here")
out=$home/target/native
say() { printf 'build: %s\n' "$*" >&2; }
# Java repeats the message of a failure: it asks for it in this file.
report() {
  say "error: $*"
  [ -z "${TOCO_ERROR_FILE:-}" ] || printf '%s\n' "$*" >"$TOCO_ERROR_FILE"
}
die() { report "$*"; exit 1; }

tests=OFF standin=OFF sanitize= tidy=
while [ $# -gt 0 ]; do
  case $1 in
    --tests) tests=ON ;;
    --standin) standin=ON ;;
    --tidy) tidy=1 ;;
    --sanitize) sanitize=${2:?--sanitize needs a list such as address,leak,undefined}; shift ;;
    *) die "unknown argument $1; expected --tests, --standin, --sanitize LIST or --tidy" ;;
  esac
  shift
done
case ${TOCO_BUILD_JOBS:-1} in
  0* | *[!0-9]*) die "TOCO_BUILD_JOBS=$TOCO_BUILD_JOBS: expected a number of jobs, 1 or more" ;;
esac

# Prints a processor's name as libtorch.sh has it.
processor() { case $1 in arm64) echo aarch64 ;; amd64) echo x86_64 ;; *) echo "$1" ;; esac; }
machine=$(processor "${BASH_VERSINFO[5]%%-*}")
TOCO_ARCH=$(processor "${TOCO_ARCH:-}")
cross_tools=
needs_compiler='g++ 11 or newer (Debian: apt-get install g++)'
if [ "${TOCO_ARCH:-$machine}" != "$machine" ]; then
  cross_tools=$TOCO_ARCH-linux-gnu-
  needs_compiler="$TOCO_ARCH-linux-gnu-g++ 11 or newer"
  needs_compiler+=" (Debian: apt-get install g++-${TOCO_ARCH/_/-}-linux-gnu)"
fi
# Sets $CXX to the first compiler that is new enough, and $compiler to its name and version.
find_compiler() {
  local candidate version cc seen=
  local candidates=("${cross_tools}"{g++,g++-15,g++-14,g++-13,g++-12,g++-11})
  if [ -n "${CXX:-}" ]; then candidates=("$CXX"); else unset CC; fi
  for candidate in "${candidates[@]}"; do
    # CXX may have arguments, such as `ccache g++`
    # shellcheck disable=SC2086
    version=$($candidate -dumpfullversion -dumpversion 2>/dev/null) || continue
    compiler="$candidate $version"
    # shellcheck disable=SC2086
    case $($candidate --version) in *clang*) version=11 ;; esac # tried if CXX asks for it
    if [ "${version%%.*}" -ge 11 ]; then
      export CXX=$candidate
      case ${CC:-}$CXX in *g++*) cc=${CXX%g++*}gcc${CXX##*g++} ;; *) cc= ;; esac
      ! command -v "$cc" >/dev/null || export CC=$cc
      return
    fi
    seen="${seen:+$seen, }$compiler"
  done
  [ -z "$seen" ] || die "$seen is too old for LibTorch's C++20; install $needs_compiler"
  [ -z "${CXX:-}" ] || die "CXX=$CXX does not run; unset CXX, or set it to $needs_compiler"
  [ -n "$cross_tools" ] || ! command -v clang++ >/dev/null ||
    die "found only clang++, whose OpenMP runtime differs from LibTorch's; install $needs_compiler"
  die "${cross_tools}g++ not found; install $needs_compiler"
}
find_compiler
# shellcheck disable=SC2086
arch=$($CXX -dumpmachine 2>/dev/null) || arch=$machine
arch=$(processor "${arch%%-*}")
[ "${TOCO_ARCH:-$arch}" = "$arch" ] ||
  die "CXX=$CXX compiles for $arch, and TOCO_ARCH=$TOCO_ARCH asks for another processor; unset one"
export TOCO_ARCH=$arch
needs_cmake='CMake 3.18 or newer (Debian: apt-get install cmake)'
command -v cmake >/dev/null || die "cmake not found; install $needs_cmake"
cmake_version=$(cmake --version 2>&1 | sed -n 's/^cmake version //p') || true
[ -n "$cmake_version" ] || die "$(command -v cmake) does not run; install $needs_cmake"
[ "$(printf '3.18\n%s\n' "$cmake_version" | sort -V | head -n 1)" = 3.18 ] ||
  die "CMake $cmake_version is too old; install $needs_cmake"
generator='Unix Makefiles'
if command -v ninja >/dev/null; then
  generator=Ninja
elif ! command -v make >/dev/null; then
  die "neither ninja nor make found; install one (Debian: apt-get install ninja-build)"
fi

root=$(bash "$here/libtorch.sh")
torch=$root
[ ! -d "$root/torch/lib" ] || torch=$root/torch

# An ELF file names its processor in two bytes.
elf_arch=$(od -An -tu2 -j18 -N2 "$torch/lib/libc10.so" 2>/dev/null | tr -d ' ') || elf_arch=
case $elf_arch in 62) elf_arch=x86_64 ;; 183) elf_arch=aarch64 ;; *) elf_arch=$arch ;; esac
[ "$elf_arch" = "$arch" ] ||
  die "LibTorch at $root is for $elf_arch, and $CXX compiles for $arch; set LIBTORCH to one for" \
    "$arch, or unset it"

number() { sed -n "s/^#define TORCH_VERSION_$1 //p" "$2"; }
header=$torch/include/torch/headeronly/version.h
[ -e "$header" ] || header=$torch/include/torch/csrc/api/include/torch/version.h
major=$(number MAJOR "$header") minor=$(number MINOR "$header") patch=$(number PATCH "$header")
[ -n "$major" ] || die "cannot read LibTorch's version from $header; is $root a LibTorch?"
[ "$major" = 2 ] && [ "$minor" -ge 7 ] ||
  die "LibTorch $major.$minor.$patch at $root is not supported; 2.7 to 2.15 are, so set LIBTORCH" \
    "to one of these, or unset it"
flavor=cpu
[ ! -e "$torch/lib/libtorch_cuda.so" ] || flavor=cuda
name=libtorch-$major.$minor.$patch-$flavor
[ "$arch" = x86_64 ] || name=$name-$arch
# A LibTorch outside the cache gets a separate build folder: two of one version may differ.
[ "$(basename -- "$root")" = "$name" ] || name=$name-$(printf %s "$root" | cksum | cut -d' ' -f1)
build=$out/$name
[ -z "$sanitize" ] || build=$out/sanitized-$name

{ mkdir -p "$build" && exec 9>"$build/.lock"; } 2>/dev/null ||
  die "cannot write to $build; make the folder writable, or copy the checkout to one that is"
probe=$out/.probe.$$
printf '#!/bin/sh\n' >"$probe" || die "cannot write to $build; free some space there"
chmod +x "$probe"
runs=0
"$probe" 2>/dev/null || runs=$?
rm -f "$probe"
[ $runs != 126 ] ||
  die "$build is on a file system mounted noexec, which libraries cannot be loaded from;" \
    "copy the checkout to another disk, or if this is the cache, set XDG_CACHE_HOME to one"

# One process builds in a folder at a time. $locked stays empty if this system has no locks.
locked= waited= status=0
if command -v flock >/dev/null; then
  flock -n 9 2>/dev/null || status=$?
  if [ $status = 0 ]; then
    locked=1
  elif [ $status = 1 ]; then
    say "waiting for another build in $build"
    ! flock 9 2>/dev/null || locked=1 waited=1
  fi
fi

native_sources=(native/CMakeLists.txt native/build.sh native/include native/src native/kernels)
# Prints a hash of the contents of files and folders, whose paths are relative to $home.
hash_of() {
  (cd -- "$home" && find "$@" -type f -print0 | sort -z | xargs -0 sha256sum |
    sha256sum | cut -d' ' -f1)
}
built_from=$(hash_of "${native_sources[@]}") # before the build: sources may change meanwhile
stamp() { printf '%s %s\n' "$built_from" "$(hash_of "${build#"$home/"}/libtoco_torch.so")"; }
if [ -n "$waited" ] && [ $tests$standin = OFFOFF ] && [ -e "$build/libtoco_torch.so" ] &&
  [ "$(cat "$build/libtorch-folder" 2>/dev/null)" = "$root" ] &&
  [ "$(cat "$build/built-from" 2>/dev/null)" = "$(stamp)" ]; then
  printf '%s\n' "$build/libtoco_torch.so" # the other process built it
  exit
fi

free_mb() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'; }
is_plain() {
  case $1 in *[!A-Za-z0-9/._+-]*) return 1 ;; /*) [ ${#1} -lt 400 ] ;; *) return 1 ;; esac
}
# Sets $work to the folder of the build. That is $build, which makes the next build shorter, or a
# temporary folder if CMake, make or the linker could misread the path, or another process could
# build there at the same time.
choose_work_folder() {
  local base
  work=$build
  if [ -n "$locked" ] && is_plain "$build"; then return; fi
  for base in "${TMPDIR:-/tmp}" /tmp /var/tmp /dev/shm; do
    is_plain "$base" && [ "$(free_mb "$base")" -ge 1000 ] 2>/dev/null &&
      work=$(mktemp -d "$base/toco-build.XXXXXX" 2>/dev/null) || continue
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    return
  done
  die "found no temporary folder for the build; set TMPDIR to one that has 1 GB free and whose" \
    "path consists of letters, digits and . _ + - only"
}
choose_work_folder
log=$build/build.log

# A folder is emptied if it was made by another compiler or generator, in another place or for
# another LibTorch, or if the clock was set back since then, because CMake and make go by dates.
made_by=$(printf '%s\n' "$generator" "$compiler" "$work" "$root" "$sanitize")
touch "$work/.now"
if [ "$(cat "$work/.made-by" 2>/dev/null)" != "$made_by" ] ||
  [ -n "$(find "$work" -newer "$work/.now" -print -quit)" ]; then
  find "$work" -mindepth 1 ! -name .lock -delete
fi
printf '%s\n' "$made_by" >"$work/.made-by"
# Becomes the time stamp of this build: older than any source edited from now on.
printf '%s\n' "$root" >"$work/.libtorch-folder"
link_libtorch() {
  replace_link "$torch" "$1/torch"
  replace_link "$(dirname -- "$torch")/nvidia" "$1/nvidia"
}
replace_link() { # other processes see the old link or the new one
  ln -sfn "$1" "$2.$$"
  mv -fT "$2.$$" "$2"
}
link_libtorch "$work"

# What is compiled is a copy of the sources, in which a file gets a new date exactly if its content
# changes, so dates in the checkout may lie in the future, or in the past after an update.
copy_sources() {
  local file source=$work/source
  mkdir -p "$source"
  while IFS= read -r -d '' file; do
    [ -e "$here/$file" ] || rm -f "$source/$file"
  done < <(cd "$source" && find . -type f -print0)
  while IFS= read -r -d '' file; do
    cmp -s "$here/$file" "$source/$file" && continue
    mkdir -p "$source/${file%/*}"
    cp -f "$here/$file" "$source/$file"
  done < <(cd -- "$here" && find . -type f -print0)
}
copy_sources || die "cannot copy native/ to $work/source; free some space there"

read -r jobs memory_mb < <(bash "$here/jobs.sh")
jobs=${TOCO_BUILD_JOBS:-$jobs}

in_log() { grep -qE "$1" "$log"; }
out_of_memory() {
  [ "$status" = 137 ] ||
    in_log '((^|: )Killed|Killed signal|[ =]137\b|what\(\): *std::bad_alloc)' ||
    in_log '(virtual memory exhausted|Cannot allocate memory|out of memory allocating)'
}
out_of_processes() { in_log '(fork|spawn|clone|thread).*Resource temporarily unavailable'; }
# The cause, if it is this machine and not the sources.
cause() {
  if in_log '(No space left on device|Disk quota exceeded|File size limit exceeded)'; then
    echo "the disk is full, or its quota or ulimit -f is reached; free 1 GB in" \
      "$work and ${TMPDIR:-/tmp}, or set TMPDIR to a larger disk"
  elif out_of_memory; then
    echo "memory ran out while compiling, $jobs at a time with $memory_mb MB free; close other" \
      "programs or raise the container's limit (2 GB suffice), and set TOCO_BUILD_JOBS=1"
  elif out_of_processes; then
    echo "no more processes could be started; raise ulimit -u or the container's limit of" \
      "processes, and set TOCO_BUILD_JOBS=1"
  else
    echo "$1"
  fi
}
fail() {
  local line
  report "$(cause "$1"); the whole log: $log"
  { grep -m 8 -E "([Ee]rror|Killed|fatal)[: ]|No space left|temporarily unavailable" "$log" ||
    tail -n 20 "$log"; } | while IFS= read -r line; do
    printf '%s\n' "${line//"$work/source/"/"$here/"}" >&2
  done
  exit 1
}

[ -e "$build/libtoco_torch.so" ] || {
  [ "$(free_mb "$work")" -ge 1000 ] 2>/dev/null ||
    die "$work has $(free_mb "$work") MB free, and the build needs 1000 MB; free some"
  say "compiling the shim for $name (two minutes on two cores)"
}
cross=()
[ "$arch" = "$machine" ] ||
  cross=(-DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=$arch")
cmake -S "$work/source" -B "$work" -G "$generator" -DCMAKE_BUILD_TYPE=Release \
  ${cross[@]+"${cross[@]}"} \
  -DTOCO_TORCH_DIR="$work/torch" -DTOCO_NATIVE_TESTS=$tests -DTOCO_STANDIN=$standin \
  -DTOCO_SANITIZE="$sanitize" \
  >"$log" 2>&1 || fail "cmake could not configure $work"
sed -n 's/^-- note: /build: note: /p' "$log" >&2
compile() {
  status=0
  cmake --build "$work" --parallel "$jobs" >>"$log" 2>&1 || status=$?
  [ $status = 0 ]
}
if ! compile && [ "$jobs" -gt 1 ] && { out_of_memory || out_of_processes; }; then
  say "memory or processes ran out with $jobs compilers at a time; trying again with one"
  jobs=1
  : >"$log"
  compile || true
fi
[ $status = 0 ] || fail "the shim does not compile"

[ -z "$tidy" ] || rm -rf "$work/CMakeFiles" "$work/CMakeCache.txt"
# Programs that run keep the library they have loaded: a file is replaced, never overwritten.
if [ "$work" != "$build" ]; then
  while IFS= read -r -d '' file; do
    mkdir -p "$build/${file%/*}"
    cp "$work/$file" "$build/.new.$$"
    mv -f "$build/.new.$$" "$build/$file"
  done < <(cd "$work" && find . \( -path ./CMakeFiles -o -path ./source \) -prune -o \
    -type f -perm -u+x -print0)
  link_libtorch "$build"
fi
# The highest version of symbols such as GLIBC_2.34 that the library needs.
highest() {
  readelf -VW "$build/libtoco_torch.so" | grep -oE "Name: $1_[0-9.]+" | sed "s/.*_//" |
    sort -V | tail -n 1 || true
}
sha256() { sha256sum <"$1" | cut -d' ' -f1; }
cat >"$build/.new.$$" <<EOF
libtorch=$major.$minor.$patch
header=$(sha256 "$work/source/include/toco_torch.h")
library=$(sha256 "$build/libtoco_torch.so")
size=$(wc -c <"$build/libtoco_torch.so")
glibc=$(highest GLIBC)
libstdcxx=$(highest GLIBCXX)
EOF
mv -f "$build/.new.$$" "$build/shim.properties"
stamp >"$build/.new.$$"
mv -f "$build/.new.$$" "$build/built-from"
cp -p "$work/.libtorch-folder" "$build/.new.$$" # with the time of the build's start
mv -f "$build/.new.$$" "$build/libtorch-folder"
rm -f "$work/.libtorch-folder"
if [ -z "$sanitize" ] && [ "$arch" = "$machine" ]; then
  replace_link "$name/libtoco_torch.so" "$out/libtoco_torch.so"
fi
printf '%s\n' "$build/libtoco_torch.so"
