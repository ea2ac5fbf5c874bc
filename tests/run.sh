#!/usr/bin/env bash
# run.sh [--quick] [--seed N|random]: installs what is missing, builds, and runs every test. The last
# line sums them up: `N passed, N failed[, N skipped]`; the exit code is non-zero on any failure.
#
#   (nothing)  Release and sanitizer builds, everything, under 30 minutes on two cores
#   --quick    Release only, short rounds, no clang-tidy, under 5 minutes
#   --seed     what the random tests start from: the same in every run, so that a failure speaks of
#              the change that it was run on; `random` looks for what no run has found yet
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/tools/setup.sh
source tests/tools/setup.sh

quick=() seed=1
while [ $# -gt 0 ]; do
  case "$1 ${2:-}" in
    "--quick "*) quick=(--quick) ;;
    "--seed random") seed=random && shift ;;
    "--seed "[0-9]*) seed=$2 && shift ;;
    *)
      sed -n '2,8s/^# \{0,1\}//p' "$0"
      exit 2
      ;;
  esac
  shift
done
[ "$seed" = random ] || export ARBORS_SEED=$seed

FOLDERS=(tests/sql tests/python tests/differential tests/conformance tests/crash tests/fuzz)
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# part NAME COMMAND...: runs a part and adds its closing line to the sum. A part without one counts as
# one test; one that fails without saying so counts as one failure.
part() {
  local name=$1 status=0 counts began=$SECONDS
  shift
  echo "== $name"
  "$@" </dev/null 2>&1 | tee "$log" || status=$?
  counts=$(tail -n 1 "$log" |
    sed -nE 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 \4/p')
  local part_passed=0 part_failed=0 part_skipped=0
  if [ -n "$counts" ]; then
    read -r part_passed part_failed part_skipped <<<"$counts"
  elif [ "$status" -eq 0 ]; then
    part_passed=1
  fi
  [ "$status" -ne 0 ] && [ "$part_failed" -eq 0 ] && part_failed=1
  passed=$((passed + part_passed))
  failed=$((failed + part_failed))
  skipped=$((skipped + ${part_skipped:-0}))
  echo "== $name: $((SECONDS - began)) s"
  return "$status"
}

finish() {
  echo "$passed passed, $failed failed$([ "$skipped" -gt 0 ] && echo ", $skipped skipped")"
  [ "$failed" -eq 0 ]
  exit
}

needed=("${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
if ! ensure_packages "${needed[@]}" "${EXTRA_PACKAGES[@]}" && [ -n "$(missing_packages "${needed[@]}")" ]; then
  failed=1
  finish
fi
python=$(find_python)

part "build" build_preset release || finish
part "unit tests" tests/tools/unit.sh build/arbors_tests || true
[ ${#quick[@]} -gt 0 ] || part "clients and readers from PyPI" tests/tools/venv.sh apsw pyarrow polars duckdb nanoarrow pandas mypy jsonschema sqlalchemy django || true
client=$python
[ ! -x build/venv/bin/python ] || client=build/venv/bin/python
part "test programs" "$client" tests/tools/programs.py --extension build/arbors.so \
  --seconds $((${#quick[@]} ? 150 : 600)) "${quick[@]}" "${FOLDERS[@]}" || true
if [ ${#quick[@]} -eq 0 ] && part "sanitizer build" build_preset debug; then
  part "unit tests, sanitized" tests/tools/unit.sh build-debug/arbors_tests || true
  part "test programs, sanitized" "$python" tests/tools/programs.py --sanitized --quick \
    --extension build-debug/arbors.so --seconds 400 "${FOLDERS[@]}" || true
fi
part "lint" tests/tools/lint.sh "${quick[@]}" || true
finish
