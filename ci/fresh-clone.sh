#!/usr/bin/env bash
# Runs .ci/run as on a fresh machine: in a temporary clone of the committed state, with an empty
# home folder (no Maven repository, no LibTorch cache, no build outputs). Client settings of this
# machine (Maven, pip) are copied.
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
[ -z "$(git -C "$home" status --porcelain)" ] ||
  echo "fresh-clone: note: uncommitted changes are not part of the clone" >&2
git clone --quiet --no-hardlinks "$home" "$work/checkout"

cd "$work/checkout"
# Java takes the home folder from the password file, not from HOME, so Maven needs user.home.
env -u XDG_CACHE_HOME -u LIBTORCH -u TOCO_PYTHON_TORCH HOME="$work/home" CI=true \
  MAVEN_OPTS="-Duser.home=$work/home ${MAVEN_OPTS:-}" bash .ci/run </dev/null
