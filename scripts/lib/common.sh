# What every script shares: the JDK, the build, and java with the engine on its path. Sourced, not run:
#
#   #!/usr/bin/env bash
#   set -euo pipefail
#   . "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"
#   basalt_build examples
#   basalt_example org.basaltdb.examples.SomeMain "$@"

BASALT_ROOT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
BASALT_RELEASE=25

# ---- words ----

basalt_say() { printf '%s\n' "$*"; }

basalt_die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# ---- the JDK ----

# Homes of JDKs (they have a javac) in conventional places, one a line; the first ones are those the user points at.
basalt_jdk_homes() {
  local home variable java
  {
    [ -z "${JAVA_HOME:-}" ] || printf '%s\n' "$JAVA_HOME"
    for variable in $(compgen -e | grep -E '^(JAVA|JDK)_?[0-9]+_HOME$|^JAVA_HOME_[0-9]+' || true); do
      printf '%s\n' "${!variable}"
    done
    if java=$(command -v java); then dirname "$(dirname "$(readlink -f "$java")")"; fi
    for home in /usr/lib/jvm/* /usr/java/* /usr/local/*jdk* /opt/*jdk* /opt/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home \
      "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/*; do
      printf '%s\n' "$home"
    done
  } | while IFS= read -r home; do
    if [ -x "$home/bin/javac" ] && [ -x "$home/bin/java" ]; then readlink -f "$home"; fi
  done | awk '!seen[$0]++'
}

# The version of the JDK at the home $1, such as 25.0.3.
basalt_jdk_version() {
  local version=""
  [ ! -r "$1/release" ] || version=$(sed -n 's/^JAVA_VERSION="\(.*\)".*/\1/p' "$1/release")
  [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
  printf '%s\n' "${version:-unknown}"
}

# The home of the JDK to use: of those not older than $1 the oldest, and of equal ones the first found.
# Without one: what was found and what to install, and status 1.
basalt_find_jdk() {
  local wanted=$1 home version major best="" best_major=0 found=""
  while IFS= read -r home; do
    version=$(basalt_jdk_version "$home")
    found+="  $version  $home"$'\n'
    major=${version%%[.+-]*}
    [[ $major =~ ^[0-9]+$ ]] || continue
    if ((major >= wanted)) && { [ -z "$best" ] || ((major < best_major)); }; then
      best=$home best_major=$major
    fi
  done < <(basalt_jdk_homes)
  if [ -z "$best" ]; then
    {
      printf 'Basalt needs a JDK %s or later, and none was found.\n' "$wanted"
      if [ -n "$found" ]; then printf 'Found:\n%s' "$found"; else printf 'Found: no JDK at all.\n'; fi
      printf 'Looked at JAVA_HOME, JAVA%s_HOME, java on the PATH, /usr/lib/jvm, /usr/java, /opt, ~/.sdkman and ~/.jdks.\n' "$wanted"
      printf 'Install one (for instance the package temurin-%s-jdk or openjdk-%s-jdk),\n' "$wanted" "$wanted"
      printf 'or set JAVA_HOME to the directory of one that is installed elsewhere.\n'
    } >&2
    return 1
  fi
  printf '%s\n' "$best"
}

# Sets BASALT_JDK to the home of the JDK and BASALT_JAVA to its java, and lets Maven find the same one.
basalt_jdk() {
  [ -z "${BASALT_JAVA:-}" ] || return 0
  BASALT_JDK=$(basalt_find_jdk "$BASALT_RELEASE") || exit 1
  BASALT_JAVA=$BASALT_JDK/bin/java
  export JAVA25_HOME=$BASALT_JDK
  # Maven itself runs on any Java; without one on the PATH it is given this one.
  if [ -z "${JAVA_HOME:-}" ] && ! command -v java >/dev/null; then export JAVA_HOME=$BASALT_JDK; fi
}

# ---- the build ----

# Maven on the whole repository, from whatever directory.
basalt_mvn() {
  basalt_jdk
  command -v mvn >/dev/null || basalt_die "needs Maven 3.8 or later (the package maven), and there is no mvn on the PATH"
  mvn --batch-mode -Dstyle.color=never --file "$BASALT_ROOT/pom.xml" "$@"
}

# The modules that the module $1 is made of, itself last.
basalt_modules_of() {
  case $1 in
    offheap) echo offheap ;;
    wal) echo offheap wal ;;
    core) echo offheap wal core ;;
    examples | bench | stress) echo offheap wal core "$1" ;;
    *) basalt_die "no module '$1'; there are offheap, wal, core, examples, bench and stress" ;;
  esac
}

# The jar of the module $1 that is run or linked with.
basalt_jar() {
  case $1 in
    bench) echo "$BASALT_ROOT/bench/target/benchmarks.jar" ;;
    stress) echo "$BASALT_ROOT/stress/target/jcstress.jar" ;;
    *) echo "$BASALT_ROOT/$1/target/basalt-$1-$(basalt_version).jar" ;;
  esac
}

# The version that the root pom declares.
basalt_version() {
  sed -n '0,/<version>/s/.*<version>\(.*\)<\/version>.*/\1/p' "$BASALT_ROOT/pom.xml"
}

# Whether the jar of the module $1 was built after every source it is made of last changed.
basalt_up_to_date() {
  local module stamp=$BASALT_ROOT/$1/target/built paths=("$BASALT_ROOT/pom.xml") modules
  [ -f "$stamp" ] && [ -f "$(basalt_jar "$1")" ] || return 1
  modules=$(basalt_modules_of "$1") || exit 1
  for module in $modules; do
    paths+=("$BASALT_ROOT/$module/pom.xml" "$BASALT_ROOT/$module/src/main")
  done
  # Directories count too: one changes when a file in it is deleted.
  [ -z "$(find "${paths[@]}" -newer "$stamp" -print -quit)" ]
}

# Builds the jars of the named modules, without tests, unless they are up to date.
basalt_build() {
  local module built stale="" begin
  basalt_jdk
  for module in "$@"; do
    basalt_modules_of "$module" >/dev/null
    basalt_up_to_date "$module" || stale+=${stale:+,}$module
  done
  [ -n "$stale" ] || return 0
  basalt_say "Building ${stale//,/, } (Maven; a first build also downloads libraries)"
  # A warning fails the compilation, so it is shown as an error is.
  # The moment before the build: a source that changes while it runs is newer than the jar.
  begin=$(mktemp)
  if ! basalt_mvn package -Dmaven.test.skip=true -pl "$stale" -am |
    awk '/^\[INFO\] Building Basalt [a-z]/ { print "  " $4; fflush() } /^\[ERROR\]|^\[WARNING\] .*\.java:/ { print; fflush() }'; then
    rm -f "$begin"
    basalt_die "the build failed: the lines above say why"
  fi
  for module in ${stale//,/ }; do
    for built in $(basalt_modules_of "$module"); do
      touch -r "$begin" "$BASALT_ROOT/$built/target/built"
    done
  done
  rm -f "$begin"
}

# ---- java ----

# The module path that has the engine and all it needs. Needs: basalt_build core.
basalt_modulepath() {
  echo "$BASALT_ROOT/core/target/modules:$(basalt_jar core)"
}

# java with the engine as modules, as an application runs it; the rest of the command line follows.
basalt_java() {
  basalt_jdk
  "$BASALT_JAVA" --enable-native-access=org.basaltdb.offheap \
    --module-path "$(basalt_modulepath)" --add-modules org.basaltdb.core "$@"
}

# The class path of the programs in examples. Needs: basalt_build examples.
basalt_examples_classpath() {
  echo "$(basalt_jar examples):$BASALT_ROOT/examples/target/lib/*"
}

# A program of examples: its main class, then its arguments. Options for the JVM stand in BASALT_JAVA_OPTIONS (an array).
basalt_example() {
  basalt_java ${BASALT_JAVA_OPTIONS[@]+"${BASALT_JAVA_OPTIONS[@]}"} -cp "$(basalt_examples_classpath)" "$@"
}
