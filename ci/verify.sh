#!/usr/bin/env bash
# What CI runs, and what you can run on a new machine: build and tests with the pinned LibTorch, C
# tests with sanitizers, parity with older LibTorches, a short demo and the examples.
# Stops at the first failure and names the step.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
older=(2.7.1 2.11.0)
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
# Without these the tests of pages in a browser would be skipped.
command -v chromium >/dev/null || missing+=(chromium)
command -v chromedriver >/dev/null || missing+=(chromium-driver)
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null ||
    { echo "missing, and there is no apt-get to install them: ${missing[*]}"; exit 1; }
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

begin 'format'
bash ci/format.sh

begin 'mvn verify, with the shims that are published'
mvn -B -ntp -Pnatives verify

bin/toco doctor | grep -E '^ok +processes' # otherwise the tests of several processes were skipped

# Maven may run on Java 17 or newer, whichever is the default, and compiles with JDK 25.
for java in /usr/lib/jvm/*; do
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$java/release" 2>/dev/null || true)
  [ -x "$java/bin/java" ] && [ "${version:-0}" -ge 17 ] && [ ! -L "$java" ] || continue
  begin "Maven on Java $version ($java)"
  JAVA_HOME=$java mvn -B -ntp -q -Dexec.skip=true compile
done

begin 'benchmarks: each runs once, as a smoke test'
mvn -B -ntp -q -Pjmh -Djmh.args='-f 0 -wi 0 -i 1 -r 100ms'

begin 'C tests with address and leak sanitizers'
bash ci/sanitize.sh

begin 'parity with the pinned LibTorch'
bin/toco parity src/test/resources/golden --skip-unsupported
bin/toco parity src/test/resources/golden-encoders --skip-unsupported
bin/toco parity src/test/resources/golden-more
bin/toco parity src/test/resources/golden-cosa
bin/toco parity src/test/resources/conformance | tail -1

for version in "${older[@]}"; do
  begin "parity with LibTorch $version"
  export TOCO_LIBTORCH_VERSION=$version
  bin/toco parity src/test/resources/golden --skip-unsupported
  bin/toco parity src/test/resources/golden-encoders --skip-unsupported
  bin/toco parity src/test/resources/golden-more
  bin/toco parity src/test/resources/golden-cosa
  unset TOCO_LIBTORCH_VERSION
done

begin 'demo of 300 steps: no leaked tensors, flat memory'
bin/toco demo --dir "$scratch/demo" --set "data.root=$scratch/synthetic-plain" \
  --set train.maxIters=300
python3 - "$scratch/demo/metrics.jsonl" <<'EOF'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
steps = [line for line in lines if "rssBytes" in line and line["step"] >= 50]
live = {line["liveTensors"] for line in steps}
resident = [line["rssBytes"] / 1e6 for line in steps]
# medians: a single line may be written while a batch is being loaded
early, late = sorted(resident[:5])[2], sorted(resident[-5:])[2]
print("live tensors", live, "resident MB: early", round(early), "late", round(late),
      "max", round(max(resident)))
assert len(steps) > 10 and len(live) == 1, live
middle = sorted(resident)[len(resident) // 2]
assert max(abs(early - middle), abs(late - middle)) <= 50, resident
EOF

begin 'two hosts: a fast link, a slow link, an interrupted link'
bash ci/two-hosts.sh "$scratch/hosts"

begin 'examples/maven-only: without compiler and Python'
bash ci/maven-only.sh

begin 'examples of examples/README.md'
bash ci/examples.sh "$scratch"

begin 'examples/jlink: a runtime image of both modules'
bash ci/jlink.sh

begin 'what is published'
bash ci/release.sh -Pnatives

step='done'
printf '\n=== all passed in %d s\n' $((SECONDS - started))
