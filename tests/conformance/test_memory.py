#!/usr/bin/env python3
"""Memory follows what a plan must hold, not what it gives: peaks of whole processes, over an Arbor whose trees are far more."""
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "python"), str(HERE.parent / "bench")]
import harness  # noqa: E402
import make_events  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
SCRATCH = harness.scratch()
DATABASE = f"{SCRATCH.name}/events.db"
EVENTS = 15_000 if OPTIONS.quick else 60_000  # 490 bytes each
SETTINGS = {"cache_bytes": 8 << 20, "max_buffer_trees": 16384, "threads": 2}

# Plans whose trees would fill memory many times over, and how many MiB more than a walk over all trees they may take.
PLANS = {
    "sorted whole": ("events | sort_by did", 40), "sorted by two keys": ("events | sort_by commit.collection desc, commit.cid", 60), "reversed": ("events | reverse", 40), "shuffled": ("events | shuffle seed 1", 40),
    "exploded": ("events | add_field l = json('[1,2,3,4,5,6,7,8]') | explode l | filter l > 7", 60), "sorted, exploded": ("events | sort_by did | explode commit.record.langs as lang", 40), "flattened": ("events | flatten", 60),
    "sorted, flattened": ("events | sort_by did | flatten | filter \"commit.operation\" = 'update'", 60), "joined and sorted": ("events | append (events) | sort_by did | select did", 60), "unique": ("events | unique_by commit.cid | select did", 80),
    "many groups": ("events | group_by did { count() as n, max(time_us) as last }", 80), "gathered": ("events | head 20000 | group_by did", 60),
    # Of trees that gather others two exist at once: the one that SQL has, and the next.
    "gathered into few": ("events | group_by commit.operation", 65), "gathered into few, selected": ("events | group_by commit.operation | select trees", 130), "nested into few": ("events | drop commit, did | nest time_us as times", 40),
}


def read_all(extension, plan):
    """Reads every tree of a plan and prints the peak of this process in MiB."""
    database = harness.connect(extension, DATABASE)
    for key, value in SETTINGS.items():
        sources.call(database, "arbor_config", key, value)
    trees = size = 0
    # Not the trees themselves, of which Python would make strings of its own.
    for (length,) in database.execute("SELECT length(tree) FROM arbor_rows(?)", (plan,)):
        trees, size = trees + 1, size + length
    # Not ru_maxrss, in which a process starts with what its parent had.
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    print(json.dumps([trees, size, int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024]))


def measured(plan):
    program = f"import sys; sys.path.insert(0, {str(HERE)!r}); sys.argv = ['x']; import test_memory; test_memory.DATABASE = {DATABASE!r}; test_memory.read_all({OPTIONS.extension!r}, {plan!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-1000:])
    return json.loads(done.stdout.splitlines()[-1])


def test_peaks(report):
    if os.environ.get("ARBORS_SANITIZED"):
        raise harness.Skip("a sanitizer's memory is not the extension's")
    make_events.write_events(f"{SCRATCH.name}/events.jsonl", EVENTS, 1)
    database = harness.connect(OPTIONS.extension, DATABASE)
    sources.call(database, "arbor_import", "events", f"{SCRATCH.name}/events.jsonl")
    database.close()
    _, text, base = measured("events")
    print(f"{text / 2**20:.0f} MiB of trees; a walk over them peaks at {base:.0f} MiB")
    for name, (plan, more) in PLANS.items():
        trees, size, peak = measured(plan)
        print(f"{name}: {trees} trees, {size / 2**20:.0f} MiB; peak {peak:.0f} MiB")
        report.check(trees > 0, f"{name} gives trees")
        report.check(peak - base < more, f"{name} ({plan})", f"{peak:.0f} MiB, {peak - base:.0f} more than the walk; at most {more}")


def test_limits(report):
    """Beyond a budget there is an error that names the need, the limit and the way out."""
    database = harness.connect(OPTIONS.extension)
    sources.call(database, "arbor_save", "p", "json '" + json.dumps([{"a": index, "b": index % 7} for index in range(100)]) + "'")
    sources.call(database, "arbor_config", "max_group_keys", 50)
    for stage in ("group_by a", "nest b as bs"):
        report.raises(lambda: sources.call(database, "arbor_json", f"p | {stage}"), stage, "max_group_keys", "50", "arbor_config")
    report.equal(sources.call(database, "arbor_count", "p | group_by b { count() }"), 7, "within the limit")
    sources.call(database, "arbor_config", "max_group_keys", 250_000)
    wide = "p | add_field wide = replace('0123456789', '5', 'text of some length')"
    sources.call(database, "arbor_config", "max_tree_bytes", 500)
    for stage in ("group_by b", "nest a, wide as all_of_them"):
        report.raises(lambda: sources.call(database, "arbor_json", f"{wide} | {stage}"), stage, "max_tree_bytes", "500", "15 trees", "arbor_config")
    report.equal(sources.call(database, "arbor_count", f"{wide} | group_by a | filter a = 7"), 1, "groups within the limit")
    sources.call(database, "arbor_config", "max_tree_bytes", 100_000)
    report.equal(sources.call(database, "arbor_count", f"{wide} | group_by b"), 7, "the limit raised")
    sources.call(database, "arbor_config", "max_index_entries", 99)
    report.raises(lambda: sources.call(database, "arbor_open", "p | index_by a"), "index_by", "100", "99", "max_index_entries", "arbor_config")
    handle = sources.call(database, "arbor_open", "p")
    report.raises(lambda: sources.call(database, "arbor_lookup", f"{handle} | index_by a", 5), "an index on a handle", "max_index_entries")
    report.equal(sources.call(database, "arbor_lookup", "p | index_by a", 5), '{"a":5,"b":5}', "one look-up needs no index")
    smaller = sources.call(database, "arbor_open", "p | filter a < 99 | index_by b")
    report.equal(sources.call(database, "arbor_lookup", smaller, 5), '{"a":5,"b":5}', "within the limit")


def test_an_index_is_kept(report):
    """The second look-up on a handle reads the tree that it finds, and no keys."""
    database = harness.connect(OPTIONS.extension)
    database.execute("CREATE VIRTUAL TABLE p USING arbor(batch_trees=100)")
    sources.call(database, "arbor_append", "p", json.dumps([{"a": index, "b": f"text {index}"} for index in range(5000)]))
    handle = sources.call(database, "arbor_open", "p | index_by a")
    sources.call(database, "arbor_config", "cache_bytes", 0)
    for key in (17, 4321):
        sources.call(database, "arbor_reset_stats")
        report.equal(sources.call(database, "arbor_lookup", handle, key), f'{{"a":{key},"b":"text {key}"}}', f"the tree of {key}")
        decoded = json.loads(sources.call(database, "arbor_stats"))["pools_decoded"]
        report.check(decoded >= 50 if key == 17 else 0 < decoded < 10, f"what looking {key} up decodes", decoded)
    for key in (17.0, "text 17", None, -1):
        report.equal(sources.call(database, "arbor_lookup", handle, key), '{"a":17,"b":"text 17"}' if key == 17 else None, f"key {key!r}")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
