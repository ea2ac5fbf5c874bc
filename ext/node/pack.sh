#!/usr/bin/env bash
# pack.sh EXTENSION FOLDER: packs both npm packages, with this build of the extension and the libraries that it carries
# along, into FOLDER. The extension looks for these beside itself.
set -euo pipefail
extension=$(realpath "$1") && folder=$(realpath "$2")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r linux-x64 "$work/platform"
cp "$extension" "$work/platform/arbors.so"
# simdjson has no archive in Debian; everything else that is needed, a system has.
ldd "$extension" | awk '$1 ~ /^libsimdjson/ {print $3}' | while read -r library; do
  cp -L "$library" "$work/platform/$(basename "$library")"
  command -v patchelf >/dev/null || { echo "patchelf is missing: the package needs it to carry libsimdjson" >&2; exit 1; }
  # shellcheck disable=SC2016
  patchelf --set-rpath '$ORIGIN' "$work/platform/arbors.so"
done
npm pack --silent --pack-destination "$folder" "$work/platform"
npm pack --silent --pack-destination "$folder" .
