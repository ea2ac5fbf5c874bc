#!/usr/bin/env bash
# Ctrl-C while CPython's sqlite3 is at work is a KeyboardInterrupt when the statement ends. On a connection that has a progress handler, whatever that does, it is an OperationalError,
# `interrupted`, and no KeyboardInterrupt follows: Python raises that as the handler is entered, and sqlite3 takes any exception of a handler for "stop". So a program that tries
# statements again after errors cannot be stopped. Seen in 3.9.18, 3.10.13, 3.11.7, 3.12.1 and 3.13.0. A generator's __next__ as handler, which catches it, gets around that. Output:
#   no handler: KeyboardInterrupt
#   a handler: OperationalError interrupted
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 - <<'PY' | tee "$folder/output"
import os
import signal
import sqlite3
import threading

QUERY = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n LIMIT 5000000) SELECT max(x) FROM n"
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it


def outcome(handler):
    connection = sqlite3.connect(":memory:")
    connection.set_progress_handler(handler, 1000)
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        connection.execute(QUERY).fetchall()
        return "ended"
    except sqlite3.OperationalError as error:
        return f"OperationalError {error}"
    finally:
        timer.join()


for name, handler in (("no handler", None), ("a handler", lambda: 0)):
    try:
        said = outcome(handler)
    except KeyboardInterrupt:
        said = "KeyboardInterrupt"
    print(f"{name}: {said}")
PY
diff "$folder/output" - <<'WANT'
no handler: KeyboardInterrupt
a handler: OperationalError interrupted
WANT
