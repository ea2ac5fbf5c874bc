"""The datasets: where they come from, kept as JSON Lines in the cache folder.

events and users: generated; players, teams: ../shared/data (or $ARBORS_DATA), absent on most machines; rows and pairs: generated.
"""
import json
import os
import random
import shutil
import subprocess

import make_events

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def event_options(parser):
    """Adds the options of a bench over the events."""
    parser.add_argument("--extension", default=os.path.join(ROOT, "build", "arbors.so"))
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--events-file", help="JSON Lines to take instead of generated events")
    parser.add_argument("--runs", type=int, default=5, help="warm runs of each query")
    parser.add_argument("--cache", default=os.path.join(ROOT, "build", "bench"))
    return parser


def prepare(name, cache, options):
    """Returns the path of a dataset's file, or None, with a word, where it cannot be had."""
    if name == "events":
        return events_file(cache, options)
    path = os.path.join(cache, f"{name}.jsonl")
    if not os.path.exists(path):
        MAKERS[name](path)
    return path if os.path.exists(path) else None


def events_file(cache, options):
    if options.events_file:
        return options.events_file
    path = os.path.join(cache, f"events_{options.events}.jsonl")
    if not os.path.exists(path):
        print(f"generating {options.events} events ...", flush=True)
        make_events.write_events(path, options.events, seed=1)
    return path


def unpack(path):
    """Unpacks the players or the teams."""
    name = os.path.basename(path)
    packed = os.path.join(os.environ.get("ARBORS_DATA", os.path.join(ROOT, "..", "shared", "data")), f"{name}.zst")
    if os.path.exists(packed) and shutil.which("zstd"):
        subprocess.run(["zstd", "-dqf", packed, "-o", path], check=True)
    else:
        print(f"skipped: {name.partition('.')[0]} ({packed}, or the zstd command, is not here)")


def write_users(path, count=100_000):
    """Writes the first users of the events, in no order: who they are, where they live, since when."""
    rng = random.Random(10)
    numbers = list(range(count))
    rng.shuffle(numbers)
    with open(path, "w", encoding="utf-8") as out:
        for number in numbers:
            out.write(f'{{"did":"{make_events.did(number)}","country":"{rng.choice("AT BR CH DE ES FR IN JP KE NO PL US".split())}",'
                      f'"joined":{rng.randrange(2022, 2025)}}}\n')


def write_rows(path, count=1_000_000):
    """Writes integers, reals and texts in the spread that tables have: narrow, wide, few values, many values."""
    rng = random.Random(7)
    words = [f"word {n:06d}" for n in range(5000)]
    with open(path, "w", encoding="utf-8") as out:
        for n in range(count):
            small, wide, real = rng.randrange(100), rng.randrange(10**9), rng.random()
            text = rng.choice(words)
            out.write(f'{{"i1":{n},"i2":{small},"i3":{wide},"i4":{wide % 70000},"r1":{small / 4},"r2":{real!r},'
                      f'"r3":{real * 1000:.2f},"r4":{n / 8},"t1":"{text}","t2":"id-{wide:09d}",'
                      f'"t3":"{text[:7]}","t4":"{"even" if n % 2 == 0 else "odd"}"}}\n')


def write_pairs(path, count=100_000):
    rng = random.Random(8)
    keys = list(range(count))
    rng.shuffle(keys)
    with open(path, "w", encoding="utf-8") as out:
        for n, key in enumerate(keys):
            out.write(f'{{"id":{n},"k":{key},"v":{rng.randrange(1000)}}}\n')


MAKERS = {"players": unpack, "teams": unpack, "users": write_users, "rows": write_rows, "pairs": write_pairs}


def lookup_values(path, key, count=1000):
    """Picks values to look up: numbers of rows, or a key's values of trees at random places in the file."""
    rng, size = random.Random(9), os.path.getsize(path)
    with open(path, "rb") as lines:
        first = len(lines.readline())
        if key == "rowid":
            total = 1 + sum(1 for _ in lines)
            return [(rng.randrange(1, total + 1),) for _ in range(count)]
        values = []
        while len(values) < count:
            lines.seek(rng.randrange(max(1, size - 4 * first)))
            lines.readline()
            values.append((json.loads(lines.readline())[key],))
    return values
