#!/usr/bin/env bash
# venv.sh [PACKAGE...]: makes build/venv with the peers and clients that benchmarks and extra tests
# use, from PyPI. Says `skipped: …` and succeeds where they are not to be had; callers look for
# build/venv/bin/python and try the import.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/tools/setup.sh
source tests/tools/setup.sh
packages=("$@")
[ $# -gt 0 ] || packages=(duckdb chdb apsw pyarrow polars)

skip() {
  echo "skipped: $1"
  exit 0
}
python=$(find_python) || skip "no Python for a virtual environment"
if ! build/venv/bin/python -m pip --version >/dev/null 2>&1; then
  mkdir -p build
  "$python" -m venv build/venv >/dev/null 2>&1 || skip "$python makes no virtual environment (python3-venv is missing?)"
fi
for package in "${packages[@]}"; do
  build/venv/bin/python -c "import $package" 2>/dev/null && continue
  build/venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 30 \
    "$package" </dev/null >/dev/null 2>&1 || echo "skipped: $package cannot be installed from PyPI"
done
