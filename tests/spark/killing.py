"""Imported by executors: kills the executor that works on a row, once."""
import os
import pathlib
import signal


def java_above():
    """The Java process that this Python worker belongs to."""
    process = os.getppid()
    while process > 1:
        if pathlib.Path(f"/proc/{process}/comm").read_text().strip() == "java":
            return process
        process = int(pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    raise RuntimeError("no Java above")


def once(marker):
    """A function for mapInArrow: kills its executor when it has passed a few batches on, the first time anybody calls it."""
    def work(batches):
        for batch in batches:
            yield batch
            try:
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            os.kill(java_above(), signal.SIGKILL)
    return work
