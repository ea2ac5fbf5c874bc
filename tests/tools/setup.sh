# Finds or installs what the build and the tests need. Sourced by tests/run.sh and
# examples/quickstart.sh, from the project's root; defines functions only.
# shellcheck shell=bash disable=SC2034

# What building arbors.so takes, what testing it takes besides, and what can be done without.
BUILD_PACKAGES=(g++ cmake ninja-build python3 sqlite3 libsqlite3-dev libsimdjson-dev
  libboost-dev libzstd-dev zlib1g-dev libxxhash-dev libflatbuffers-dev)
TEST_PACKAGES=(catch2 binutils zstd gzip python3-venv)
EXTRA_PACKAGES=(ccache clang-format clang-tidy shellcheck git python3-zstandard)

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
