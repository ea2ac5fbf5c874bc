"""Runs arbors_faults, the n-th-failure test, which lies beside the extension."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402


def main():
    options = harness.parser().parse_args()
    program = pathlib.Path(options.extension).resolve().parent / "arbors_faults"
    if not program.exists():
        print(f"skipped: no {program}: it needs SQLite's library\n0 passed, 0 failed, 1 skipped")
        return 0
    command = [program] + (["--quick"] if options.quick else []) + (["--seed", str(options.seed)] if options.seed is not None else [])
    # The program is sanitized by itself, unlike the Python that loads the extension.
    environment = {name: value for name, value in os.environ.items() if name not in ("LD_PRELOAD", "ASAN_OPTIONS")}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
