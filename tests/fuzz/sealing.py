"""The seals of sql/FORMAT.md, computed from outside: what an attacker does who changes a file and knows the format."""
import ctypes
import ctypes.util
import struct

import damaging

MASK = (1 << 64) - 1
LIBRARY = ctypes.CDLL(ctypes.util.find_library("xxhash") or "libxxhash.so.0")
LIBRARY.XXH3_64bits_withSeed.restype = ctypes.c_uint64
LIBRARY.XXH3_64bits_withSeed.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]


def hashed(data, seed=0):
    return LIBRARY.XXH3_64bits_withSeed(data, len(data), seed)


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def row_seal(*values, so_far=0):
    """Each value is hashed under the sum so far and SQLite's number for its type."""
    for value in values:
        kind, data = (1, struct.pack("<q", value)) if isinstance(value, int) else (2, struct.pack("<d", value)) if isinstance(value, float) else \
            (3, value.encode()) if isinstance(value, str) else (5, b"") if value is None else (4, bytes(value))
        so_far = hashed(data, (so_far + kind) & MASK)
    return so_far


def number(value):
    """What sqlite3_column_int64 makes of a value."""
    if isinstance(value, (int, float)):
        return max(-2**63, min(2**63 - 1, int(value)))
    return 0


def blob(value):
    return b"" if value is None else value if isinstance(value, bytes) else str(value).encode()


def sealed_chunk(stats, data, path):
    """A chunk's stats, their parts kept, that fit this data."""
    stats = stats[:8] + struct.pack("<Q", hashed(data)) + stats[16:-8]
    return stats + struct.pack("<Q", hashed(stats, path))


def reseal(database, arbor):
    """Makes all seals of an Arbor's tables fit their rows, whatever these hold."""
    tables = {part: damaging.Table(database, f"{arbor}_{part}") for part in ("meta", "path", "segment", "pending")}
    paths = reseal_paths(tables["path"])
    segments = reseal_segments(tables["segment"])
    seals = reseal_log(tables["pending"], paths, segments)
    reseal_meta(tables["meta"], seals)


def reseal_paths(table):
    seals = 0
    for row in table.rows:
        seal = row_seal("path", *row[:5])
        table.set(row, "seal", signed(seal))
        seals ^= seal
    return seals


def reseal_segments(table):
    """Gives (born, died, seal without died) of each."""
    known = []
    for row in table.rows:
        seal = row_seal("segment", *row[:7], *row[8:13], *row[14:])
        table.set(row, "seal", signed(row_seal(row[7], so_far=seal)))
        known.append((number(row[6]), number(row[7]), seal))
    return known


def reseal_log(table, paths, segments):
    """Gives the records' new seals by the old ones."""
    previous, seals = 0, {}
    for row in table.rows:
        seq, generation, time, op, rowid, old, tree = row
        if number(op) in (0, 5) and len(blob(tree)) >= 24:
            seen = 0
            for born, died, seal in segments:
                seen ^= seal if born <= number(generation) < died else 0
            tree = blob(tree)[:-24] + struct.pack("<QQQ", paths, seen, previous)
            table.set(row, "tree", tree)
        previous = row_seal("pending", seq, generation, time, op, rowid, tree, signed(previous))
        table.set(row, "seal", signed(previous))
        seals[old] = previous
    return seals


def reseal_meta(table, seals):
    parts = []
    for key, value in table.rows:
        if str(key).startswith("kept.") and len(blob(value)) == 16:
            seal, = struct.unpack("<q", blob(value)[:8])
            value = struct.pack("<Q", seals.get(seal, seal & MASK)) + blob(value)[8:]
            table.set((key, value), "value", value)
        if key != "seal":
            parts += [key, value]
    for row in table.rows:
        if row[0] == "seal":
            table.set(row, "value", signed(row_seal("meta", *parts)))
