#!/usr/bin/env bash
# The sqlite3 shell of Debian 12 (3.40.1-2+deb12u2) has `.recover`, which writes SQL for what can be read of a damaged file, and its `.help` lists it. It recovers nothing, of sound
# files neither: Debian's library is built without the table sqlite_dbpage, by which the shell reads pages. After a few pragmas it says "sql error: SQL logic error (1)", and nothing of what lacks.
# Who has a damaged file there takes another build of the shell, or what `.dump` still reads. Output:
#   .help recover: .recover                 Recover as much data as possible from corrupt db.
#   .dump gives 1 row
#   .recover gives 0 rows: sql error: SQL logic error (1)
#   sqlite_dbpage: Error: in prepare, no such table: sqlite_dbpage
# Needs Debian 12's package lists (apt-get update), and installs nothing: the packages are unpacked into a folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq sqlite3=3.40.1-2+deb12u2 libsqlite3-0=3.40.1-2+deb12u2 libreadline8 libtinfo6 zlib1g > /dev/null
for package in *.deb; do dpkg-deb --extract "$package" .; done
shell() { LD_LIBRARY_PATH="usr/lib/x86_64-linux-gnu:lib/x86_64-linux-gnu" usr/bin/sqlite3 "$@" 2>&1 || true; }
shell sound.db "CREATE TABLE t(x); INSERT INTO t VALUES (1)"
{
  echo ".help recover: $(shell :memory: '.help recover' | head -1)"
  echo ".dump gives $(shell sound.db .dump | grep -c '^INSERT INTO t') row"
  echo ".recover gives $(shell sound.db .recover | grep -c '^INSERT' || true) rows: $(shell sound.db .recover | grep error)"
  echo "sqlite_dbpage: $(shell sound.db 'SELECT count(*) FROM sqlite_dbpage')"
} | tee output
diff output - <<'WANT'
.help recover: .recover                 Recover as much data as possible from corrupt db.
.dump gives 1 row
.recover gives 0 rows: sql error: SQL logic error (1)
sqlite_dbpage: Error: in prepare, no such table: sqlite_dbpage
WANT
