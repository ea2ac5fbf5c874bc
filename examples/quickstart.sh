#!/usr/bin/env bash
# Installs what is missing, builds build/arbors.so, makes example data, imports it, and queries it
# with the sqlite3 shell. The queries are in examples/quickstart.sql; run it again as you like.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/tools/setup.sh
source tests/tools/setup.sh

ensure_packages "${BUILD_PACKAGES[@]}" iso-codes
ensure_simdjson
mkdir -p build/quickstart
make_data() {
  [ -s build/quickstart/orders.jsonl ] || {
    python3 examples/make_data.py build/quickstart/orders.part
    mv build/quickstart/orders.part build/quickstart/orders.jsonl
  }
}
make_data & # beside CMake, which takes one core
cmake --preset release >/dev/null
cmake --build --preset release --target arbors
wait $!

rm -f build/quickstart/shop.db build/quickstart/shop.db-journal
sqlite3 build/quickstart/shop.db <examples/quickstart.sql

cat <<'END'

Go on where this ended:
    sqlite3 -cmd '.load build/arbors' build/quickstart/shop.db
or with examples/TUTORIAL.md.
END
du -b build/quickstart/orders.jsonl build/quickstart/shop.db |
  awk '{printf "    %-36s %6.1f MB\n", $2, $1 / 1e6}'
