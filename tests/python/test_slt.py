"""SQLite's own sqllogictest with every base table an Arbor, where ../shared holds the runner and the files."""
import pathlib
import re
import subprocess
import sys

import harness

OPTIONS = harness.parser().parse_args()
BATCHES = [None] if OPTIONS.quick else [None, 3]


def shared():
    data = harness.shared_data()
    folder = data.parent if data else harness.ROOT.parent / "shared"
    if not (folder / "tools/slt.py").exists() or not (folder / "slt/cases/MANIFEST").exists():
        raise harness.Skip("no sqllogictest beside the project")
    return folder


def test_quick_subset(report):
    folder = shared()
    for batch_trees in BATCHES:
        columns = "{columns}" + (f", batch_trees={batch_trees}" if batch_trees else "")
        rewrite = [] if OPTIONS.self_check else ["--load", str(pathlib.Path(OPTIONS.extension).resolve()), "--module", "arbor", "--rewrite-create", f"CREATE VIRTUAL TABLE {{name}} USING {{module}}({columns})", "--skip-index-ddl"]
        done = subprocess.run([sys.executable, str(folder / "tools/slt.py"), *rewrite, "--manifest", str(folder / "slt/cases/MANIFEST"), "--subset", "quick", "--include-class", "join-planning,affinity"],
                              capture_output=True, text=True)
        print(done.stdout[-600:].strip())
        report.check(done.returncode == 0, f"sqllogictest with batch_trees={batch_trees}: exit status {done.returncode}", done.stdout[-3000:] + done.stderr[-1000:])
        report.check(re.search(r"\d", done.stdout), "the runner says what it did")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
