#!/usr/bin/env bash
# run.sh [--quick] [--seed N|random]: installs what is missing, builds, and runs every test, each as
# soon as what it needs is built. The last line sums them up: `N passed, N failed[, N skipped]`; the
# exit code is non-zero on any failure.
#
#   (nothing)  Release and sanitizer builds, everything
#   --quick    Release only, short rounds, no clang-tidy
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
      sed -n '2,9s/^# \{0,1\}//p' "$0"
      exit 2
      ;;
  esac
  shift
done
[ "$seed" = random ] || export ARBORS_SEED=$seed

needed=("${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
if ! ensure_packages "${needed[@]}" "${EXTRA_PACKAGES[@]}" && [ -n "$(missing_packages "${needed[@]}")" ]; then
  echo "0 passed, 1 failed"
  exit 1
fi
ensure_simdjson
exec python3 tests/tools/run.py "${quick[@]}" --python "$(find_python)"
