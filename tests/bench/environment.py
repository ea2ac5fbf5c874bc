"""The bench's own Python: a virtual environment with the peers from PyPI, and the C table compiled beside it."""
import importlib.util
import os
import subprocess
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PEERS = ("duckdb", "chdb", "apsw")


def enter():
    """Runs this script again inside the environment, made when absent; a peer that cannot be had is left out."""
    folder = os.path.abspath(os.environ.get("ARBORS_VENV", os.path.join(ROOT, "build", "venv")))
    python = os.path.join(folder, "bin", "python")
    if os.path.abspath(sys.prefix) == folder:
        return
    if not os.path.exists(python):
        print(f"making {folder} ...", flush=True)
        base = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
        subprocess.run([base, "-m", "venv", folder], check=True)
    for peer in missing_peers(python):
        if subprocess.run([python, "-m", "pip", "install", "--quiet", peer], check=False).returncode != 0:
            print(f"skipped: {peer} cannot be had from PyPI here")
    os.execv(python, [python, *sys.argv])


def missing_peers(python):
    found = f"import importlib.util as u; print(*[p for p in {PEERS} if not u.find_spec(p)])"
    return subprocess.run([python, "-c", found], check=True, capture_output=True, text=True).stdout.split()


def available(engine, options):
    """Says whether an engine can run here, with a word when it cannot."""
    if engine in PEERS and importlib.util.find_spec(engine) is None:
        return False
    if engine.startswith("arbors") and not os.path.exists(options.extension):
        print(f"skipped: {engine} ({options.extension} is not built)")
        return False
    return True


def build_empty_table(cache):
    """Compiles the empty virtual table; returns the library's path."""
    source, library = os.path.join(HERE, "empty_vtab.c"), os.path.join(cache, "empty_vtab.so")
    if not os.path.exists(library) or os.path.getmtime(library) < os.path.getmtime(source):
        compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
        subprocess.run([compiler, "-O2", "-fPIC", "-shared", "-o", library, source], check=True)
    return library
