#!/usr/bin/env bash
# Builds the shim for each LibTorch that native libraries are published for, and lays them out as
# `mvn -Pnatives package` packs them: target/natives/libtorch2.7/toco/natives/linux-x86_64/
# libtorch-2.7/ has libtoco_torch.so, umbrella/libtorch.so and shim.properties.
#
#   ci/natives.sh [VERSION…]      default: 2.7.1 2.15.0
#
# With TOCO_ARCH=aarch64, those for 64-bit Arm, in target/natives/aarch64-libtorch2.15/toco/natives/
# linux-aarch64/; 2.7.1 is not pinned for it.
#
# What is published has to run on systems as old as docs/BRIDGE.md says, so a build that needs newer
# ones is refused.
set -euo pipefail
export LC_ALL=C
glibc=2.34
libstdcxx=3.4.29

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
arch=${TOCO_ARCH:-x86_64}
for_arch=
[ "$arch" = x86_64 ] || for_arch=$arch-
[ $# -gt 0 ] || [ "$arch" = x86_64 ] || set -- 2.15.0
[ $# -gt 0 ] || set -- 2.7.1 2.15.0
die() { printf 'natives: error: %s\n' "$*" >&2; exit 1; }
property() { sed -n "s/^$1=//p" "$2"; }
# at_most NAME NEEDED LIMIT
at_most() {
  [ "$(printf '%s\n' "$2" "$3" | sort -V | tail -n 1)" = "$3" ] ||
    die "the shim needs $1 $2, and is to run with $1 $3; build it on an older system (Debian 12)"
}

for version; do
  minor=${version%.*}
  library=$(env -u LIBTORCH -u TOCO_PYTHON_TORCH TOCO_FLAVOR=cpu TOCO_ARCH="$arch" \
    TOCO_LIBTORCH_VERSION="$version" bash "$home/native/build.sh")
  build=$(dirname -- "$library")
  ! grep -q 'no Gloo headers' "$build/build.log" ||
    die "the shim cannot train on several processes; install libgloo-dev and run again"
  at_most glibc "$(property glibc "$build/shim.properties")" $glibc
  at_most libstdc++ "$(property libstdcxx "$build/shim.properties")" $libstdcxx
  root=$home/target/natives/${for_arch}libtorch$minor
  folder=$root/toco/natives/linux-$arch/libtorch-$minor
  rm -rf "$root"
  mkdir -p "$folder/umbrella"
  cp "$library" "$build/shim.properties" "$folder"
  cp "$build/umbrella/libtorch.so" "$folder/umbrella"
  printf '%s\n' "$folder/libtoco_torch.so"
done
