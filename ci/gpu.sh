#!/usr/bin/env bash
# Checks and measures ToCo on one GPU, in at most nine minutes, on a machine that has Python 3 with
# torch for CUDA: no JDK, no compiler, no network.
#
#   ci/gpu.sh KIT [--out DIR] [OPTION …]
#
# KIT is what ci/gpu-kit.sh makes, the folder or the archive. Prints one JSON object and a table to
# stdout, progress to stderr; both are also in DIR (default: gpu-check in the working folder, with a
# number if taken), with the trace of a step and what each section printed. Other options are those
# of `toco bench gpu`, such as --only steps. The exit status is 1 if a section failed.
#
# Environment: TOCO_PYTHON is the Python (default: python3), whose torch is used; LIBTORCH an
# unpacked LibTorch to use instead; TMPDIR where an archive is unpacked.
set -euo pipefail
unset CDPATH

whole=540   # seconds for everything
closing=12  # of them, to start Java and to print
say() { printf 'gpu: %s\n' "$*" >&2; }
die() { printf 'gpu: error: %s\n' "$*" >&2; exit 1; }
absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s' "$PWD/$1" ;; esac; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
kit=
out=$PWD/gpu-check
options=()
while [ $# -gt 0 ]; do
  case $1 in
    --out) [ $# -ge 2 ] || die "--out needs a folder"; out=$(absolute "$2"); shift ;;
    --*=*) options+=("$1") ;;
    --tiny) options+=("$1") ;;
    --*) [ $# -ge 2 ] || die "$1 needs a value"; options+=("$1" "$2"); shift ;;
    *) [ -z "$kit" ] || die "one kit is expected, got $kit and $1"; kit=$1 ;;
  esac
  shift
done
[ -n "$kit" ] || [ ! -e "$here/kit.properties" ] || kit=$here # started from the kit itself
[ -n "$kit" ] || die "no kit named; expected ci/gpu.sh KIT, which ci/gpu-kit.sh makes"
[ -e "$kit" ] || die "no kit at $kit; make one with ci/gpu-kit.sh, and name its folder or archive"
kit=$(absolute "$kit")

python=${TOCO_PYTHON:-python3}
command -v "$python" >/dev/null ||
  die "$python not found; expected Python 3 with torch for CUDA; install it, or set TOCO_PYTHON"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ ! -d "$kit" ]; then
  say "unpacking $kit"
  "$python" -c 'import sys, tarfile
trusted = {"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}
with tarfile.open(sys.argv[1]) as kit:
    kit.extractall(sys.argv[2], **trusted)' "$kit" "$scratch" 2>"$scratch/unpack" ||
    die "$kit cannot be unpacked: $(tail -n 1 "$scratch/unpack"); expected an archive of" \
      "ci/gpu-kit.sh, and some 250 MB in ${TMPDIR:-/tmp}"
  kit=$scratch/gpu-kit
fi
[ -e "$kit/kit.properties" ] ||
  die "$kit has no kit.properties; expected a kit of ci/gpu-kit.sh; make one with it"
property() { sed -n "s/^$1=//p" "$kit/kit.properties"; }
expected=$(property torch)

card=()
if [ -n "${LIBTORCH:-}" ]; then
  site=$LIBTORCH
  [ -d "$site/torch/lib" ] || site=$(dirname -- "$LIBTORCH")
  [ -e "$site/torch/lib/libtorch_cuda.so" ] ||
    die "LIBTORCH=$LIBTORCH has no torch/lib/libtorch_cuda.so; expected LibTorch $expected for" \
      "CUDA; set it to the folder of such a one, or unset it"
else
  # Prints the folder that has torch and the GPU's name, or what is wrong.
  cat >"$scratch/probe.py" <<'PY'
import os, sys

expected = sys.argv[1]

def refuse(found, remedy):
    print("%s; expected torch %s for CUDA and a GPU that it can use; %s"
          % (found, expected, remedy))
    sys.exit(3)

try:
    import torch
except Exception as error:
    refuse("%s has no torch (%s)" % (sys.executable, str(error).splitlines()[0]),
           "install it, or set TOCO_PYTHON to a Python that has it")
version = torch.__version__.split("+")[0]
if version.split(".")[:2] != expected.split(".")[:2]:
    refuse("torch of %s is %s" % (sys.executable, torch.__version__),
           "install that version, or make a kit for this one with TOCO_KIT_TORCH=" + version)
if not torch.version.cuda:
    refuse("torch %s of %s is built without CUDA" % (torch.__version__, sys.executable),
           "install its build for CUDA")
if not torch.cuda.is_available():
    try:
        torch._C._cuda_init()
        reason = "no reason given"
    except Exception as error:
        reason = str(error).splitlines()[0].split(". ")[0]
    refuse("torch %s sees no GPU (%s)" % (torch.__version__, reason),
           "run this on a machine with an NVIDIA GPU and its driver")
print(os.path.dirname(os.path.dirname(os.path.abspath(torch.__file__))))
print(torch.cuda.get_device_name(0))
PY
  say "looking for torch and a GPU"
  status=0
  (cd "$scratch" && timeout 120 "$python" probe.py "$expected") \
    >"$scratch/probe.out" 2>"$scratch/probe.err" || status=$?
  [ $status != 124 ] || die "$python did not import torch within 120 s; is the driver hanging?"
  [ $status = 0 ] ||
    die "$(tail -n 1 "$scratch/probe.out" | grep . || tail -n 1 "$scratch/probe.err")"
  { IFS= read -r site && IFS= read -r name; } < <(tail -n 2 "$scratch/probe.out")
  card=(--card "$name")
fi

# The kit as it is used: with links to LibTorch next to the shim, where it looks for it, and with
# golden cases from the checkout if the kit has none.
home=$scratch/home
mkdir -p "$home/native" "$home/src/test"
for part in "$kit"/*; do
  case ${part##*/} in
    native | src) ;;
    *) ln -s "$part" "$home" ;;
  esac
done
cp "$kit/native/libtoco_torch.so" "$home/native"
ln -s "$site/torch" "$home/native"
[ ! -d "$site/nvidia" ] || ln -s "$site/nvidia" "$home/native"
for resources in "$kit/src/test/resources" "$here/../src/test/resources"; do
  if [ -d "$resources/golden" ]; then
    ln -s "$resources" "$home/src/test/resources"
    break
  fi
done
golden=()
for folder in "$home"/src/test/resources/golden*; do
  [ ! -d "$folder" ] || golden+=(--golden "src/test/resources/${folder##*/}")
done
[ ${#golden[@]} -gt 0 ] ||
  say "no golden cases, neither in the kit nor in a checkout: no parity, and tests of it fail"

number=1 folder=$out
while [ -e "$folder" ]; do
  number=$((number + 1))
  folder=$out-$number
done
mkdir -p "$(dirname -- "$folder")"
cd "$home"
say "measuring, in at most $((whole - SECONDS)) s"
status=0
timeout -k 5 $((whole - SECONDS)) runtime/bin/java --enable-native-access=ALL-UNNAMED \
  -Djava.awt.headless=true -XX:+UseSerialGC -Xms48m -Xmx2g -Dtoco.home="$home" \
  -Dtoco.library="$home/native/libtoco_torch.so" -cp 'lib/*' toco.cli.Main bench gpu \
  --seconds $((whole - closing - SECONDS)) --out "$folder" --data data \
  --tests accelerator-tests.args --tests cuda-tests.args ${golden[@]+"${golden[@]}"} \
  ${card[@]+"${card[@]}"} --json ${options[@]+"${options[@]}"} || status=$?
[ ! -e "$folder/gpu.txt" ] || { printf '\n'; cat "$folder/gpu.txt"; }
exit $status
