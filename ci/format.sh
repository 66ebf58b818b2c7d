#!/usr/bin/env bash
# Checks the form of our sources and prints each violation as file:line. Fails if there is one.
#
#   ci/format.sh          checks
#   ci/format.sh --fix    formats in place what a tool can format, then checks
#
# C and C++: clang-format with .clang-format. Java: google-java-format through spotless, which needs
# JDK 25 or newer. Both and scripts: lines of at most 100 characters. Java, C and C++: files of at
# most 300 lines. Generated bindings are not checked.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$home"
case ${1:-} in
  '' | --fix) fix=${1:-} ;;
  *) printf 'format: error: unknown argument %s; expected --fix or nothing\n' "$1" >&2; exit 2 ;;
esac
clang_format_version=22.1.8
max_columns=100
max_lines=300
failed=0

# Tracked and new files whose names match.
sources() {
  git ls-files --cached --others --exclude-standard -- "$@" |
    while read -r file; do [ ! -e "$file" ] || printf '%s\n' "$file"; done
}

# ---- C and C++
tools=$home/target/clang-format-$clang_format_version
if [ ! -x "$tools/bin/clang-format" ]; then
  rm -rf "$tools"
  PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-deps --target "$tools" \
    "clang-format==$clang_format_version"
fi
export PYTHONPATH=$tools
mapfile -t native < <(sources {native,examples}/'*.'{h,c,cpp})
[ -z "$fix" ] || "$tools/bin/clang-format" -i "${native[@]}"
# Prints "native/src/call.cpp:12:3: error: code should be clang-formatted" and the line.
"$tools/bin/clang-format" --dry-run --Werror "${native[@]}" || failed=1

# ---- Java
find_jdk() {
  local candidate version
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    [ -x "$candidate/bin/javac" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release" 2>/dev/null || true)
    if [ "${version:-0}" -ge 25 ]; then
      printf '%s' "$candidate"
      return
    fi
  done
  echo 'format: error: no JDK 25 or newer found; install one and set JAVA_HOME to its folder' >&2
  return 1
}
jdk=$(find_jdk)
goal=check
[ -z "$fix" ] || goal=apply
JAVA_HOME=$jdk mvn -B -ntp -q "spotless:$goal" || failed=1

# ---- lines and files
mapfile -t all < <(sources '*.'{java,c,cpp,h,sh,cmake} '*CMakeLists.txt' bin/toco |
  grep -v '^bindings/.*\.java$')
python3 - "$max_columns" "$max_lines" "${all[@]}" <<'PY' || failed=1
import sys

max_columns, max_lines = int(sys.argv[1]), int(sys.argv[2])
# The C ABI is one file, however long: bindings are generated from it and its hash is checked.
any_length = {"native/include/toco_torch.h"}
failed = False
for name in sys.argv[3:]:
    lines = open(name, encoding="utf-8").read().splitlines()
    for number, line in enumerate(lines, 1):
        if len(line) > max_columns:
            print(f"{name}:{number}: {len(line)} characters, at most {max_columns} are allowed")
            failed = True
    is_source = name.endswith((".java", ".c", ".cpp", ".h"))
    if is_source and len(lines) > max_lines and name not in any_length:
        print(f"{name}:{len(lines)}: {len(lines)} lines, at most {max_lines} are allowed")
        failed = True
sys.exit(failed)
PY

exit $failed
