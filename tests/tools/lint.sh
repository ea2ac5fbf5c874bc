#!/usr/bin/env bash
# lint.sh [PART...]: all parts, or these:
#   style     formatting, shell scripts, include directions, places
#   exports   what build/arbors.so exports, takes and needs
#   tidy      clang-tidy
#   alone     every source compiles by itself, not only beside the others of its floor
# The last line is `N passed, N failed[, N skipped]`.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
[ $# -gt 0 ] || set -- style exports tidy alone
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

check_exports() {
  if [ -e build/arbors.so ]; then
    check exports tests/tools/check_exports.sh build/arbors.so
  else
    skip exports "build/arbors.so is not built"
  fi
}

# by_source PROGRAM ARGUMENT...: adds the closing line of a checker of sources to the sum.
by_source() {
  local output more_passed more_failed more_skipped
  output=$(python3 "$@")
  echo "$output"
  read -r more_passed more_failed more_skipped < <(tail -n 1 <<<"$output" | tr -dc '0-9 \n' | xargs)
  passed=$((passed + ${more_passed:-0}))
  failed=$((failed + ${more_failed:-1}))
  skipped=$((skipped + ${more_skipped:-0}))
}

for part in "$@"; do
  case $part in
    style)
      check_format
      check_shell
      check "include directions" python3 tests/tools/check_includes.py
      check places python3 tests/tools/check_places.py
      ;;
    exports) check_exports ;;
    tidy) by_source tests/tools/tidy.py --jobs "${ARBORS_LINT_JOBS:-1}" --seconds "${ARBORS_TIDY_SECONDS:-480}" ;;
    alone) by_source tests/tools/alone.py --jobs "${ARBORS_LINT_JOBS:-1}" ;;
    *)
      echo "there is no part $part"
      exit 2
      ;;
  esac
done

echo "$passed passed, $failed failed$([ "$skipped" -gt 0 ] && echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
