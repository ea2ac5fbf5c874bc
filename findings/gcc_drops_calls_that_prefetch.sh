#!/usr/bin/env bash
# GCC 12.2.0 (Debian 12) takes a function whose only effect is __builtin_prefetch for one that has none: a call of it that is not inlined is dropped, with the
# loop around it if that does nothing else, at -O1 and above, without a word. GCC 11.3.0 keeps the call. Whoever moves prefetches into a helper loses them
# where the helper is not inlined early; an empty `asm volatile("")` beside the prefetch keeps the call in both. Output, of calls in the loop:
#   gcc 11 -O1: 1, with an empty statement 1
#   gcc 11 -O2: 1, with an empty statement 1
#   gcc 12 -O1: 0, with an empty statement 1
#   gcc 12 -O2: 0, with an empty statement 1
# Needs Debian 12's package lists (apt-get update), and installs nothing: the compilers are unpacked into a folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > ahead.c <<'C'
static __attribute__((noinline)) void fetch(const long *cells, unsigned cell) {
  __builtin_prefetch(cells + cell);
#ifdef KEEP
  __asm__ volatile("");
#endif
}

long total(const long *cells, const unsigned *order, unsigned count) {
  long sum = 0;
  for (unsigned i = 0; i < count; ++i) {
    fetch(cells, order[i + 8]);
    sum += cells[order[i]];
  }
  return sum;
}
C
for version in 11=11.3.0-12 12=12.2.0-14+deb12u1; do
  mkdir "${version%%=*}"
  (
    cd "${version%%=*}"
    apt-get download -qq "cpp-$version" libisl23 libmpc3 libmpfr6 libgmp10 libzstd1 zlib1g > /dev/null
    for package in *.deb; do dpkg-deb --extract "$package" .; done
  )
done
for version in 11 12; do
  compiler=$(find "$version" -name cc1)
  for level in -O1 -O2; do
    for keep in "" -DKEEP; do
      LD_LIBRARY_PATH="$version/usr/lib/x86_64-linux-gnu:$version/lib/x86_64-linux-gnu" "$compiler" -quiet $level ${keep:+"$keep"} ahead.c -o "ahead$keep.s"
    done
    echo "gcc $version $level: $(grep -c 'call.*fetch' ahead.s || true), with an empty statement $(grep -c 'call.*fetch' ahead-DKEEP.s || true)"
  done
done | tee output
diff output - <<'WANT'
gcc 11 -O1: 1, with an empty statement 1
gcc 11 -O2: 1, with an empty statement 1
gcc 12 -O1: 0, with an empty statement 1
gcc 12 -O2: 0, with an empty statement 1
WANT
