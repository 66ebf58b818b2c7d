#!/usr/bin/env bash
# Makes the runtime image of examples/jlink, a program of the modules toco and toco.bridge, and
# starts it with native access for these two alone. Prints the image's size and start times.
#
#   ci/jlink.sh       the artifacts must be in the local Maven repository: mvn install -DskipTests
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
fail() { printf 'jlink: error: %s\n' "$*" >&2; exit 1; }

mvn -B -ntp -q -f examples/jlink package
image=$home/examples/jlink/target/image
[ -n "${TOCO_LIBRARY:-}" ] || TOCO_LIBRARY=$(bash native/build.sh)
export TOCO_LIBRARY
# Java as it will be one day: native code only where it is allowed.
export JDK_JAVA_OPTIONS=--illegal-native-access=deny

photo=src/test/resources/data/photos/JPEGImages/chelsea.jpg
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$image/bin/example" $photo 2>"$scratch/stderr" | tee "$scratch/stdout"
grep -q '^LibTorch ' "$scratch/stdout" || fail "the example did not load LibTorch"
grep -q 'chelsea.jpg: 451×300, mean colour' "$scratch/stdout" || fail "the example read no image"
[ "$(grep -v '^NOTE: Picked up' "$scratch/stderr")" = '' ] || fail "$(cat "$scratch/stderr")"

# The command line in the same image: its version, reflection on options and records, resources,
# processes that it starts.
toco() { "$image/bin/toco" "$@" 2>"$scratch/stderr"; }
expect() { # TEXT COMMAND…
  local text=$1
  shift
  toco "$@" >"$scratch/stdout" || true
  grep -qF -- "$text" "$scratch"/std* || fail "toco $*: no '$text': $(cat "$scratch"/std*)"
}
version=$(sed -n '/<artifactId>toco</{n;s|.*<version>\(.*\)<.*|\1|p;q}' pom.xml)
expect "toco $version" --version
expect train.maxIters config --describe
expect deit_base_patch16_224 weights list
expect '"maps":8' bench scores --maps 8 --json
expect '[rank 1] toco: error: Missing required' launch --nproc 2 -- eval missing.yaml
expect ' 0 missed' parity src/test/resources/golden-cosa

seconds() { # of the fastest of five
  python3 - "$@" <<'PY'
import subprocess, sys, time
def run():
    started = time.monotonic()
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started
print(f"{min(run() for _ in range(5)):.2f} s")
PY
}
printf 'image: %s MB, without LibTorch; bin/example takes %s, bin/toco --help %s\n' \
  "$(du -sm "$image" | cut -f1)" "$(seconds "$image/bin/example")" \
  "$(seconds "$image/bin/toco" --help)"
