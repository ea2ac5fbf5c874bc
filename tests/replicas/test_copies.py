"""Copies of a database that is written all the while, by the tools that people use: each opens, arbor_check finds nothing, and it holds
exactly what the first so many transactions left. Writers and copiers are killed on the way."""
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import writing  # noqa: E402

OPTIONS = harness.parser().parse_args()
SEED = harness.seed_of(OPTIONS)
CHANCE = random.Random(SEED)
ROUNDS = 3 if OPTIONS.quick else 8
LITESTREAM = "github.com/benbjohnson/litestream/cmd/litestream@v0.3.13"


class Live:
    """A database with a writer; `last` is the last commit that it reported."""

    def __init__(self, folder):
        self.file = str(pathlib.Path(folder) / "live.db")
        self.last, self.child = 0, None
        writing.create(OPTIONS.extension, self.file)
        self.start()

    def start(self):
        script = "import sys, writing; writing.write(sys.argv[1], sys.argv[2], int(sys.argv[3]))"
        self.child = subprocess.Popen([sys.executable, "-c", script, OPTIONS.extension, self.file, str(CHANCE.randrange(1 << 30))], stdout=subprocess.PIPE, text=True,
                                      env={**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).resolve().parent)})
        threading.Thread(target=self.follow, args=(self.child.stdout,), daemon=True).start()
        before, ends = self.last, time.monotonic() + 60
        while self.last <= before and time.monotonic() < ends:
            time.sleep(0.02)

    def follow(self, lines):
        for line in lines:
            self.last = int(line)

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def check(report, live, copy, least, what):
    """A copy is whole and holds a committed prefix, of at least `least` transactions."""
    most_of = live.last
    number, fault = writing.look(OPTIONS.extension, copy)
    report.check(fault is None, what, fault)
    report.check(least <= number <= most_of + 1, f"{what}: no transaction is missing", f"{least} <= {number} <= {most_of + 1}")


def each_round(report, copy):
    """Copies again and again; a third of the times the writer is killed before, and starts again after."""
    with harness.scratch() as folder, Live(folder) as live:
        for number in range(ROUNDS):
            time.sleep(CHANCE.random() * (0.3 if OPTIONS.quick else 1.0))
            killed = number % 3 == 2
            if killed:
                live.kill()
            least, target = live.last, os.path.join(folder, f"copy-{number}.db")
            copy(live.file, target)
            check(report, live, target, least, f"round {number}{', the writer killed' if killed else ''}")
            if killed:
                live.start()


def test_vacuum_into(report):
    def copy(file, target):
        harness.connect(OPTIONS.extension, file).execute("VACUUM INTO ?", (target,))

    each_round(report, copy)


def test_vacuum_into_without_the_extension(report):
    each_round(report, lambda file, target: sqlite3.connect(file, isolation_level=None).execute("VACUUM INTO ?", (target,)))


def test_backup(report):
    """A page or a few at a time, so that the writer comes between; the last step starts over where it must."""
    def copy(file, target):
        pages = CHANCE.choice([-1, 20])
        with sqlite3.connect(file) as source, sqlite3.connect(target) as made:
            source.backup(made, pages=pages, sleep=0.001, progress=lambda *_: None)

    each_round(report, copy)


def test_vacuum_of_the_live_one(report):
    with harness.scratch() as folder, Live(folder) as live:
        time.sleep(0.5)
        harness.connect(OPTIONS.extension, live.file, timeout=20).execute("VACUUM")
        live.kill()
        check(report, live, live.file, live.last, "VACUUM under a writer")


def rsync():
    """sqlite3_rsync: on the path, or as apsw brings it."""
    found = shutil.which("sqlite3_rsync")
    if found:
        return found
    try:
        import apsw
        brought = pathlib.Path(apsw.__file__).parent / "sqlite_extra_binaries/sqlite3_rsync"
    except (ImportError, TypeError):
        raise harness.Skip("there is no sqlite3_rsync (apsw brings one)") from None
    if not brought.exists():
        raise harness.Skip("there is no sqlite3_rsync (this apsw brings none)")
    return str(brought)


def test_sqlite3_rsync(report):
    tool = rsync()
    with harness.scratch() as folder, Live(folder) as live:
        replica = os.path.join(folder, "replica.db")
        for number in range(ROUNDS):
            time.sleep(CHANCE.random() * 0.5)
            if number % 3 == 1:
                kill_early([tool, "--exe", tool, live.file, replica])
            if number % 3 == 2:
                live.kill()
            least = live.last
            done = copy_by_rsync([tool, "--exe", tool, live.file, replica])
            report.check(done.returncode == 0, f"round {number} runs", done.stderr[-500:])
            copy = os.path.join(folder, "looked-at.db")
            with sqlite3.connect(replica) as source, sqlite3.connect(copy) as made:
                source.backup(made)
            check(report, live, copy, least, f"round {number}")
            if number % 3 == 2:
                live.start()


def copy_by_rsync(command):
    """Runs it; again where the half of a killed one that writes the replica still holds its lock."""
    for _ in range(50):
        done = subprocess.run(command, capture_output=True, text=True)
        if "database is locked" not in done.stderr:
            break
        time.sleep(0.1)
    return done


def kill_early(command):
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(CHANCE.random() * 0.02)
    child.kill()
    child.wait()


def litestream():
    """Litestream: on the path, else made by Go into build/bin."""
    found = shutil.which("litestream") or shutil.which("litestream", path=str(harness.ROOT / "build/bin"))
    if found:
        return found
    if OPTIONS.quick or os.environ.get("ARBORS_SANITIZED"):
        raise harness.Skip("there is no litestream yet; a full run makes one")
    if not shutil.which("go"):
        raise harness.Skip("there is no Go to make litestream")
    try:
        made = subprocess.run(["go", "install", LITESTREAM], capture_output=True, text=True, timeout=420, cwd="/",
                              env={**os.environ, "GOBIN": str(harness.ROOT / "build/bin"), "CGO_ENABLED": "1"})
    except subprocess.TimeoutExpired:
        raise harness.Skip("making litestream took too long") from None
    if made.returncode != 0:
        raise harness.Skip(f"litestream cannot be made: {made.stderr.strip()[-200:]}")
    return str(harness.ROOT / "build/bin/litestream")


def test_litestream(report):
    """Replicated to a folder; restored at random moments, after kills of the writer, of litestream, and of both."""
    tool = litestream()
    with harness.scratch() as folder, Live(folder) as live:
        replica = f"file://{folder}/replica"
        follower = subprocess.Popen([tool, "replicate", live.file, replica], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(2.5)
            seen = 0
            for number in range(ROUNDS):
                time.sleep(CHANCE.random())
                if number % 4 in (1, 3):
                    live.kill()
                if number % 4 in (2, 3):
                    follower.kill()
                    follower.wait()
                target = os.path.join(folder, f"restored-{number}.db")
                done = subprocess.run([tool, "restore", "-o", target, replica], capture_output=True, text=True)
                report.check(done.returncode == 0, f"round {number} restores", done.stderr[-500:])
                last = live.last
                held, fault = writing.look(OPTIONS.extension, target)
                report.check(fault is None, f"round {number}", fault)
                report.check(seen <= held <= last + 1, f"round {number}: a committed prefix, not older than the last", f"{seen} <= {held} <= {last + 1}")
                seen = held
                if number % 4 in (1, 3):
                    live.start()
                if number % 4 in (2, 3):
                    follower = subprocess.Popen([tool, "replicate", live.file, replica], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    time.sleep(1)
            report.check(seen > 0, "something was replicated", seen)
            live.kill()
            time.sleep(2.5)
            target = os.path.join(folder, "last.db")
            subprocess.run([tool, "restore", "-o", target, replica], capture_output=True, check=True)
            check(report, live, target, live.last, "once the writer rests, all of it")
        finally:
            follower.kill()
            follower.wait()


def test_what_does_not_work(report):
    """The table of ext/REPLICAS.md: what fails, and how."""
    with harness.scratch() as folder:
        first, second = os.path.join(folder, "first.db"), os.path.join(folder, "second.db")
        database = harness.connect(OPTIONS.extension, first)
        database.execute("SELECT arbor_append('t', '[{\"a\":1},{\"a\":2}]')").fetchall()
        script = "\n".join(database.iterdump())
        copy = harness.connect(OPTIONS.extension, second)
        try:
            copy.executescript(script)
            left = copy.execute("SELECT a FROM t ORDER BY a").fetchall()
        except sqlite3.Error as error:
            left = str(error)
        report.check(left != [(1,), (2,)], "iterdump() does not come back", left)


def test_changesets(report):
    """Sessions of SQLite: between equal copies they work, between diverged ones the conflict stops them, and forced they are noticed."""
    try:
        import apsw
        apsw.Session
    except (ImportError, AttributeError):
        raise harness.Skip("there is no apsw with sessions") from None

    folder = harness.scratch()
    # A copy: a file serves one SQLite library, and Python's own has loaded it here.
    extension = shutil.copy(OPTIONS.extension, os.path.join(folder.name, "arbors.so"))

    def opened():
        database = apsw.Connection(":memory:")
        database.enable_load_extension(True)
        database.load_extension(extension)
        return database

    def add(database, first):
        list(database.execute("SELECT arbor_append('t', ?)", (",".join(f'{{"id":{first + at}}}' for at in range(90)).join("[]"),)))

    def state(database):
        try:
            return list(database.execute("SELECT count(*), sum(id) FROM t"))[0], list(database.execute("SELECT arbor_check('t')"))
        except apsw.Error as error:
            return str(error)

    first, equal, diverged = opened(), opened(), opened()
    first.execute("CREATE VIRTUAL TABLE t USING arbor(batch_trees=64)")
    add(first, 0)
    for copy in (equal, diverged):
        with copy.backup("main", first, "main") as backup:
            backup.step()
    session = apsw.Session(first, "main")
    session.attach()
    add(first, 1000)
    list(first.execute("UPDATE t SET id = 7000 WHERE id = 3"))
    changes = session.changeset()
    apsw.Changeset.apply(changes, equal, conflict=lambda *_: apsw.SQLITE_CHANGESET_ABORT)
    report.equal(state(equal), state(first), "an equal copy follows")
    add(diverged, 5000)
    before = state(diverged)
    report.raises(lambda: apsw.Changeset.apply(changes, diverged, conflict=lambda *_: apsw.SQLITE_CHANGESET_ABORT), "a diverged one does not", kind=apsw.Error)
    report.equal(state(diverged), before, "and is left as it was")
    by_force = {apsw.SQLITE_CHANGESET_DATA: apsw.SQLITE_CHANGESET_REPLACE, apsw.SQLITE_CHANGESET_CONFLICT: apsw.SQLITE_CHANGESET_REPLACE}
    apsw.Changeset.apply(changes, diverged, conflict=lambda reason, _: by_force.get(reason, apsw.SQLITE_CHANGESET_OMIT))
    report.check("checksum" in str(state(diverged)) or "[('ok',)]" not in str(state(diverged)), "by force: a fault that is found", state(diverged))


def test_the_same_statements(report):
    """Replicating statements gives the same trees, and other bytes: batches and the log carry random numbers."""
    made = [harness.connect(OPTIONS.extension) for _ in range(2)]
    for database in made:
        for number in range(20):
            database.execute("SELECT arbor_append('t', ?)", ("\n".join(f'{{"id":{number * 500 + at}}}' for at in range(500)),)).fetchall()
            database.execute("DELETE FROM t WHERE id = ?", (number * 7,))
    one, other = ([row for row in database.execute("SELECT rowid, _index, _tree FROM t")] for database in made)
    report.equal(one, other, "trees, rowids and positions are the same")
    shadows = [[tuple(row) for row in database.execute("SELECT * FROM t_segment")] for database in made]
    report.check(shadows[0] != shadows[1], "stored bytes are not")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
