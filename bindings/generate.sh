#!/usr/bin/env bash
# Generates the Java bindings of native/include/toco_torch.h and of libjpeg-turbo's turbojpeg.h.
# They are committed, so this is needed only after a change of the header or of the functions listed
# below. Uses jextract (for JDK 25) from $JEXTRACT or PATH. The header's hash is stored next to the
# bindings; a test fails if toco_torch.h changes without them.
#
#   bindings/generate.sh [torch] [turbojpeg]      both by default
#
# turbojpeg.h is taken from $TURBOJPEG_H or /usr/include (Debian: libturbojpeg0-dev).
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
jextract=${JEXTRACT:-jextract}
die() { printf 'generate: error: %s\n' "$*" >&2; exit 1; }
command -v "$jextract" >/dev/null ||
  die "$jextract not found; build or download jextract (github.com/openjdk/jextract)" \
    "and set JEXTRACT to it, or put it on PATH"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Moves the generated bindings $work/$1 to bindings/$2 and stores the hash of the header $3.
install_bindings() {
  local name=$1 package=$2 header=$3
  mkdir -p "bindings/$(dirname "$package")"
  rm -rf "bindings/$package"
  mv "$work/$name/$package" "bindings/$package"
  sha256sum "$header" | cut -d' ' -f1 >"bindings/$name.h.sha256"
  printf 'generate: %s functions in bindings/%s\n' \
    "$(grep -c -- '--include-function' "$work/$name.includes")" "$package" >&2
}

generate_torch() {
  local header=native/include/toco_torch.h
  # Only declarations of the header, not those of <stdint.h>.
  "$jextract" --dump-includes "$work/all" "$header"
  grep -F "$header" "$work/all" >"$work/toco_torch.includes" ||
    die "$jextract found no declarations in $header"
  "$jextract" --output "$work/toco_torch" --target-package toco.torch.ffi \
    --header-class-name TocoTorch "@$work/toco_torch.includes" "$header"
  install_bindings toco_torch toco/torch/ffi "$header"
}

# Only what decoding needs; TurboJPEG 2 and 3 both have it.
generate_turbojpeg() {
  local header=${TURBOJPEG_H:-/usr/include/turbojpeg.h} name
  [ -e "$header" ] ||
    die "$header not found; install it (Debian: apt-get install libturbojpeg0-dev)" \
      "or set TURBOJPEG_H to it"
  for name in tjInitDecompress tjDecompress2 tjGetErrorStr2 tjGetErrorCode tjDestroy; do
    printf -- '--include-function %s\n' $name
  done >"$work/turbojpeg.includes"
  for name in TJPF_RGB TJPF_CMYK TJFLAG_ACCURATEDCT TJFLAG_LIMITSCANS TJERR_WARNING; do
    printf -- '--include-constant %s\n' $name
  done >>"$work/turbojpeg.includes"
  "$jextract" --output "$work/turbojpeg" --target-package toco.image.ffi \
    --header-class-name LibTurboJpeg --library :libturbojpeg.so.0 \
    "@$work/turbojpeg.includes" "$header"
  install_bindings turbojpeg toco/image/ffi "$header"
}

[ $# -gt 0 ] || set -- torch turbojpeg
for set in "$@"; do
  case $set in
    torch | turbojpeg) "generate_$set" ;;
    *) die "unknown set $set; expected torch or turbojpeg" ;;
  esac
done
