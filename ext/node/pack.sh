#!/usr/bin/env bash
# pack.sh EXTENSION FOLDER: packs both npm packages, the one for all platforms and that of the extension's, into FOLDER.
# Where the extension needs the distribution's simdjson, that is packed too and looked for beside it.
set -euo pipefail
extension=$(realpath "$1") && folder=$(realpath "$2")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $(readelf -h "$extension") in
  *AArch64*) platform=linux-arm64 ;;
  *) platform=linux-x64 ;;
esac
cp -r $platform "$work/platform"
cp "$extension" "$work/platform/arbors.so"
if readelf -d "$extension" | grep -q libsimdjson; then
  library=$(ldd "$extension" | awk '$1 ~ /^libsimdjson/ {print $3}')
  cp -L "$library" "$work/platform/$(basename "$library")"
  command -v patchelf >/dev/null || { echo "patchelf is missing: the package needs it to carry libsimdjson" >&2; exit 1; }
  # shellcheck disable=SC2016
  patchelf --set-rpath '$ORIGIN' "$work/platform/arbors.so"
fi
npm pack --silent --pack-destination "$folder" "$work/platform"
npm pack --silent --pack-destination "$folder" .
