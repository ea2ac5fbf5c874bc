#!/usr/bin/env python3
"""Reads the Arbors of a database file without the extension: by Python's standard library and `zstandard` alone, written from
sql/FORMAT.md. Believes no byte: what contradicts a seal, a checksum or the rest is `Damage`.

    reader.py FILE                          lists the Arbors of a file, with their generations and tags
    reader.py FILE NAME [GENERATION|TAG]    gives the trees of one, a line each
    reader.py --check FILE                  holds everything that is stored against its seals
"""
import pathlib
import re
import sqlite3
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import indexes  # noqa: E402
from columns import Batch, string_text  # noqa: E402
from streams import SEEN, Bytes, Damage, require  # noqa: E402
from xxh3 import MASK, xxh3  # noqa: E402

FORMATS = range(4, 5)
BASE, INSERT, ERASE, REPLACE, CARRIED, COUNTS, SET = range(7)
# What the columns of each table may hold; None: a NULL as well.
NUMBER, PERHAPS, BLOB = (int,), (int, type(None)), (bytes, type(None))
PARTS = {"meta": [(str,), (int, bytes)], "path": [NUMBER, PERHAPS, NUMBER, (bytes,), PERHAPS, NUMBER], "segment": [NUMBER] * 14 + [BLOB] * 2,
         "chunk": [NUMBER, (bytes,), (bytes,)], "pending": [NUMBER] * 4 + [PERHAPS, NUMBER, BLOB]}
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.S)
SCALAR = re.compile(rb"[^,}\]]+")
MODULE = re.compile(r"""\sUSING\s+(["'`[]?)arbor(["'`\]]?)\s*(\(|$)""", re.IGNORECASE)


class Refused(Exception):
    """Another storage format, or a name or generation that is not there."""


def seal_of(*values, seed=0):
    """A row's seal: each value hashed under the sum so far and SQLite's number for its type."""
    for value in values:
        kind, data = (5, b"") if value is None else (1, struct.pack("<q", value)) if isinstance(value, int) else \
            (2, struct.pack("<d", value)) if isinstance(value, float) else (3, value.encode()) if isinstance(value, str) else (4, value)
        seed = xxh3(data, seed + kind)
    return seed


def signed(value):
    return value - (1 << 64) if value >> 63 else value


class Path:
    def __init__(self, parent, element, key):
        self.parent, self.element, self.key, self.element_path = parent, element, key, None


class Record:
    def __init__(self, row):
        self.row = row
        self.seq, self.generation, self.time, self.op, self.rowid, self.seal, self.tree = row
        require(self.op in range(7), f"record {self.seq} is of no known kind")
        self.tree = self.tree or b""
        if self.op in (BASE, COUNTS):
            source = Bytes(self.tree)
            self.next_rowid, self.next_batch, self.trees = source.zigzag(), source.varint(), source.varint()
            self.added, self.removed = source.varint(), source.varint()
            self.paths_seal, self.segments_seal, self.previous = (source.fixed("Q") for _ in range(3))
            source.end()

    def follows(self, previous):
        """Whether it is as it was written behind the record with that seal."""
        if self.op == BASE and self.previous != previous & MASK:
            return False
        return signed(seal_of("pending", *self.row[:5], self.row[6], signed(previous & MASK))) == self.seal


class Segment:
    def __init__(self, row):
        (self.id, self.batch, self.nonce, self.trees, self.pools, self.pos, self.born, self.died, self.first_row, self.rows, self.count,
         self.first_rowid, self.json_bytes, seal, rowids, live) = row
        self.seal = seal_of("segment", *row[:7], *row[8:13], *row[14:])
        where = f"segment {self.id} (batch {self.batch})"
        require(signed(seal_of(self.died, seed=self.seal)) == seal, f"{where} fails its seal")
        require(0 <= self.first_row <= self.trees - self.rows, f"{where} is out of range")
        self.rowids = range(self.first_rowid, self.first_rowid + self.rows)
        if rowids is not None:
            source, last, self.rowids = Bytes(rowids), 0, []
            for _ in range(self.rows):
                last = signed(last + source.zigzag() & MASK)
                self.rowids.append(last)
            source.end()
        bits = (1 << self.rows) - 1 if live is None else int.from_bytes(live, "little")
        self.live = [row for row in range(self.rows) if bits >> row & 1]
        require(bits >> self.rows == 0 and len(self.live) == self.count, f"{where} miscounts its live rows")
        SEEN["rowids", rowids is not None] += 1
        SEEN["live", live is not None] += 1


class Arbor:
    """One Arbor: its options, paths, segments and log, each held against its seals."""

    def __init__(self, database, name):
        self.database, self.name, self.batches = database, name, {}
        self.read_meta()
        self.read_paths()
        self.segments = [Segment(row) for row in self.rows("segment", "id, batch, nonce, trees, pools, pos, born, died, first_row, rows, count, "
                                                           "first_rowid, json_bytes, seal, rowids, live", "id")]
        self.log = [Record(row) for row in self.rows("pending", "seq, generation, time, op, row, seal, tree", "seq")]
        require(self.log, "the log is empty")
        told = [record for record in self.log if record.op in (BASE, COUNTS)]
        require(told and told[-1].paths_seal == self.paths_seal, "the paths are not those that the log knows")
        require(self.meta.get("base") == max((record.seq for record in told if record.op == BASE), default=None), "the newest Base is another one")
        self.newest = self.log[-1].generation

    def rows(self, part, columns, order):
        rows = fetch(self.database, f"SELECT {columns} FROM {self.table(part)} ORDER BY {order}")
        types = PARTS.get(part, ())
        require(all(isinstance(value, of) for row in rows for value, of in zip(row, types)), f"{self.name}_{part} holds values of another type")
        return rows

    def table(self, part):
        return '"' + f"{self.name}_{part}".replace('"', '""') + '"'

    def read_meta(self):
        meta = dict(self.rows("meta", "key, value", "key"))
        format = meta.get("format")
        require(isinstance(format, int), f"'{self.name}' does not say its format")
        if format not in FORMATS:
            raise Refused(f"'{self.name}' is of storage format {format}; this reads {FORMATS[0]} to {FORMATS[-1]}")
        seal = meta.pop("seal", None)
        require(signed(seal_of("meta", *(part for row in sorted(meta.items(), key=lambda row: row[0].encode()) for part in row))) == seal, "X_meta fails its seal")
        self.meta, self.tags, self.kept, self.index_paths, self.key_paths = meta, {}, {}, {}, {}
        for key, value in meta.items():
            kind, _, rest = key.partition(".")
            SEEN["meta", kind] += 1
            if kind == "tag":
                self.tags[rest] = value
            elif kind == "kept":
                self.kept[int(rest)] = struct.unpack("<qq", value)
            elif kind in ("index", "key"):
                (self.index_paths if kind == "index" else self.key_paths)[int(rest)] = value.decode()
        source = Bytes(meta["declared"])
        self.declared = [(source.text().decode(), source.text().decode(), source.count(2)) for _ in range(source.varint())]

    def read_paths(self):
        self.paths, self.paths_seal = [], 0
        for id, parent, element, key, column, seal in self.rows("path", "id, parent, element, key, column, seal", "id"):
            sum = seal_of("path", id, parent, element, key, column)
            require(signed(sum) == seal and id == len(self.paths) and (id == 0 or 0 <= parent < id), f"path {id} fails its seal")
            self.paths_seal ^= sum
            SEEN["column", "number" if column is not None and column > 0 else column] += 1
            self.paths.append(Path(parent, element == 1, key))
            if element == 1:
                self.paths[parent].element_path = id
        require(self.paths, "there is no root")

    def generations(self):
        """Those that can be read."""
        return sorted({*self.kept, *(record.generation for record in self.log if record.generation >= self.meta["oldest"]), self.newest})

    def generation(self, when=None):
        """Of a number, a tag, or nothing: the newest."""
        found = self.newest if when is None else self.tags.get(when, int(when) if str(when).isdigit() else -1)
        if found not in self.generations():
            raise Refused(f"'{self.name}' has no generation {when}; there are {', '.join(map(str, self.generations()))}")
        return found

    def records(self, generation):
        """The newest Base of a generation or an older one, and what follows it up to there."""
        upto = [record for record in self.log if record.generation <= generation]
        bases = [at for at, record in enumerate(upto) if record.op == BASE]
        require(bases, f"the log lacks the Base of generation {generation}")
        read = upto[bases[-1]:]
        last = read[0].previous
        for before, record in zip([read[0], *read], read):
            require(record.follows(last) and before.generation <= record.generation and before.time <= record.time,
                    f"record {record.seq} fails its seal, or the one before it is missing")
            last = record.seal
        if generation in self.kept:
            require(self.kept[generation][0] == last, f"the log lacks records of generation {generation}")
        return read

    def batch(self, segment):
        """The columns of a segment's batch."""
        if segment.batch not in self.batches:
            def chunk(path):
                found = fetch(self.database, f"SELECT stats, data FROM {self.table('chunk')} WHERE key = ?", path << 32 | segment.batch)
                require(all(isinstance(blob, bytes) for row in found for blob in row), f"a chunk of batch {segment.batch} is none")
                return found[0] if found else None
            self.batches[segment.batch] = Batch(self.paths, segment.nonce & MASK, segment.trees, chunk)
        batch = self.batches[segment.batch]
        require((batch.nonce, batch.streams) == (segment.nonce & MASK, segment.pools), f"batch {segment.batch} is not the one that its segment tells")
        return batch

    def trees(self, when=None):
        """The trees of a generation in order: their rowids and texts."""
        generation = self.generation(when)
        records = self.records(generation)
        seen = sorted((s for s in self.segments if s.born <= generation < s.died), key=lambda s: (s.pos, s.id))
        seals, known = 0, [record.segments_seal for record in records if record.op in (BASE, COUNTS)][-1]
        trees = {}
        for segment in seen:
            seals ^= segment.seal
            batch = self.batch(segment)
            for row in segment.live:
                require(segment.rowids[row] not in trees, f"rowid {segment.rowids[row]} stands twice")
                trees[segment.rowids[row]] = batch.tree(segment.first_row + row)
        require(seals == known, f"the segments of generation {generation} are not those that the log knows")
        for record in records:
            SEEN["op", record.op] += 1
            self.apply(record, trees)
        return trees

    def apply(self, record, trees):
        """Does to the trees what a record of the log says."""
        def there(rowid, wanted=True):
            require((rowid in trees) == wanted, f"record {record.seq} does not fit row {rowid}")
            return rowid
        source, rowid = Bytes(record.tree), record.rowid
        if record.op == INSERT:
            trees[there(rowid, False)] = record.tree
        elif record.op == REPLACE:
            trees[there(rowid)] = record.tree
        elif record.op == ERASE:
            del trees[there(rowid)]
            SEEN["erased together", source.left() > 0] += 1
            while source.left():
                rowid = signed(rowid + source.zigzag() & MASK)
                del trees[there(rowid)]
        elif record.op == SET:
            there(rowid)
            SEEN["set nothing", source.left() == 0] += 1
            while source.left():
                trees[rowid] = self.with_value(trees[rowid], source.varint(), source.text())
        elif record.op == CARRIED:
            rowid = 0
            while source.left():
                rowid = signed(rowid + source.zigzag() & MASK)
                values = source.varint()
                SEEN["carried values", values > 0] += 1
                if values == 0:
                    trees[there(rowid)] = source.text()
                for _ in range(values):
                    trees[rowid] = self.with_value(trees[there(rowid)], source.varint(), source.text())

    def with_value(self, tree, path, value):
        """A tree with a value in the place of another, neither an object nor an array."""
        keys = []
        while path:
            require(0 < path < len(self.paths) and not self.paths[path].element, "a value is set at no path of keys")
            keys.append(self.paths[path].key)
            path = self.paths[path].parent
        at = 0
        for key in reversed(keys):
            at = member(tree, at, string_text(key))
        require(keys and value[:1] not in b"{[" and tree[at:at + 1] not in b"{[", "a value is set that is none")
        return tree[:at] + value + tree[value_end(tree, at):]

    def check(self):
        """Holds all that is stored against its seals, whether or not a generation needs it."""
        batches = {}
        for segment in self.segments:
            same = batches.setdefault(segment.batch, segment)
            require((same.nonce, same.trees) == (segment.nonce, segment.trees), f"segments disagree about batch {segment.batch}")
            self.batch(segment)
        chunks = sorted((path, batch) for batch in batches for path in (0, *self.batches[batch].listed))
        require(chunks == [(key >> 32, key & 0xFFFFFFFF) for key, in self.rows("chunk", "key", "key")], "there are chunks that no batch lists")
        self.check_log()
        for generation in self.generations():
            self.trees(generation)
        for tag, generation in self.tags.items():
            require(generation in self.generations(), f"the tag {tag} names a generation that is not there")
        indexes.check(self)

    def check_log(self):
        """The whole chain: it may begin anew at a Base, behind the end of a generation that is kept alone."""
        last, ends = None, {seal for seal, _ in self.kept.values()}
        for record in self.log:
            free = last is None or last in ends and not record.follows(last)
            require(record.follows(record.previous if free else last) if not free or record.op == BASE else True,
                    f"record {record.seq} fails its seal, or the one before it is missing")
            last = record.seal


def value_end(text, at):
    """Where a value of minimal JSON ends."""
    if text[at:at + 1] not in (b"{", b"["):
        found = (STRING if text[at:at + 1] == b'"' else SCALAR).match(text, at)
        require(found, "a tree is no JSON")
        return found.end()
    depth = 0
    for found in BRACKET.finditer(text, at):
        depth += found.group() in (b"{", b"[")
        depth -= found.group() in (b"}", b"]")
        if depth == 0:
            return found.end()
    raise Damage("a tree is no JSON")


def member(text, at, key):
    """Where the value of a key begins in the object there, or Damage."""
    require(text[at:at + 1] == b"{", "a value is set where no object is")
    at += 1
    while text[at:at + 1] == b'"':
        name = STRING.match(text, at)
        require(name, "a tree is no JSON")
        if name.group() == key:
            return name.end() + 1
        at = value_end(text, name.end() + 1) + 1
    raise Damage("a value is set at a key that is not there")


def fetch(database, query, *values):
    try:
        return database.execute(query, values).fetchall()
    except UnicodeDecodeError as error:  # of a text, or of SQLite's own message about one
        raise Damage(f"a text is none: {error}") from error


def open_file(file):
    return sqlite3.connect(f"{pathlib.Path(file).resolve().as_uri()}?mode=ro", uri=True)


def names(database):
    """The Arbors of a database: the virtual tables that use the module `arbor`."""
    virtual = fetch(database, "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND rootpage = 0 ORDER BY name")
    require(all(isinstance(part, str) for row in virtual for part in row), "a table's name is no text")
    return [name for name, sql in virtual if MODULE.search(sql)]


def main(words):
    if not words or words[0] in ("-h", "--help"):
        sys.exit(__doc__)
    checked = words[0] == "--check"
    database = open_file(words[1 if checked else 0])
    arbors = [Arbor(database, name) for name in (words[1:2] if not checked and len(words) > 1 else names(database))]
    for arbor in arbors:
        if checked:
            arbor.check()
            print(f"{arbor.name}: ok")
        elif len(words) == 1:
            print(f"{arbor.name}: {len(arbor.trees())} trees, generations {', '.join(map(str, arbor.generations()))}; tags {arbor.tags}")
        else:
            for tree in arbor.trees(*words[2:3]).values():
                sys.stdout.buffer.write(tree + b"\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Damage, Refused, RuntimeError, sqlite3.Error) as error:
        sys.exit(f"{type(error).__name__}: {error}")
