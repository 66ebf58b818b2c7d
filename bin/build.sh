# shellcheck shell=bash
# The part of bin/toco that builds: the jar, the shim, class caches. bin/toco reads this file when
# names, sizes or times of sources or products differ from those of its last start.

# A hash of the contents of files and folders, whose paths are relative to $home.
hash_of() {
  (cd -- "$home" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum |
    sha256sum | cut -d' ' -f1)
}

# True if a product was built from the sources as they are. The stamp has the hashes of sources and
# product that were written after the build, so neither a copied checkout nor one whose files have
# times in the future is built again. For a jar that Maven built, which has no stamp, the sources
# must not be newer than it.
#   is_current PRODUCT STAMP SOURCE… (all relative to $home)
is_current() {
  local product=$1 stamp=$home/$2 built_from='' built=''
  shift 2
  [ -e "$home/$product" ] || return 1
  [ ! -r "$stamp" ] || read -r built_from built <"$stamp" || true
  if [ -n "$built" ] && [ "$built" = "$(hash_of "$product")" ]; then
    [ "$built_from" = "$(hash_of "$@")" ]
    return
  fi
  [ -z "$(cd -- "$home" && find "$@" -newer "$product" -print -quit 2>/dev/null)" ]
}

# Lets the next start skip the comparison of contents. A checkout may be read-only.
#   remember STAMP FILE… (all relative to $home)
remember() {
  local stamp=$home/$1
  shift
  { fingerprint "$@" >"$stamp.$$" && mv -f "$stamp.$$" "$stamp"; } 2>/dev/null || true
}

library_is_current() {
  is_current "$1/libtoco_torch.so" "$1/built-from" "${native_sources[@]}" || return 1
  remember "$1/.unchanged" "${native_sources[@]}" "${native_product[@]}"
}

build_library() {
  library=$(LIBTORCH=$libtorch bash "$home/native/build.sh")
}

jar_is_current() {
  is_current target/toco.jar target/.jar-built-from "${java_sources[@]}" || return 1
  remember target/.jar-unchanged "${java_sources[@]}" "${jar_product[@]}"
}

# Only one of several starts at a time builds; the others wait and then find it built.
ensure_jar() {
  if jar_is_current; then return; fi
  if ! { mkdir -p "$home/target" && [ -w "$home/target" ]; } 2>/dev/null; then
    [ -e "$home/target/toco.jar" ] ||
      die "the jar must be built, but $home/target cannot be written; make the checkout writable"
    say "note: sources differ from those of target/toco.jar, which cannot be built again in a" \
      "read-only checkout; using it as it is"
    return
  fi
  if command -v flock >/dev/null; then
    exec 8>"$home/target/.jar-lock"
    flock 8 2>/dev/null || true # file systems without locks
    if jar_is_current; then exec 8>&-; return; fi
  fi
  build_jar
  ! { true >&8; } 2>/dev/null || exec 8>&-
}

build_jar() {
  local log=$home/target/jar-build.log built_from project=$home
  command -v mvn >/dev/null ||
    die "the jar must be built, but mvn was not found; install Maven 3.8 or newer" \
      "(Debian: apt-get install maven)"
  [ -x "$jdk/bin/javac" ] ||
    die "the jar must be built, but $jdk has no javac; install a full JDK 25 and set JAVA_HOME"
  say "building target/toco.jar"
  built_from=$(hash_of "${java_sources[@]}")
  # Maven and javac take some characters in paths for separators or variables.
  case $home in
    *[!A-Za-z0-9/._+,@=~-]*)
      project=$(mktemp -d "${TMPDIR:-/tmp}/toco-build.XXXXXX")
      trap 'rm -rf "$project"' EXIT
      mkdir "$project/src"
      cp -R "$home/pom.xml" "$home/LICENSE" "$home/bindings" "$home/native" "$project"
      cp -R "$home/src/main" "$home/src/bridge" "$home/src/toco" "$project/src"
      ;;
  esac
  # Maven runs on the default Java and compiles with JDK 25.
  if [ -z "${JAVA_HOME:-}" ] && ! command -v java >/dev/null; then export JAVA_HOME=$jdk; fi
  if ! JAVA25_HOME=$jdk mvn -B -q -f "$project/pom.xml" -Dmaven.test.skip=true -Dexec.skip=true \
    -Dmaven.source.skip=true -Dmaven.javadoc.skip=true -Dmaven.compiler.failOnWarning=false \
    package >"$log" 2>&1 </dev/null; then
    if grep -qE 'Could not (transfer|find) artifact|could not be resolved|UnknownHost' "$log"; then
      say "error: Maven could not download what the build needs; check the network and" \
        "~/.m2/settings.xml; full log: $log"
    else
      say "error: Maven could not build the jar; full log: $log"
    fi
    { grep -m 6 -E '^\[ERROR\] (/|Failed|[A-Z][a-z]+ .*resol)' "$log" || tail -n 12 "$log"; } |
      while read -r line; do say "${line//"$project"/"$home"}"; done
    exit 1
  fi
  if [ "$project" != "$home" ]; then
    rm -rf "$home/target/lib"
    mv "$project/target/lib" "$home/target/lib"
    mv -f "$project/target/toco.jar" "$home/target/toco.jar"
    rm -rf "$project"
    trap - EXIT
  fi
  printf '%s %s\n' "$built_from" "$(hash_of target/toco.jar)" >"$home/target/.jar-built-from"
  remember target/.jar-unchanged "${java_sources[@]}" "${jar_product[@]}"
}

# Sets $target to a link without a colon to the target folder.
link_target() {
  local folder=${XDG_CACHE_HOME:-$HOME/.cache}/toco/links link
  case $folder in *:*) folder=$HOME/.cache/toco/links ;; esac
  case $folder in
    *:*) die "a colon in $home, and in the cache folder too, cannot be part of a Java class path;" \
      "rename one of them" ;;
  esac
  link=$folder/$(printf %s "$home" | sha256sum | cut -c1-16)
  if [ "$(readlink "$link" 2>/dev/null)" != "$target" ]; then
    mkdir -p "$folder" 2>/dev/null && ln -sfn "$target" "$link.$$" &&
      mv -fT "$link.$$" "$link" ||
      die "a colon in $home cannot be part of a Java class path, and the link $link cannot be" \
        "written; rename the folder, or set XDG_CACHE_HOME to a folder that you can write to"
  fi
  target=$link
}

# Records the classes that a start loads, so that later starts map them (JEP 483): `toco` for the
# commands, `java` for single-file programs, which also load the compiler. Fails without a message:
# a cache only saves time.
#   make_startup_cache toco|java
make_startup_cache() (
  folder=$home/target/startup
  mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] || exit 1
  if command -v flock >/dev/null; then
    exec 8>"$folder/.lock"
    flock -n 8 2>/dev/null || exit 1 # another start is making it; this one does not wait
  fi
  if cache_fits "$1"; then exit 0; fi
  # One that could not be made is not tried at every start.
  [ ! "$folder/.$1-failed" -nt "$jar" ] || exit 1
  say "caching classes for faster starts (a few seconds, once)"
  part=$folder/.$1.$$.aot
  trap 'rm -f "$part" "$part".* "$folder/Sum.java"' EXIT
  java=("$jdk/bin/java" "-XX:AOTCacheOutput=$part" $native_access)
  java+=("${properties[@]}" -cp "$jar")
  unset TOCO_JAVA_OPTS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
  if [ "$1" = java ]; then
    printf '%s\n' 'void main() { IO.println(toco.torch.Tensor.ones(2, 2).sum().item()); }' \
      >"$folder/Sum.java"
    "${java[@]}" "$folder/Sum.java" >/dev/null 2>&1
  else
    "${java[@]}" -XX:+UseSerialGC -Xmx2g toco.cli.StartupClasses >/dev/null 2>&1
  fi && mv -f "$part" "$folder/$1.aot" 2>/dev/null || { : >"$folder/.$1-failed"; exit 1; }
  cache_key "$1" >"$folder/.$1"
)
