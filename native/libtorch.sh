#!/usr/bin/env bash
# Finds or installs LibTorch and prints its folder, which contains torch/lib and torch/include (or
# lib and include, if LIBTORCH names a plain LibTorch distribution). Progress goes to stderr.
#
#   native/libtorch.sh          find, else install into the cache
#   native/libtorch.sh --find   find only; exit code 3 if there is none
#
# Order: $LIBTORCH, the torch of $TOCO_PYTHON if TOCO_PYTHON_TORCH=1, the cache, an install into the
# cache, $XDG_CACHE_HOME/toco or ~/.cache/toco. TOCO_LIBTORCH_VERSION is the version to install,
# TOCO_FLAVOR=cpu|cuda the set (default: cuda if there is an NVIDIA GPU), TOCO_ARCH=x86_64|aarch64
# the processor that it is for (default: this machine's).
#
# Every start of ToCo runs this, so what is there is found without starting a program.
set -euo pipefail
set +o posix
unset -v BASH_ENV ENV CDPATH GREP_OPTIONS POSIXLY_CORRECT

say() { printf 'libtorch: %s\n' "$*" >&2; }
die() {
  printf 'libtorch: error: %s\n' "$*" >&2
  [ -z "${TOCO_ERROR_FILE:-}" ] || printf '%s\n' "$*" >"$TOCO_ERROR_FILE" # for Java's message
  exit 1
}

# Sets $tidy to a path as it was meant: files of settings, unlike the shell, leave blanks, quotes
# and ~ in place.
tidy_path() {
  tidy=$1
  [ ! -e "$tidy" ] || return 0
  tidy=${tidy#"${tidy%%[![:space:]]*}"}
  tidy=${tidy%"${tidy##*[![:space:]]}"}
  case $tidy in \"*\" | \'*\') tidy=${tidy:1:${#tidy}-2} ;; esac
  case $tidy in '~' | '~/'*) tidy=$HOME${tidy#\~} ;; esac
}

# Services and `env -i` have no HOME; the shell then knows the home of the user's account.
if [ -z "${HOME:-}" ]; then
  unset HOME
  HOME=~
fi
version=${TOCO_LIBTORCH_VERSION:-2.15.0}
# Of the two processors' machines that share a home folder, each has a LibTorch there. What bash was
# built for cannot be changed by variables, and tells 32-bit programs on 64-bit processors.
arch=${TOCO_ARCH:-${BASH_VERSINFO[5]%%-*}}
case $arch in arm64) arch=aarch64 ;; amd64) arch=x86_64 ;; esac # as macOS and Docker call them
for_arch=
[ "$arch" = x86_64 ] || for_arch=-$arch
tidy_path "${TOCO_PYTHON:-python3}"
case $tidy in /*) python=$tidy ;; */*) python=$PWD/$tidy ;; *) python=$tidy ;; esac
tidy_path "${XDG_CACHE_HOME:-}"
case $tidy in
  /*) cache=${tidy%/}/toco ;;
  *) cache=${HOME%/}/.cache/toco ;; # a relative path is to be ignored, says the XDG specification
esac

has_libtorch() {
  [ -e "$1/lib/libtorch_cpu.so" ] && [ -e "$1/lib/libc10.so" ] &&
    [ -e "$1/include/torch/csrc/api/include/torch/torch.h" ]
}

# A folder given by the user must be right: falling back to another LibTorch would hide a mistake.
if [ -n "${LIBTORCH:-}" ]; then
  tidy_path "$LIBTORCH"
  for dir in "$tidy" "$tidy/torch"; do
    if has_libtorch "$dir"; then
      cd -P -- "$tidy"
      printf '%s\n' "$PWD"
      exit
    fi
  done
  die "LIBTORCH=$LIBTORCH has no lib/libtorch_cpu.so with include/torch;" \
    "set it to the unpacked libtorch folder, or unset it"
fi

if [ "${TOCO_PYTHON_TORCH:-0}" = 1 ]; then
  find_torch='import importlib.util as u
print(next(iter(u.find_spec("torch").submodule_search_locations)))'
  torch=$("$python" -c "$find_torch" 2>/dev/null) ||
    die "TOCO_PYTHON_TORCH=1, but $python has no torch package; install it there," \
      "set TOCO_PYTHON to another Python, or unset TOCO_PYTHON_TORCH"
  has_libtorch "$torch" || die "$torch has no libtorch_cpu.so with headers; unset TOCO_PYTHON_TORCH"
  dirname -- "$torch"
  exit
fi

# The driver makes a device file per GPU, on WSL2 one for all. nvidia-smi, which may take seconds or
# hang, is asked only if there is a driver but no such file.
has_gpu() {
  local device
  for device in /dev/nvidia[0-9]*; do [ ! -e "$device" ] || return 0; done
  if [ -e /dev/dxg ] && [ -e /usr/lib/wsl/lib/libcuda.so.1 ]; then return 0; fi
  [ -e /proc/driver/nvidia/version ] || [ -e /dev/dxg ] || return 1
  command -v nvidia-smi >/dev/null && command -v timeout >/dev/null &&
    timeout -k 1 5 nvidia-smi -L >/dev/null 2>&1 9>&-
}
case ${TOCO_FLAVOR:-auto} in
  cpu | cuda) flavor=$TOCO_FLAVOR ;;
  auto) if has_gpu; then flavor=cuda; else flavor=cpu; fi ;;
  *) die "TOCO_FLAVOR=$TOCO_FLAVOR is unknown; expected cpu, cuda or auto" ;;
esac

installed=$cache/libtorch-$version-$flavor$for_arch
# Wheels and the partly unpacked folder; a killed run leaves it behind, the next run removes it.
staging=$cache/.installing-$version-$flavor$for_arch
complete() { has_libtorch "$installed/torch" && [ -e "$installed/complete" ]; }

if complete; then
  printf '%s\n' "$installed"
  exit
fi
[ "${1:-}" != --find ] || exit 3

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
hashes=$here/libtorch.sha256
export LC_ALL=C # messages are searched below
case $(uname -s)-$arch in
  Linux-x86_64 | Linux-aarch64) ;;
  *)
    die "no LibTorch wheel is pinned for $(uname -s) $arch, only for Linux x86_64 and aarch64;" \
      "build LibTorch for it and set LIBTORCH to its folder"
    ;;
esac
pins=$(awk -v v="$version" -v a="$arch" -v f="$flavor" \
  '$1 == v && $2 == a && ($3 == "cpu" || $3 == f) { print $4 " --hash=sha256:" $5 }' "$hashes")
[ -n "$pins" ] || {
  known=$(awk -v a="$arch" '$2 == a { print $1 }' "$hashes" | sort -uV | paste -sd' ')
  die "LibTorch $version is not pinned for $arch (known: $known);" \
    "set TOCO_LIBTORCH_VERSION to one of these, or LIBTORCH to your LibTorch"
}
grep -q "^$version $arch $flavor " "$hashes" ||
  die "LibTorch $version is pinned for the CPU only; set TOCO_FLAVOR=cpu, TOCO_LIBTORCH_VERSION" \
    "to another version, or LIBTORCH to your LibTorch"
unset -v PYTHONPATH PYTHONHOME
command -v "$python" >/dev/null ||
  die "$python not found, and installing LibTorch needs it; install Python 3 with pip" \
    "(Debian: apt-get install python3-pip), or set LIBTORCH"
"$python" -m pip --version >/dev/null 2>&1 ||
  die "$python has no pip; install it (Debian: apt-get install python3-pip), or set LIBTORCH"
command -v flock >/dev/null || die "flock not found; install util-linux"

mkdir -p "$cache" 2>/dev/null ||
  die "cannot create the cache $cache; make it writable, or set XDG_CACHE_HOME"
# Child processes inherit the lock: one that outlives a killed run still blocks the next run.
exec 9>"$cache/.lock-$version-$flavor$for_arch" ||
  die "cannot write to the cache $cache; make it writable, or set XDG_CACHE_HOME"
flock -n 9 || { say "waiting for another install of LibTorch $version to finish"; flock 9; }
if complete; then # the other run installed it
  printf '%s\n' "$installed"
  exit
fi

probe=$cache/.probe.$$
printf '#!/bin/sh\n' >"$probe" || die "cannot write to the cache $cache; free some space there"
chmod +x "$probe"
runs=0
"$probe" 2>/dev/null || runs=$?
rm -f "$probe"
[ $runs != 126 ] ||
  die "the cache $cache is on a file system mounted noexec, which libraries cannot be loaded" \
    "from; set XDG_CACHE_HOME to a folder on another one"

# pip verifies wheels that an interrupted run left behind, and reuses complete ones.
rm -rf "$staging/unpacked" "$staging/tmp" "$installed"
mkdir -p "$staging/wheels" "$staging/tmp"
if [ "$flavor" = cuda ]; then needs_mb=7000; else needs_mb=1600; fi
disk_free_mb() { echo $(($(df -Pk "$cache" | awk 'NR == 2 { print $4 }') / 1024)); }
free_mb=$(($(disk_free_mb) + $(du -sm "$staging" | cut -f1)))
[ "$free_mb" -ge "$needs_mb" ] ||
  die "$cache has $free_mb MB free, and installing LibTorch $version ($flavor) needs" \
    "$needs_mb MB; free some, or set XDG_CACHE_HOME to a larger disk"

printf '%s\n' "$pins" >"$staging/requirements.txt"
say "downloading LibTorch $version ($flavor) into $cache"
log=$staging/pip.log
pip_out=$log
[ ! -t 2 ] || pip_out=/dev/stderr
: >"$log"
platforms=()
for glibc in _2_28 _2_27 _2_25 _2_18 _2_17 2014; do
  platforms+=(--platform "manylinux${glibc}_$arch")
done
# Settings of pip that say from where to download are kept, those that say what, how and whereto are
# not. A module in the working folder, such as random.py, would replace that of Python.
for setting in "${!PIP_@}"; do
  case $setting in
    PIP_*INDEX* | PIP_FIND_LINKS | PIP_*HOST | PIP_*CERT | PIP_PROXY | PIP_*TIMEOUT) ;;
    PIP_RETRIES | PIP_CONFIG_FILE | PIP_KEYRING_PROVIDER | PIP_USE_FEATURE) ;;
    *) unset "$setting" ;;
  esac
done
export PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1
cd "$staging"
TMPDIR=$staging/tmp "$python" -m pip download \
  --no-deps --only-binary=:all: --require-hashes --no-cache-dir --dest "$staging/wheels" \
  --implementation cp --python-version 3.12 "${platforms[@]}" \
  -r "$staging/requirements.txt" >>"$pip_out" 2>>"$log" || {
  reason=$(grep -E '^ERROR|No space left|Errno' "$log" | tail -n 1 | cut -c1-120) || true
  left_mb=$(disk_free_mb)
  case $left_mb-$(cat "$log") in
    [0-9]-* | [0-9][0-9]-* | *'No space left'*)
      remedy="the disk of $cache is full; free $needs_mb MB, or set XDG_CACHE_HOME to a larger disk"
      ;;
    *'DO NOT MATCH THE HASHES'*)
      remedy="a wheel differs from the sha256 in native/libtorch.sha256;"
      remedy+=" the package index or a proxy serves another file"
      ;;
    *)
      remedy="check the network and pip's index settings (pip config list), then run again;"
      remedy+=" without a network, set LIBTORCH to an unpacked LibTorch"
      ;;
  esac
  die "pip could not download LibTorch $version: $remedy [${reason:-see $log}]"
}

say "unpacking headers and libraries"
"$python" - "$flavor" "$staging/wheels" "$staging/unpacked" "$pins" <<'PY' ||
import glob, os, re, shutil, sys, zipfile

flavor, wheels, target, pins = sys.argv[1:5]
# Libraries that only Python, or only a GPU, needs: two thirds of the bytes.
python_only = re.compile(r"torch/lib/(libtorch_python|libshm|libtorch_global_deps)")
cuda_only = re.compile(
    r"torch/lib/(libtorch_cuda|libtorch_nvshmem|libc10_cuda|libcaffe2_nvrtc|libtorch\.so)")
wanted = re.compile(
    r"torch/(include/|lib/[^/]*\.so|version\.py$)|nvidia/(.*\.so|(nccl|cu13)/include/)"
    r"|[^/]*\.dist-info/(licenses/)?(LICENSE|License|NOTICE)")
cpu_nvidia = re.compile(r"nvidia/.*/(libcudart|libcupti)\.so")

def keep(name):
    if name.endswith("/") or not wanted.match(name) or python_only.match(name):
        return False
    if flavor == "cuda":
        return True
    if cuda_only.match(name):
        return False
    return not name.startswith("nvidia/") or bool(cpu_nvidia.match(name))

pinned = [pin.split()[0].split("==") for pin in pins.splitlines()]
names = [package.replace("-", "_") + "-" + version for package, version in pinned]
try:
    for wheel in sorted(glob.glob(wheels + "/*.whl")):
        if not os.path.basename(wheel).startswith(tuple(names)):
            continue
        with zipfile.ZipFile(wheel) as archive:
            for member in filter(lambda m: keep(m.filename), archive.infolist()):
                archive.extract(member, target)
    open(target + "/complete", "w").close()
except (OSError, zipfile.BadZipFile) as error:
    sys.exit("libtorch: " + str(error))
PY
  die "unpacking LibTorch into $cache failed; free $needs_mb MB of disk and run again"
has_libtorch "$staging/unpacked/torch" ||
  die "the wheels of LibTorch $version contain no libtorch_cpu.so; remove $staging and run again"
mv -T "$staging/unpacked" "$installed"
rm -rf "$staging"
say "installed $installed ($(du -sm "$installed" | cut -f1) MB)"
printf '%s\n' "$installed"
