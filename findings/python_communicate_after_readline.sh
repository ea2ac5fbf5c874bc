#!/usr/bin/env bash
# CPython's Popen.communicate(), after a line of stdout was read, gives the rest of what the process wrote, or loses what the first read took in ahead, without a word: it reads
# the file object where stdout alone is a pipe and no timeout is set, and the descriptor behind the buffer else. Seen in 3.9.18, 3.11.7 and 3.13.0; bufsize=0 keeps all. Output:
#   stdout: b'two\n'
#   stdout, timeout=60: b''
#   stdout and stderr: b''
#   stdout and stderr, bufsize=0: b'two\n'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 - <<'PY' | tee "$folder/output"
import subprocess
from subprocess import PIPE


def rest(timeout=None, **options):
    process = subprocess.Popen(["printf", r"one\ntwo\n"], stdout=PIPE, **options)
    process.wait()
    assert process.stdout.readline() == b"one\n"
    return process.communicate(timeout=timeout)[0]


print("stdout:", rest())
print("stdout, timeout=60:", rest(60))
print("stdout and stderr:", rest(stderr=PIPE))
print("stdout and stderr, bufsize=0:", rest(stderr=PIPE, bufsize=0))
PY
diff "$folder/output" - <<'WANT'
stdout: b'two\n'
stdout, timeout=60: b''
stdout and stderr: b''
stdout and stderr, bufsize=0: b'two\n'
WANT
