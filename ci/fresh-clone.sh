#!/usr/bin/env bash
# Proves that a fresh machine can do it: clones what is committed into a temporary folder, gives it an empty home (no Maven
# repository, no LibTorch cache, no build outputs) and runs .ci/run there. The machine's own client settings are kept.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/toco-fresh.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/home"
for settings in .m2/settings.xml .m2/settings-security.xml .config/pip/pip.conf .pip/pip.conf; do
  [ -e "$HOME/$settings" ] || continue
  mkdir -p "$(dirname "$work/home/$settings")"
  cp "$HOME/$settings" "$work/home/$settings"
done
[ -z "$(git -C "$home" status --porcelain)" ] || echo "fresh-clone: note: uncommitted changes are not part of the clone" >&2
git clone --quiet --no-hardlinks "$home" "$work/checkout"

cd "$work/checkout"
# Maven asks Java for the home folder, and Java asks the password file, so it is told.
env -u XDG_CACHE_HOME -u LIBTORCH -u TOCO_PYTHON_TORCH HOME="$work/home" MAVEN_OPTS="-Duser.home=$work/home ${MAVEN_OPTS:-}" \
  CI=true bash .ci/run </dev/null
