#!/usr/bin/env bash
# ToCo on 64-bit Arm, emulated by qemu on another machine: compiles the shim for it, looks for
# vector instructions in the kernels, and runs the C tests, the JUnit tests of the kernels and the
# golden cases, the latter through bin/toco. Runs on request, not in ci/verify.sh.
#
#   ci/aarch64.sh
#
# Needs Debian and the right to install packages. The Arm programs (JDK 25 and what it is linked to,
# of Debian 13) come from the package archive that apt is configured for. They are unpacked into
# target/aarch64 and not installed; a later run uses them again.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
place=$home/target/aarch64
root=$place/root # what Arm programs find in place of /
jdk=$place/jdk
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive TOCO_STARTUP_CACHE=0
step='start'
started=$SECONDS
begin() {
  step=$1
  printf '\n=== %s (at %d s)\n' "$step" $((SECONDS - started))
}
die() { printf 'aarch64: error: %s\n' "$*" >&2; exit 1; }
trap '[ $? = 0 ] || printf "\n=== FAILED in: %s\n" "$step"' EXIT

begin 'tools'
missing=()
command -v aarch64-linux-gnu-g++ >/dev/null || missing+=(g++-aarch64-linux-gnu)
command -v qemu-aarch64-static >/dev/null || missing+=(qemu-user-static)
command -v cmake >/dev/null || missing+=(cmake)
command -v ninja >/dev/null || missing+=(ninja-build)
command -v mvn >/dev/null || missing+=(maven)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
[ -e /usr/include/gloo/algorithm.h ] || missing+=(libgloo-dev)
command -v apt-get >/dev/null || die "this machine has no apt-get; run this on Debian"
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if [ ${#missing[@]} -gt 0 ]; then
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# Prints where apt has Debian's packages from, as a source of those of Debian 13.
debian_13() {
  local release keys=/usr/share/keyrings/debian-archive-keyring.gpg
  release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  [ ! -e "$keys" ] || keys="[signed-by=$keys] "
  apt-get indextargets --format "deb $keys\$(REPO_URI) trixie main" 'Created-By: Packages' \
    'Origin: Debian' "Codename: $release" 'Component: main' | head -n 1
}
unpack_arm_programs() {
  local apt=$place/apt package
  rm -rf "$apt" "$root"
  mkdir -p "$apt"/{sources,lists/partial,archives/partial,packages} "$root"
  : >"$apt/status"
  debian_13 >"$apt/sources/debian.list"
  [ -s "$apt/sources/debian.list" ] ||
    die "apt knows no archive of Debian; run apt-get update, or run this on Debian"
  local options=(-qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64
    -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status"
    -o "Dir::Cache=$apt" -o Dir::Etc::sourcelist=/dev/null
    -o "Dir::Etc::sourceparts=$apt/sources" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  (cd "$apt/packages" && apt-get "${options[@]}" download openjdk-25-jre-headless \
    libc6 libgcc-s1 libstdc++6 libgomp1 zlib1g liblcms2-2 libjpeg62-turbo libturbojpeg0)
  for package in "$apt"/packages/*.deb; do dpkg-deb -x "$package" "$root"; done
  ln -sfn usr/lib "$root/lib"
  # Links such as that to /etc/java-25-openjdk/security/java.security would lead out of the folder.
  find "$root" -type l -lname '/*' | while IFS= read -r link; do
    ln -sfn "$root$(readlink "$link")" "$link"
  done
  rm -rf "$apt"
}
# LibTorch reads which processor it runs on, and crashes where these files describe an x86.
describe_processor() {
  local cpu=$root/sys/devices/system/cpu
  mkdir -p "$root/proc" "$cpu/cpu0/regs/identification"
  cat >"$root/proc/cpuinfo" <<'END'
processor       : 0
Features        : fp asimd aes pmull sha1 sha2 crc32 atomics fphp asimdhp asimdrdm lrcpc asimddp
CPU implementer : 0x41
CPU architecture: 8
CPU variant     : 0x4
CPU part        : 0xd0c
CPU revision    : 1

END
  echo 0 | tee "$cpu/possible" >"$cpu/present"
  echo 0x00000000414fd0c1 >"$cpu/cpu0/regs/identification/midr_el1"
}
emulate() { qemu-aarch64-static -cpu neoverse-n1 -L "$root" "$@"; }

begin 'Arm programs'
java=$root/usr/lib/jvm/java-25-openjdk-arm64
[ -e "$place/unpacked" ] || { unpack_arm_programs && describe_processor && : >"$place/unpacked"; }
# A folder that looks like a JDK. The JVM's second compiler would take longer than it saves.
mkdir -p "$jdk/bin"
cp "$java/release" "$jdk/release"
printf '#!/bin/sh\nexec qemu-aarch64-static -cpu neoverse-n1 -L "%s" "%s" %s "$@"\n' \
  "$root" "$java/bin/java" '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' >"$jdk/bin/java"
chmod +x "$jdk/bin/java"
"$jdk/bin/java" -version 2>&1 | sed -n 2p

begin 'jar and shim'
bin/toco --version | head -n 1 # builds the jar, which is the same for every processor
export TOCO_ARCH=aarch64
library=$(bash native/build.sh --tests)
build=${library%/*}

begin 'instructions of the kernels'
count() { # KERNEL PATTERN: instructions that match
  aarch64-linux-gnu-objdump -d --no-show-raw-insn \
    "$build/CMakeFiles/toco_torch.dir/kernels/$1.cpp.o" | grep -cE "$2" || true
}
for kernel in attention/blocks gelu par_rows crf_rows lattice_sweeps \
  image/box_blur image/hue image/layout image/photometric image/resample; do
  vectors=$(count $kernel '\bv[0-9]+\.[0-9]+[bhsd]\b')
  fused=$(count $kernel '\bf(n?m(add|sub)|ml[as])\b')
  printf '%-18s %5d of vectors, %3d fused multiply-adds\n' $kernel "$vectors" "$fused"
  [ "$vectors" -gt 0 ] || die "$kernel has no vector instructions"
  case $kernel in image/*) [ "$fused" = 0 ] || die "$kernel rounds otherwise than Pillow" ;; esac
done

begin 'C tests'
passed=0 failed=()
for source in native/test/*.c; do
  name=$(basename "$source" .c)
  if emulate "$build/$name"; then passed=$((passed + 1)); else failed+=("$name"); fi
done
printf '%d programs passed, %d failed: %s\n' $passed ${#failed[@]} "${failed[*]:-none}"
[ ${#failed[@]} = 0 ]

begin 'JUnit tests of the kernels'
tests=PillowTest,PhotometricTest,GeometricTest,ToneTest,NormalizationTest
tests+=,ParTest,BilateralFilterTest,FusedLayersTest,LinearTest
mvn -B -ntp -Dexec.skip=true "-Dtoco.library=$library" "-Djvm=$jdk/bin/java" "-Dtest=$tests" test |
  grep -E 'Tests run|ERROR|FAIL'

begin 'golden cases'
for cases in golden golden-encoders golden-more golden-cosa; do
  JAVA_HOME=$jdk bin/toco parity "src/test/resources/$cases" --skip-unsupported | tail -n 1
done

# As a program with toco-bridge and its natives on the class path finds them.
begin 'golden cases with the prebuilt shim'
bash ci/natives.sh
LIBTORCH=$(bash native/libtorch.sh)
export LIBTORCH
XDG_CACHE_HOME=$place/cache "$jdk/bin/java" --enable-native-access=ALL-UNNAMED \
  -Dtoco.library.debug=true -cp "target/toco.jar:target/natives/aarch64-libtorch2.15" \
  toco.cli.Main parity src/test/resources/golden --skip-unsupported | tail -n 1

step='done'
printf '\n=== all passed in %d s\n' $((SECONDS - started))
