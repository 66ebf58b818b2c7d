#!/usr/bin/env bash
# Generates the Java bindings of native/include/toco_torch.h. They are committed, so only a change of the header needs this.
# Takes jextract (for JDK 25) from $JEXTRACT or PATH. The header's hash is kept beside them: a test fails when the two part.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
header=native/include/toco_torch.h
jextract=${JEXTRACT:-jextract}
die() { printf 'generate: error: %s\n' "$*" >&2; exit 1; }
command -v "$jextract" >/dev/null ||
  die "$jextract not found; build or download jextract (github.com/openjdk/jextract) and name it in JEXTRACT or put it on PATH"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Only what the header itself declares, not what <stdint.h> drags in.
"$jextract" --dump-includes "$work/all" "$header"
grep -F "$header" "$work/all" >"$work/includes" || die "$jextract found no declarations in $header"
"$jextract" --output "$work/out" --target-package toco.torch.ffi --header-class-name TocoTorch "@$work/includes" "$header"
rm -rf bindings/toco
mv "$work/out/toco" bindings/toco
sha256sum "$header" | cut -d' ' -f1 >bindings/toco_torch.h.sha256
printf 'generate: %s functions in bindings/toco\n' "$(grep -c -- '--include-function' "$work/includes")" >&2
