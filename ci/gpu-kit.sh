#!/usr/bin/env bash
# Makes the kit that ci/gpu.sh runs on a machine with a GPU, Python's torch and nothing else: a Java
# runtime, ToCo, the shim built for that torch, tests and golden cases. Needs no GPU. The data set,
# 18 MB that do not compress, is drawn there: its images depend on nothing but its seed.
#
#   ci/gpu-kit.sh [--out DIR] [--without-golden]
#
# Writes DIR/gpu-kit, the kit as a folder, and DIR/gpu-kit.tar.xz (default: target/gpu-kit), and
# prints the size of each part. --without-golden leaves out the golden cases, half of the kit; where
# ci/gpu.sh runs in a checkout, it takes them from there.
#
# TOCO_KIT_TORCH is the version of torch to build the shim for (default: 2.11.0). Its CUDA set is
# installed into LibTorch's cache, which takes 4 GB.
set -euo pipefail
unset CDPATH

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
limit_mib=60
torch=${TOCO_KIT_TORCH:-2.11.0}
out=$home/target/gpu-kit
golden=1
say() { printf 'gpu-kit: %s\n' "$*" >&2; }
die() { printf 'gpu-kit: error: %s\n' "$*" >&2; exit 1; }
while [ $# -gt 0 ]; do
  case $1 in
    --out) [ $# -ge 2 ] || die "--out needs a folder"; out=$2; shift ;;
    --without-golden) golden= ;;
    *) die "unknown argument $1; expected --out DIR or --without-golden" ;;
  esac
  shift
done
mkdir -p "$out"
out=$(cd "$out" && pwd -P)
kit=$out/gpu-kit
for tool in mvn python3 tar; do
  command -v $tool >/dev/null || die "$tool not found, and the kit is made with it; install it"
done

say "classes and jars (Maven)"
mvn -B -ntp -q -Dexec.skip=true -DskipTests package
jdk=
for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* \
  "$HOME"/.jdks/*; do
  if grep -q '^JAVA_VERSION="25' "$candidate/release" 2>/dev/null && [ -x "$candidate/bin/jlink" ]
  then
    jdk=$candidate
    break
  fi
done
[ -n "$jdk" ] || die "no JDK 25 with jlink found; install one, and set JAVA_HOME to its folder"

say "the shim for torch $torch with CUDA"
# In a copy of the sources: the checkout's own build, for this machine, stays as it is.
mkdir -p "$out/source"
rm -rf "$out/source/native"
cp -a native "$out/source/native"
library=$(env -u LIBTORCH -u TOCO_PYTHON_TORCH TOCO_FLAVOR=cuda TOCO_LIBTORCH_VERSION="$torch" \
  bash "$out/source/native/build.sh")
build=$(dirname -- "$library")
! grep -q 'no Gloo headers' "$build/build.log" ||
  die "the shim cannot train on several processes; install libgloo-dev and run again"

rm -rf "$kit" "$kit.tar.xz"
mkdir -p "$kit/lib" "$kit/native" "$kit/src/test/resources"
cp "$library" "$build/shim.properties" "$kit/native"
cp -r configs LICENSE ci/gpu.sh "$kit"

say "the Java runtime"
# All that ToCo and its tests use; without localisations, compilers and debug information. The
# archive compresses better than jlink.
modules=java.desktop,java.logging,java.net.http,java.xml,jdk.httpserver,jdk.jfr,jdk.management
modules+=,jdk.unsupported,jdk.zipfs
"$jdk/bin/jlink" --output "$kit/runtime" --strip-debug --no-header-files --no-man-pages \
  --compress zip-0 --add-modules $modules

say "jars and tests"
cp target/toco.jar "$kit/lib"
# Without what no section needs: other formats of images, ONNX, MLflow, archives of data sets.
for jar in target/lib/*.jar; do
  case ${jar##*/} in
    onnxruntime-* | mlflow-* | tribuo-* | protobuf-* | slf4j-* | mfl-* | imageio-* | common-* | \
      commons-*) ;;
    *) cp "$jar" "$kit/lib" ;;
  esac
done
jupiter=$(sed -n '/<artifactId>junit-jupiter</{n;s|.*<version>\(.*\)</version>.*|\1|p;q}' pom.xml)
mvn -B -ntp -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy \
  -Dartifact="org.junit.platform:junit-platform-console-standalone:1.${jupiter#5.}" \
  -DoutputDirectory="$kit/lib"
mkdir "$kit/tests"
(cd target/test-classes && find toco -name '*.class' -print0 | tar -c --null -T -) |
  tar -x -C "$kit/tests"

# Writes the arguments of Java that run the test classes whose source matches a pattern.
#   test_arguments FILE PATTERN OPTION…
test_arguments() {
  local file=$1 pattern=$2 source class
  shift 2
  {
    printf '%s\n' -cp '"tests:src/test/resources:lib/*"' \
      org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors \
      --details=testfeed '--include-classname=.*' "$@"
    grep -rlE "$pattern" src/test/java | sort | while IFS= read -r source; do
      class=${source#src/test/java/}
      class=${class%.java}
      case $class in
        toco/cli/*) ;; # commands in processes of their own; the sections of the check run them
        *Test) printf -- '--select-class=%s\n' "${class//\//.}" ;;
      esac
    done
  } >"$kit/$file"
  grep -q select-class "$kit/$file" || die "no test class matches $pattern"
}
# Tests of any accelerator, and those of CUDA alone.
test_arguments accelerator-tests.args '@OnAccelerator' --include-tag=accelerator
test_arguments cuda-tests.args 'Device\.CUDA|Device\.cuda\(|Kind\.CUDA' \
  --exclude-tag=accelerator '--exclude-methodname=.*MemoryFlat'

say "golden cases"
for folder in src/test/resources/*; do
  case ${folder##*/}-$golden in
    golden-1 | golden-more-1 | golden-cosa-1 | golden-encoders-1 | data-1)
      cp -r "$folder" "$kit/$folder"
      ;;
  esac
done
cat >"$kit/kit.properties" <<EOF
torch=$torch
toco=$(sed -n '/<artifactId>toco</{n;s|.*<version>\(.*\)</version>.*|\1|p;q}' pom.xml)
commit=$(git rev-parse HEAD 2>/dev/null || echo unknown)
EOF

say "packing"
tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner -c gpu-kit | xz -6 -T0 >"$kit.tar.xz"
bytes=$(wc -c <"$kit.tar.xz")
printf '%-44s %8s %8s\n' part 'MB' 'packed'
part() { # NAME PATH…
  local name=$1
  shift
  [ $# -gt 0 ] && [ -e "$kit/$1" ] || return 0
  printf '%-44s %8.1f %8.1f\n' "$name" \
    "$( (cd "$kit" && du -sc --apparent-size -B1000 "$@") | awk 'END { print $1 / 1000 }')" \
    "$(tar -C "$kit" -c "$@" | xz -6 -T0 | wc -c | awk '{ print $1 / 1e6 }')"
}
cd "$kit"
part "runtime: Java" runtime
part "lib: ToCo, libraries, JUnit" lib
part "native: the shim" native
part "tests: test classes" tests
part "src/test/resources: golden cases, photographs" src
part "configs, arguments, licence" configs ./*.args LICENSE gpu.sh kit.properties
printf '%-44s %8.1f %8.1f\n' 'kit' \
  "$(du -s --apparent-size -B1000 "$kit" | awk '{ print $1 / 1000 }')" \
  "$(awk "BEGIN { print $bytes / 1e6 }")"
printf '%s: %s of at most %s MiB\n' "$kit.tar.xz" \
  "$(awk "BEGIN { printf \"%.1f\", $bytes / 1048576 }")" $limit_mib
[ "$bytes" -le $((limit_mib * 1048576)) ] ||
  die "the kit has $bytes bytes; expected at most $limit_mib MiB; leave something out"
