#!/usr/bin/env bash
# Builds a release of the committed state twice, in folders of different names, time zones and
# locales, and compares the artifacts byte for byte. Takes minutes, so CI does not run it. The umask
# must be the same: jars of sources and Javadoc hold the permissions of their files.
#
#   ci/reproducible.sh [OPTION OF MAVEN …]      such as -Pnatives; without options the shim, which
#                                               is then in no artifact, is not compiled
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/toco-reproducible.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
options=("$@")
[ $# -gt 0 ] || options=(-Dexec.skip=true)

build() { # FOLDER
  mkdir -p "$(dirname "$scratch/$1")"
  git clone --quiet --no-hardlinks "$home" "$scratch/$1"
  bash "$scratch/$1/ci/release.sh" "${options[@]}"
}
(build first)
(export TZ=Asia/Tokyo LC_ALL=C LANG=C && build another/second)

cd "$scratch"
diff -r first/target/central another/second/target/central
printf 'reproducible: %s files, %s MB, are equal in both builds of %s\n' \
  "$(find first/target/central -type f | wc -l)" "$(du -sm first/target/central | cut -f1)" \
  "$(git -C "$home" rev-parse --short HEAD)"
