#!/usr/bin/env bash
# Runs examples/maven-only as on a machine without compiler, CMake, Ninja, make and Python: with an
# empty PATH, and with an empty home folder, so that nothing was unpacked, compiled or installed
# before. Prints how long the first run takes, which unpacks LibTorch, and the second. Then ToCo
# itself runs in the same way: parity with the LibTorch of the class path, the oldest supported one.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
example=examples/maven-only

mvn -B -ntp -q -Pnatives install -DskipTests
mvn -B -ntp -q -f $example compile \
  org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath \
  -Dmdep.outputFile="$scratch/class-path"
class_path=$home/$example/target/classes:$(cat "$scratch/class-path")
printf 'dependencies:\n'
tr ':' '\n' <"$scratch/class-path" | sed 's|.*/|  |'

jdk=$(bin/toco java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
mkdir "$scratch/home" "$scratch/no-programs"
java() {
  env -i PATH="$scratch/no-programs" HOME="$scratch/home" \
    OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive \
    "$jdk/bin/java" --enable-native-access=ALL-UNNAMED "$@"
}
run() { java -cp "$class_path" Sine >"$scratch/output" 2>&1; }
# Sets $seconds, and $cpu to those of processors, which hardly depend on what else the machine does.
TIMEFORMAT='%R %U %S'
timed() {
  local user sys
  { time run; } 2>"$scratch/times" || { cat "$scratch/output"; exit 1; }
  sed 's/^/  /' "$scratch/output"
  read -r seconds user sys < <(tail -n 1 "$scratch/times")
  cpu=$(awk -v u="$user" -v s="$sys" 'BEGIN { print u + s }')
}
# report NAME GOAL LIMIT, in seconds
report() {
  printf '  %s s (goal: %s), %s s of processors\n' "$seconds" "$2" "$cpu"
  awk -v cpu="$cpu" -v limit="$3" 'BEGIN { exit !(cpu < limit) }' ||
    { echo "the $1 run took $cpu s of processors, expected less than $3"; exit 1; }
}

printf 'first run:\n'
timed
report first 15 12
grep -q 'on the class path' "$scratch/output" ||
  { echo 'LibTorch is not from the class path'; exit 1; }
printf 'second run:\n'
timed
report second 2 4
! grep -q unpacking "$scratch/output" || { echo 'LibTorch was unpacked again'; exit 1; }
du -sm "$scratch/home/.cache/toco" | sed 's|\t.*| MB in ~/.cache/toco|'

for cases in golden golden-encoders golden-more golden-cosa; do
  printf 'parity of %s:\n  ' "$cases"
  java -cp "target/toco.jar:$class_path" toco.cli.Main parity "src/test/resources/$cases" \
    --skip-unsupported >"$scratch/output" 2>&1 || { cat "$scratch/output"; exit 1; }
  tail -n 1 "$scratch/output"
done
