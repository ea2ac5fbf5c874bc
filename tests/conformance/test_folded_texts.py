#!/usr/bin/env python3
"""Columns whose texts a small cache keeps once for all batches: every question has the answer that a large cache gives, and later ones decode nothing."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import harness  # noqa: E402
import sources  # noqa: E402

OPTIONS = harness.parser().parse_args()
BATCHES, BATCH, USERS = 8, 16384, 4000
SMALL = 2_050_000  # folded, the users of all batches fit; as they are decoded, those of six

PLANS = [
    "t | group_by user { count() as n, min(v) as least }", "t | group_by v { count(distinct user) as users } | sort_by v", "t | filter user LIKE '%77%' | aggregate count() as n", "t | filter user LIKE 'user-1%' AND v > 5 | select user, v",
    "t | filter user GLOB '*[13579]' | aggregate count() as n", "t | filter contains(user, '99') | aggregate count() as n", "t | filter user >= 'user-3' AND user < 'user-35' | select user", "t | filter user IN ('{first}', '{last}', 'nobody')",
    "t | sort_by user desc, v | head 300 | select user", "t | sort_by user, v | select user", "t | unique_by user | select user", "t | select upper(user) as u | head 5000", "t | join (t | filter v = 3 | head 50) as other on user = user | aggregate count() as n", "t | filter v = 17",
    "t | aggregate min(user) as a, max(user) as b, count(distinct user) as n",
]
QUERIES = [
    "SELECT user, count(*), count(DISTINCT v) FROM t GROUP BY user", "SELECT user FROM t WHERE user = '{first}'", "SELECT count(*) FROM t WHERE user LIKE '%5%'", "SELECT DISTINCT user FROM t ORDER BY user COLLATE NOCASE LIMIT 70",
    "SELECT _tree FROM t WHERE v = 4", "SELECT rowid, user FROM t WHERE rowid % 997 = 1", "SELECT max(user), min(user) FROM t", "SELECT user, v FROM t",
]


def made(folder):
    """Nearly all users of a path in every batch, in another order; some trees have none, or a number."""
    rng = random.Random(harness.seed_of(OPTIONS))
    users = [f"user-{rng.randrange(10**12):012}-{rng.randrange(2**64):016x}" for _ in range(USERS)]
    database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
    database.execute(f"CREATE VIRTUAL TABLE t USING arbor(batch_trees={BATCH})")
    for _ in range(BATCHES):
        trees = [{"user": rng.choice(users), "v": rng.randrange(40)} for _ in range(BATCH)]
        trees[100], trees[200] = {"v": 1}, {"user": None, "v": 2}
        sources.call(database, "arbor_append", "t", sources.array(trees))
    database.close()
    return users


def opened(folder, cache):
    database = harness.connect(OPTIONS.extension, f"{folder}/d.db")
    sources.call(database, "arbor_config", "cache_bytes", cache)
    return database


def decoded(database, action):
    sources.call(database, "arbor_reset_stats")
    action()
    return json.loads(sources.call(database, "arbor_stats"))["batches_decoded"]


def ask(database, text):
    try:
        return database.execute(*((text,) if text.startswith("SELECT") else ("SELECT tree FROM arbor_rows(?)", (text,)))).fetchall()
    except Exception as error:  # both caches must say the same
        return str(error)


def fold(database):
    """Goes over all users often enough for the cache to fold them."""
    for _ in range(4):
        ask(database, "t | aggregate count(distinct user) as n")


def test_answers(report):
    with harness.scratch() as folder:
        users = made(folder)
        small, large = opened(folder, SMALL), opened(folder, 256 << 20)
        fold(small)
        report.equal(decoded(small, lambda: ask(small, "t | group_by user { count() as n }")), 0, "what a question decodes once the texts are folded")
        asked = [text.replace("{first}", users[0]).replace("{last}", users[-1]) for text in PLANS + QUERIES]
        for text in asked:
            fold(small)
            got, want = ask(small, text), ask(large, text)
            report.check(not isinstance(want, str), text, want)
            report.equal(len(got), len(want), f"rows of {text}")
            ordered = "sort_by" in text or "ORDER BY" in text
            report.check(got == want if ordered else sorted(map(repr, got)) == sorted(map(repr, want)), f"the rows of {text}")
        small.close()
        large.close()


def test_arrow(report):
    """Streams and files are the same bytes, whichever way the texts lie."""
    with harness.scratch() as folder:
        made(folder)
        small, large = opened(folder, SMALL), opened(folder, 256 << 20)
        for plan in ("t | select user, v", "t | select user", "t | sort_by v | select user"):
            fold(small)
            got, want = (database.execute("SELECT message FROM arbor_arrow(?)", (plan,)).fetchall() for database in (small, large))
            report.check(got == want, f"the stream of {plan}")
        small.close()
        large.close()


def test_writes(report):
    """Changed trees lie over folded columns."""
    with harness.scratch() as folder:
        users = made(folder)
        small, large = opened(folder, SMALL), opened(folder, 256 << 20)
        fold(small)
        small.execute("UPDATE t SET user = 'changed' WHERE rowid % 1000 = 3")
        small.execute("UPDATE t SET user = ? WHERE user = ?", (users[1], users[2]))
        small.execute("DELETE FROM t WHERE user = ?", (users[3],))
        for text in ("SELECT user, count(*), sum(v) FROM t GROUP BY user ORDER BY 1", "SELECT rowid, user FROM t WHERE v = 6 ORDER BY rowid"):
            for when in ("changed", "folded anew"):
                report.check(ask(small, text) == ask(large, text), f"{text}, {when}")
                fold(small)
        report.equal(sources.call(small, "arbor_check", "t"), "ok", "the check")
        small.close()
        large.close()


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
