"""Runs a function in a forked child, so that a crash or a hang is an answer like any other."""
import json
import os
import select
import signal


def call(function, seconds=60):
    """Returns the function's result (through JSON), or a text `crash: …` or `hang`."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            text = json.dumps(function())
        except BaseException as error:
            text = json.dumps(f"exception: {type(error).__name__}: {error}")
        with os.fdopen(writer, "w") as file:
            file.write(text)
        os._exit(0)
    os.close(writer)
    text = read_all(reader, child, seconds)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "hang" if os.WTERMSIG(status) == signal.SIGKILL else f"crash: signal {os.WTERMSIG(status)}"
    return json.loads(text) if text else f"crash: exit status {os.WEXITSTATUS(status)}"


def read_all(reader, child, seconds):
    pieces = []
    with os.fdopen(reader, "rb") as file:
        while True:
            if not select.select([file], [], [], seconds)[0]:
                os.kill(child, signal.SIGKILL)
                return b""
            piece = os.read(file.fileno(), 1 << 20)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
