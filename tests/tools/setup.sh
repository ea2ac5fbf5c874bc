# Finds or installs what the build and the tests need. Sourced by tests/run.sh and
# examples/quickstart.sh, from the project's root; defines functions only.
# shellcheck shell=bash disable=SC2034

# What building arbors.so takes, what testing it takes besides, and what can be done without.
BUILD_PACKAGES=(g++ cmake ninja-build python3 sqlite3 libsqlite3-dev libsimdjson-dev
  libboost-dev libzstd-dev zlib1g-dev libxxhash-dev libflatbuffers-dev)
TEST_PACKAGES=(catch2 binutils zstd gzip python3-venv)
EXTRA_PACKAGES=(ccache clang-format clang-tidy shellcheck git python3-zstandard)

# simdjson as its two files. Debian has a shared library only; the npm registry has the files as they
# were released, with their licence, and nothing that is run.
SIMDJSON_PACKAGE=@nozbe/simdjson@3.9.4
SIMDJSON_SHA512=ff7a023fc181a5dc9e8813049ee23a4b4ca5d327a40fa4317de77aee166a535188567de8fef66013ca80366ebd4c77f0ec98072d2f738f1e7a17f74edeafa4a0

# missing_packages PACKAGE...: prints those that are not installed, one a line.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      echo "$package"
  done
}

# as_root COMMAND...: runs it directly as root, else through sudo; fails where neither is possible.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo "$@"
  else
    return 1
  fi
}

# ensure_packages PACKAGE...: installs those that are missing. Touches nothing when none is.
ensure_packages() {
  local missing
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "this is not a Debian system: provide the likes of $* yourself" >&2
    return 0
  fi
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -eq 0 ] && return 0
  echo "installing: ${missing[*]}"
  if ! { as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      "${missing[@]}" >/dev/null; }; then
    echo "could not install them; as root, run: apt-get install ${missing[*]}" >&2
    return 1
  fi
}

# ensure_simdjson: fetches simdjson's source into build/simdjson, from which CMake builds it into
# arbors.so. Where that cannot be had, arbors.so needs the distribution's library.
ensure_simdjson() {
  [ -f build/simdjson/simdjson.cpp ] && return 0
  local work
  work=$(mktemp -d)
  if npm pack --silent --ignore-scripts --fetch-retries=1 --pack-destination "$work" \
    "$SIMDJSON_PACKAGE" >/dev/null 2>&1 &&
    echo "$SIMDJSON_SHA512  $(echo "$work"/*.tgz)" | sha512sum --check --quiet &&
    tar -xzf "$work"/*.tgz -C "$work" && mkdir -p build; then
    rm -rf build/simdjson
    cp "$work/package/LICENSE" "$work/package/src"
    mv "$work/package/src" build/simdjson
  else
    echo "$SIMDJSON_PACKAGE is not to be had by npm: arbors.so will need libsimdjson.so" >&2
  fi
  rm -rf "$work"
}

# find_python: prints a Python whose sqlite3 module can load extensions (many are built without).
find_python() {
  local candidate
  for candidate in /usr/bin/python3 $(type -ap python3); do
    if "$candidate" -c 'import sqlite3, sys
sys.exit(not hasattr(sqlite3.Connection, "enable_load_extension"))' 2>/dev/null; then
      echo "$candidate"
      return 0
    fi
  done
  echo "no Python with loadable SQLite extensions; Debian's python3 package has them" >&2
  return 1
}

# build_preset PRESET [TARGET...]: configures and builds.
build_preset() {
  local preset=$1
  shift
  cmake --preset "$preset" >/dev/null && cmake --build --preset "$preset" ${1:+--target "$@"}
}
