#!/usr/bin/env bash
# Runs every bash block of examples/README.md as a reader would, with runs in a temporary folder.
#
#   ci/examples.sh [RUNS]       a folder with an existing run of the demo, RUNS/demo, to be reused
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
runs=${1:-$scratch}

python3 - "$scratch" "$runs" <<'PY'
import re, sys
folder, runs = sys.argv[1:]
text = open("examples/README.md").read()
blocks = re.findall(r"```bash\n(.*?)```", text, re.S)
assert len(blocks) >= 6, len(blocks)
for number, block in enumerate(blocks):
    block = re.sub(r"\bruns/", runs + "/", block)
    with open(f"{folder}/block-{number:02}.sh", "w") as file:
        file.write("set -euo pipefail\n" + block)
PY
for block in "$scratch"/block-*.sh; do
  printf '\n--- %s\n' "$(tail -n +2 "$block" | tail -n 1)"
  if grep -q examples/maven-only "$block"; then continue; fi # ci/maven-only.sh runs it
  # An existing run of the demo is reused.
  if [ -d "$runs/demo" ] && grep -q 'bin/toco demo' "$block"; then continue; fi
  bash "$block"
done
