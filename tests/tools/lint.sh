#!/usr/bin/env bash
# lint.sh [--quick]: formatting, include directions, places, shell scripts, exports of arbors.so and,
# without --quick, clang-tidy. The last line is `N passed, N failed[, N skipped]`.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
quick=${1:-}
passed=0 failed=0 skipped=0

check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    echo "FAIL $name"
    failed=$((failed + 1))
  fi
}
skip() {
  echo "skipped $1: $2"
  skipped=$((skipped + 1))
}

# Formatting differs between clang-format's versions; Debian 12's is the one that counts.
check_format() {
  local version
  version=$(clang-format --version 2>/dev/null | grep -oE 'version [0-9]+' | grep -oE '[0-9]+')
  if [ "$version" != 14 ]; then
    skip clang-format "version 14 counts, here is ${version:-none}"
    return
  fi
  check clang-format bash -c \
    'find engine sql ext tests examples -name "*.h" -o -name "*.cpp" | xargs -r clang-format --dry-run -Werror'
}

check_shell() {
  if ! command -v shellcheck >/dev/null; then
    skip shellcheck "not installed"
    return
  fi
  check shellcheck bash -c \
    'find .ci examples tests -name "*.sh" -o -path ".ci/run" | xargs -r shellcheck -x'
}

check_format
check_shell
check "include directions" python3 tests/tools/check_includes.py
check places python3 tests/tools/check_places.py
if [ -e build/arbors.so ]; then
  check exports tests/tools/check_exports.sh build/arbors.so
else
  skip exports "build/arbors.so is not built"
fi
if [ "$quick" != --quick ]; then
  tidy=$(python3 tests/tools/tidy.py --seconds "${ARBORS_TIDY_SECONDS:-480}")
  echo "$tidy"
  read -r more_passed more_failed more_skipped < <(tail -n 1 <<<"$tidy" | tr -dc '0-9 \n' | xargs)
  passed=$((passed + ${more_passed:-0}))
  failed=$((failed + ${more_failed:-1}))
  skipped=$((skipped + ${more_skipped:-0}))
fi

echo "$passed passed, $failed failed$([ "$skipped" -gt 0 ] && echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
