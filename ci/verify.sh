#!/usr/bin/env bash
# What CI runs, and what a fresh machine can run to prove itself: build and tests against the pinned LibTorch, the C tests under
# sanitizers, parity against the oldest LibTorch that works, and a short demo. Stops at the first failure and names the step.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
oldest=2.11.0
scratch=$(mktemp -d)
step='start'
started=$SECONDS
begin() {
  step=$1
  printf '\n=== %s (at %d s)\n' "$step" $((SECONDS - started))
}
finish() {
  local status=$?
  rm -rf "$scratch"
  if [ $status -ne 0 ]; then printf '\n=== FAILED in: %s (exit %d)\n' "$step" $status; fi
  exit $status
}
trap finish EXIT

begin 'tools'
missing=()
command -v cmake >/dev/null || missing+=(cmake)
command -v g++ >/dev/null || missing+=(g++)
command -v ninja >/dev/null || missing+=(ninja-build)
command -v mvn >/dev/null || missing+=(maven)
PATH=$PATH:/sbin:/usr/sbin command -v ip >/dev/null || missing+=(iproute2)
command -v curl >/dev/null || missing+=(curl)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
[ -e /usr/include/gloo/algorithm.h ] || missing+=(libgloo-dev)
[[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p) == *libturbojpeg.so.0* ]] || missing+=(libturbojpeg0)
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "missing and no apt-get to install them: ${missing[*]}"; exit 1; }
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

begin 'format'
bash ci/format.sh

begin 'mvn verify'
mvn -B -ntp verify

bin/toco doctor | grep -E '^ok +processes' # or the tests of several processes were skipped

begin 'benches: each runs once, figures of no meaning'
mvn -B -ntp -q -Pjmh -Djmh.args='-f 0 -wi 0 -i 1 -r 100ms'

begin 'C tests under address and leak sanitizers'
bash ci/sanitize.sh

begin 'parity with the pinned LibTorch'
bin/toco parity src/test/resources/golden --skip-unsupported

begin "parity with LibTorch $oldest"
TOCO_LIBTORCH_VERSION=$oldest bin/toco parity src/test/resources/golden --skip-unsupported

begin 'demo of 300 steps: no tensor left behind, memory flat'
bin/toco demo --dir "$scratch/demo" --set "data.root=$scratch/synthetic-plain" --set train.maxIters=300
python3 - "$scratch/demo/metrics.jsonl" <<'EOF'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
steps = [line for line in lines if "rssBytes" in line and line["step"] >= 50]
live = {line["liveTensors"] for line in steps}
resident = [line["rssBytes"] / 1e6 for line in steps]
early, late = sorted(resident[:5])[2], sorted(resident[-5:])[2]  # medians: a line may catch a batch being made
print("live tensors", live, "resident MB", round(early), "early,", round(late), "late, at most", round(max(resident)))
assert len(steps) > 10 and len(live) == 1, live
middle = sorted(resident)[len(resident) // 2]
assert max(abs(early - middle), abs(late - middle)) <= 50, resident
EOF

begin 'two hosts: a good line, a slow one, a cut one'
bash ci/two-hosts.sh "$scratch/hosts"

begin 'examples: each by its line'
bash ci/examples.sh "$scratch"

step='done'
printf '\n=== all passed in %d s\n' $((SECONDS - started))
