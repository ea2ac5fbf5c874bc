"""`pip wheel ./ext/python` gives a wheel that carries all it needs, and works where nothing else is installed. Compiles: not part of quick runs."""
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import venv
import zipfile

import harness
import package

MOST_BYTES = 8 << 20
SCRIPT = """
import arbors, pathlib
assert pathlib.Path(arbors.loadable_path()).parent == pathlib.Path(arbors.__file__).parent / "lib", arbors.loadable_path()
print(arbors.from_dicts([{"n": 1}, {"n": 2}]).filter("n > 1").to_list())
"""


def python_of(folder):
    venv.create(folder, with_pip=True)
    return str(pathlib.Path(folder, "bin/python"))


def test_wheel(report):
    if package.OPTIONS.quick:
        raise harness.Skip("compiles everything")
    if importlib.util.find_spec("ensurepip") is None:
        raise harness.Skip("this Python makes no virtual environment")
    # Beside the release build and by the same name of the compiler, so that ccache finds that build's objects.
    build = harness.ROOT / "build-wheel"
    shutil.rmtree(build, ignore_errors=True)
    with harness.scratch() as folder:
        builder = python_of(f"{folder}/builder")
        made = subprocess.run([builder, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, "--config-settings", f"build-dir={build}",
                               str(package.SOURCE)], capture_output=True, text=True, env={"CC": "cc", "CXX": "c++", **os.environ})
        if made.returncode != 0 and "scikit-build-core" in made.stderr and "No matching distribution" in made.stderr:
            raise harness.Skip("scikit-build-core cannot be installed")
        report.check(made.returncode == 0, "pip wheel", made.stderr[-2000:])
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        print(f"{wheel.name}: {wheel.stat().st_size:,} bytes")
        report.check(wheel.name.startswith("arbors-") and "-py3-none-manylinux_2_" in wheel.name, "its tag", wheel.name)
        report.check(wheel.stat().st_size < MOST_BYTES, "its size")
        with zipfile.ZipFile(wheel) as files:
            names = files.namelist()
        report.check("arbors/lib/arbors.so" in names and "arbors/py.typed" in names, "what it carries", names)
        clean = python_of(f"{folder}/clean")
        subprocess.run([clean, "-m", "pip", "install", "--quiet", "--no-index", str(wheel)], check=True)
        used = subprocess.run([clean, "-c", SCRIPT], capture_output=True, text=True, env={})
        can_load = "enable_load_extension" in dir(__import__("sqlite3").Connection)
        report.check(used.stdout == "[{'n': 2}]\n" if can_load else "apsw" in used.stderr, "in a clean environment", used.stdout + used.stderr)


if __name__ == "__main__":
    if sys.platform != "linux":
        print("skipped: wheels are for Linux\n0 passed, 0 failed, 1 skipped")
        raise SystemExit(0)
    package.run(globals())
