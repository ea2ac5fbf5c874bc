#!/usr/bin/env bash
# arm64.sh [--packages FOLDER]: builds arbors.so and the unit tests for Linux on arm64 with Debian's cross
# compiler, and runs these, some test programs and the sqlite3 shell under qemu-user. The last line is
# `N passed, N failed[, N skipped]`. Not part of run.sh: it compiles everything once more (at -O1), and
# an emulated test takes ten times as long.
#
#   --packages FOLDER  optimizes as a release is, and packs the wheel and the npm packages into FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/tools/setup.sh
source tests/tools/setup.sh

folder='' options=(-DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1)
if [ "${1:-}" = --packages ]; then
  folder=$(mkdir -p "$2" && realpath "$2") options=(-DCMAKE_BUILD_TYPE=Release)
fi

build='build-arm64'
sysroot=$PWD/$build/sysroot
SYSROOT_PACKAGES=(python3.11 sqlite3 libstdc++6 libsqlite3-dev zlib1g-dev libzstd-dev libxxhash-dev
  libflatbuffers-dev libboost-dev libsimdjson-dev catch2 python3-zstandard)

# skip WHY: where it cannot be done here.
skip() {
  echo "skipped: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}

# apt_arm64 COMMAND...: apt-get for arm64, with lists and a cache of its own, so that the system stays as
# it is.
apt_arm64() {
  local own=$PWD/$build/apt
  mkdir -p "$own/lists/partial" "$own/cache/archives/partial"
  touch "$own/status"
  apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root \
    -o Dir::State="$own" -o Dir::State::lists="$own/lists" -o Dir::State::status="$own/status" \
    -o Dir::Cache="$own/cache" -o Debug::NoLocking=true "$@"
}

# unpack_sysroot: unpacks the packages, and all that they need, into a folder.
unpack_sysroot() {
  [ "$(cat "$sysroot/complete" 2>/dev/null)" = "${SYSROOT_PACKAGES[*]}" ] && return 0
  apt_arm64 update >/dev/null 2>&1 || true # some lists may have no arm64
  apt_arm64 install --download-only --no-install-recommends -y "${SYSROOT_PACKAGES[@]}" >/dev/null || return 1
  mkdir -p "$sysroot"
  local package
  for package in "$build"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$sysroot"; done
  echo "${SYSROOT_PACKAGES[*]}" >"$sysroot/complete"
}

{ command -v dpkg-deb && command -v apt-get; } >/dev/null || skip "this is not a Debian system"
ensure_packages "${BUILD_PACKAGES[@]}" g++-aarch64-linux-gnu qemu-user || skip "the cross compiler or qemu-user cannot be installed"
unpack_sysroot || skip "packages for arm64 are not to be had"
ensure_simdjson

cmake -S . -B $build -G Ninja -DCMAKE_TOOLCHAIN_FILE=tests/arm64.cmake "${options[@]}" >/dev/null
cmake --build $build --target arbors arbors_tests

emulated=(qemu-aarch64 -L "$sysroot")
passed=0 failed=0
# check NAME COMMAND...: counts it as passed where it succeeds, and shows the end of what it says.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    echo "passed $name: $(tail -n 1 <<<"$output")"
  else
    failed=$((failed + 1))
    printf 'failed %s:\n%s\n' "$name" "$(tail -n 30 <<<"$output")"
  fi
}

python=("${emulated[@]}" -E PYTHONHOME="$sysroot/usr" "$sysroot/usr/bin/python3.11")
check exports tests/tools/check_exports.sh $build/arbors.so
check units "${emulated[@]}" $build/arbors_tests
for program in python/test_keys.py python/test_selects.py python/test_transactions.py conformance/test_indexes.py \
  conformance/test_operations.py format/test_format.py; do
  check "$program" "${python[@]}" "tests/$program" --extension $build/arbors.so --quick
done
check shell "${emulated[@]}" "$sysroot/usr/bin/sqlite3" :memory: \
  -cmd ".load $build/arbors" "SELECT arbor_append('t', '[{\"a\":1},{\"a\":2}]'); SELECT sum(a) FROM t"

if [ -n "$folder" ]; then
  check npm ext/node/pack.sh $build/arbors.so "$folder"
  check wheel env _PYTHON_HOST_PLATFORM=linux-aarch64 CMAKE_ARGS="-DCMAKE_TOOLCHAIN_FILE=$PWD/tests/arm64.cmake" \
    python3 -m pip wheel --quiet --no-deps --wheel-dir "$folder" ext/python
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
