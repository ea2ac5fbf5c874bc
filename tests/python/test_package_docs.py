"""What the Python package says of itself: the examples in its docstrings run, its types check, its import is light."""
import ast
import contextlib
import doctest
import importlib
import inspect
import io
import json
import os
import pathlib
import pkgutil
import re
import subprocess
import sys

import harness
import package

import arbors

# Modules whose examples need what may not be there: a package of Python, a stage or a table of the engine.
NEEDS = {"to_arrow": "pyarrow", "to_parquet": "pyarrow", "from_arrow": "pyarrow", "to_pandas": "pandas", "to_polars": "polars", "validate": "jsonschema"}
ENGINE = {"join": "join", "window": "window", "rename": "rename"}


def modules():
    """The package's modules but those that serve another package; plugins are in test_datasette.py."""
    return [importlib.import_module(f"arbors.{module.name}") for module in pkgutil.iter_modules(arbors.__path__)
            if not module.name.startswith("with_") and not module.name.endswith("_plugin")]


def lacks(name):
    """Why an example cannot run here, or None."""
    last = name.rpartition(".")[2]
    if last in NEEDS and importlib.util.find_spec(NEEDS[last]) is None:
        return f"{NEEDS[last]} is not installed"
    if last in NEEDS and last != "validate" and not package.function_is_there("arbor_arrow"):
        return "the extension has no arbor_arrow"
    if last in ENGINE and not package.stage_is_there(ENGINE[last]):
        return f"the engine has no {last}"
    return None


def test_examples_run(report):
    finder, runner = doctest.DocTestFinder(exclude_empty=True), doctest.DocTestRunner(verbose=False)
    for module in modules():
        for example in finder.find(module):
            if not example.examples:
                continue
            why = lacks(example.name)
            if why:
                report.skip(f"{example.name}: {why}")
                continue
            failed = runner.run(example).failed
            report.check(failed == 0, f"the examples of {example.name}")


def public():
    """Every public class, function and method, with its name."""
    for name in arbors.__all__:
        thing = getattr(arbors, name)
        yield name, thing
        if inspect.isclass(thing):
            for member, value in inspect.getmembers(thing):
                if not member.startswith("_") and (callable(value) or isinstance(value, property)):
                    yield f"{name}.{member}", value


def test_everything_is_documented(report):
    builtin = {"add_note", "with_traceback"}
    for name, thing in public():
        text = inspect.getdoc(thing) or ""
        report.check(len(text) > 10 or name.rpartition(".")[2] in builtin, f"{name} has a docstring")
        report.check(not re.search(r"pypi|https?://(?!arrow\.apache\.org)", text, re.IGNORECASE), f"{name} names no registry")
    for name in ("Arbor", "ArborPlan", "ArborStore", "Tree", "Error", "path", "lit", "open", "load", "read_jsonl", "from_dicts", "from_arrow"):
        report.check(">>>" in (inspect.getdoc(getattr(arbors, name)) or "") or name == "ArborStore", f"{name} has an example")
    report.check("arbors.open" in arbors.__doc__, "the package teaches")


def test_the_notebook_says_what_it_gives(report):
    """Runs the notebook's cells, and compares what each ends with and prints with what stands below it."""
    cells = [cell for cell in json.loads((harness.ROOT / "examples/notebook.ipynb").read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    lacking = [name for name in ("matplotlib", "polars") if importlib.util.find_spec(name) is None]
    if not package.function_is_there("arbor_arrow"):
        lacking.append("polars")
    names = {}
    kept = os.getcwd()
    os.chdir(harness.ROOT)
    try:
        for cell in cells:
            code = "".join(cell["source"])
            if any(f"{name}" in code for name in lacking) or "months" in code and lacking:
                report.skip(f"a cell that needs {', '.join(lacking)}")
                continue
            said = run_cell(code, names)
            wanted = "".join("".join(output.get("text") or output["data"].get("text/plain", "")) for output in cell["outputs"])
            if "image/png" not in str(cell["outputs"])[:40_000]:
                report.equal(re.sub(r"\s+", "", re.sub(r"@\d+", "@n", said)), re.sub(r"\s+", "", re.sub(r"@\d+", "@n", wanted)), code.splitlines()[0])
    finally:
        os.chdir(kept)


def run_cell(code, names):
    """What a cell prints, and the last expression's representation."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(tree, "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last is not None else None
        if value is not None:
            print(repr(value))
    return out.getvalue()


def test_the_import_is_light(report):
    script = ("import sys; before = set(sys.modules); import time; began = time.perf_counter(); import arbors; "
              "print(round((time.perf_counter() - began) * 1000, 2)); print(*sorted(set(sys.modules) - before))")
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                            env={"PYTHONPATH": str(package.SOURCE)}).stdout.splitlines()
    print(f"import arbors: {output[0]} ms")
    heavy = set(output[1].split()) & {"sqlite3", "json", "pyarrow", "numpy", "pandas", "polars", "tempfile", "ctypes", "asyncio"}
    report.check(not heavy, "import arbors loads nothing that it does not need yet", heavy)


def test_types(report):
    try:
        importlib.import_module("mypy")
    except ImportError:
        raise harness.Skip("mypy is not installed")
    with harness.scratch() as folder:
        checked = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", folder], cwd=package.SOURCE, capture_output=True, text=True)
        report.check(checked.returncode == 0, "mypy finds nothing", checked.stdout[-2000:])
        user = pathlib.Path(folder, "user.py")
        user.write_text("import arbors\nfrom arbors import path\na: arbors.Arbor = arbors.from_dicts([]).filter(path('x') > 1).head(2)\n"
                        "p: arbors.ArborPlan = a.plan().sort_by('x')\nn: int = a.count()\nt: arbors.Tree = a[0]\nwrong: int = a.head(1)\n", encoding="utf-8")
        found = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", folder, "--strict", str(user)], cwd=package.SOURCE, capture_output=True, text=True).stdout
        report.check(found.count("error:") == 1 and "user.py:7" in found, "and a user's mistakes", found)


def test_versions_agree(report):
    project = (harness.ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    report.equal(arbors.__version__, re.search(r"project\(arbors VERSION ([\d.]+)", project)[1], "the package's and the extension's")


if __name__ == "__main__":
    package.run(globals())
