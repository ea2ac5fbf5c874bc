#!/usr/bin/env bash
# check_exports.sh SO: the extension gives its entry points only (by its own name, and the one that SQLite
# looks for whatever a file is called), takes no SQLite symbol from its host
# (it must go through the host's table), and needs only the system's own libraries (and simdjson,
# where that could not be built into it).
set -euo pipefail
extension=$1
failed=0
fault() {
  echo "$extension $*"
  failed=1
}

given=$(nm -D --defined-only "$extension" | awk '{print $3}' | sort | xargs)
[ "$given" = 'sqlite3_arbors_init sqlite3_extension_init' ] || fault "exports more or less than its entry points: $given"

taken=$(nm -D --undefined-only "$extension" | awk '$2 ~ /^sqlite3_/ {print $2}')
[ -z "$taken" ] || fault "takes from its host: $taken"

allowed='libc|libm|libstdc\+\+|libgcc_s|libpthread|ld-linux-[a-z0-9_-]+'
[ -f "$(dirname "$0")/../../build/simdjson/simdjson.cpp" ] || allowed+='|libsimdjson'
needed=$(objdump -p "$extension" | awk '$1 == "NEEDED" {print $2}' |
  grep -vE "^($allowed)\.so" || true)
[ -z "$needed" ] || fault "needs: $needed"
exit "$failed"
