#!/usr/bin/env bash
# Checks that two builds of one commit are byte-equal: packs the jars here and in a clone in another
# folder, and compares them. Compiles every shim again, so it takes several minutes.
#
#   ci/reproducible.sh
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
[ -z "$(git status --porcelain)" ] ||
  { echo 'reproducible: error: commit or stash your changes first' >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/toco-reproducible.XXXXXX")
trap 'rm -rf "$work"' EXIT
clone=$work/'another folder'
git clone --quiet --no-hardlinks "$home" "$clone"
for checkout in "$home" "$clone"; do
  (cd "$checkout" && mvn -B -ntp -q -Pnatives package -DskipTests)
done

compared=0
while IFS= read -r jar; do
  cmp "$jar" "$clone/$jar"
  printf 'equal: %s\n' "$jar"
  compared=$((compared + 1))
done < <(find target -maxdepth 2 -name 'toco*.jar' | sort)
[ $compared -ge 3 ] # toco, toco-bridge, and a shim
