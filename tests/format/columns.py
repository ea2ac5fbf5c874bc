"""A batch's columns out of its chunks, and its trees out of the columns, as sql/FORMAT.md has them."""
import struct
from array import array

from streams import CODES, INTEGERS, SEEN, Bytes, nested, reals, require, strings
from xxh3 import xxh3

MISSING, NULL, FALSE, TRUE, INTEGER, REAL, BIG_NUMBER, STRING, OBJECT, ARRAY, OPAQUE = range(11)
WORDS = {NULL: b"null", FALSE: b"false", TRUE: b"true"}
ESCAPES = {b'"'[0]: b'\\"', b"\\"[0]: b"\\\\", 8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r"}


def string_text(value):
    """A string as minimal JSON."""
    return b'"' + b"".join(ESCAPES[byte] if byte in ESCAPES else b"\\u%04x" % byte if byte < 32 else bytes([byte]) for byte in value) + b'"'


def real_text(value):
    if value != value:
        return b"null"
    return b"1e999" if value == float("inf") else b"-1e999" if value == float("-inf") else repr(value).encode()


def kinds_in(kinds):
    require(kinds < 1 << 11, "a kind is unknown")
    return [tag for tag in range(11) if kinds >> tag & 1]


class Column:
    """The values of a path in its domain's rows: tags, and what each row's pool holds for it."""

    def __init__(self, data):
        source = Bytes(data)
        checksum = source.fixed("Q")
        require(xxh3(data[8:]) == checksum, "a column fails its own checksum")
        require(source.fixed("B") == 1, "a column's layout is unknown")
        self.rows, kinds = source.varint(), kinds_in(source.varint())
        require((self.rows == 0) == (not kinds), "a column's kinds do not fit its rows")
        self.tags = nested(CODES, source, self.rows, -1) if len(kinds) > 1 else kinds * self.rows
        self.counts = {tag: self.tags.count(tag) for tag in kinds}
        require(all(self.counts.values()) and sum(self.counts.values()) == self.rows, "a column's tags are not those of its kinds")
        self.shapes, self.elements = [], 0
        pools = {tag: iter(self.pool(tag, source)) for tag in kinds if tag >= INTEGER}
        self.streams = len(pools) + (len(kinds) > 1)
        source.end()
        self.values = [next(pools[tag]) if tag in pools else None for tag in self.tags]
        for tag in kinds:
            SEEN["tag", tag] += 1

    def pool(self, tag, source):
        count = self.counts[tag]
        if tag == INTEGER:
            return nested(INTEGERS, source, count, -1)
        if tag == REAL:
            return reals(source.text(), count)
        if tag == OBJECT:
            return self.objects(source, count)
        if tag == ARRAY:
            lengths = nested(CODES, source, count, -1)
            starts = array("Q")
            for length in lengths:
                starts.append(self.elements)
                self.elements += length
            return zip(starts, lengths)
        return strings(source.text(), count)

    def objects(self, source, count):
        for _ in range(source.count(source.left())):
            self.shapes.append([source.varint() for _ in range(source.count(source.left()))])
        require(self.shapes, "objects without a shape")
        codes = nested(CODES, source, count, -1) if len(self.shapes) > 1 else [0] * count
        SEEN["shapes", len(self.shapes) > 1] += 1
        require(all(code < len(self.shapes) for code in codes), "a shape's code is out of range")
        return [self.shapes[code] for code in codes]


def check_statistics(data, column):
    """The statistics' own checksum, and that no value lies outside of them."""
    source = Bytes(data)
    require(source.fixed("I") == xxh3(data[4:]) & 0xFFFFFFFF, "statistics fail their checksum")
    rows = left = source.varint()
    kinds, counts = kinds_in(source.varint()), {}
    for tag in kinds:
        counts[tag] = left if tag == kinds[-1] else source.count(left)
        left -= counts[tag]
    require(rows == column.rows and counts == column.counts, "statistics miscount their values")
    of = {tag: [value for value, its in zip(column.values, column.tags) if its == tag] for tag in kinds}
    if INTEGER in of:
        least = source.zigzag()
        bounds(of[INTEGER], least, least + source.varint())
    if REAL in of or BIG_NUMBER in of:
        bounds(of.get(REAL, []) + [float(value) for value in of.get(BIG_NUMBER, [])], source.fixed("d"), source.fixed("d"))
    if STRING in of:
        flags, least, most = source.fixed("B"), source.text(), source.text()
        require(flags < 8, "a flag is unknown")
        bounds(of[STRING], least, max(of[STRING]) if flags & 1 else most)
        check_filter([source.fixed("Q") for _ in range(source.count(source.left() // 8))], set(of[STRING]))
    source.count(rows)
    if INTEGER in of and source.left():
        low, high = source.zigzag(), source.zigzag()
        require(low + (high << 64) == sum(of[INTEGER]), "the sum is not that of the integers")
        SEEN["sum", True] += 1
    source.end()


def bounds(values, least, most):
    require(all(least <= value <= most for value in values), "a value lies outside of the statistics")


def check_filter(words, texts):
    SEEN["filter", bool(words)] += 1
    for text in texts if words else ():
        hashed = xxh3(text)
        for probe in range(4):
            bit = ((hashed & 0xFFFFFFFF) + probe * (hashed >> 32 | 1) & 0xFFFFFFFF) * 64 * len(words) >> 32
            require(words[bit // 64] >> bit % 64 & 1, "a string is not in the statistics' filter")


class Batch:
    """The columns of one batch, found by chunk(path) -> (stats, data) or None, each held against its seals."""

    def __init__(self, paths, nonce, trees, chunk):
        self.paths, self.nonce, self.chunk, self.columns = paths, nonce, chunk, {}
        root = self.column(0)
        require(root is not None and root.rows == trees, "a batch does not hold as many trees as it says")
        self.streams = sum(self.column(path).streams for path in (0, *self.listed))

    def column(self, path):
        if path not in self.columns:
            stored = self.chunk(path)
            require(stored is not None or path not in getattr(self, "listed", ()), "a batch lost a chunk")
            self.columns[path] = stored and self.read(path, *stored)
        return self.columns[path]

    def read(self, path, stats, data):
        require(len(stats) >= 25 and xxh3(stats[:-8], path) == struct.unpack("<Q", stats[-8:])[0], "a chunk's statistics fail their seal")
        source = Bytes(stats[:-8])
        require(source.fixed("Q") == self.nonce, "a chunk belongs to another batch")
        require(source.fixed("Q") == xxh3(data), "a chunk's data fails its checksum")
        listed, last = [], 0
        for _ in range(source.count(source.left())):
            last += source.varint()
            listed.append(last)
        if path == 0:
            self.listed = listed
        require(path == 0 or path in self.listed and not listed, "a chunk is not one of its batch")
        column = Column(data)
        check_statistics(source.rest(), column)
        return column

    def tree(self, row):
        return b"".join(self.write(0, row))

    def write(self, path, row):
        """The pieces of a value's text."""
        column = self.column(path)
        tag, value = column.tags[row], column.values[row]
        if tag == OBJECT:
            yield b"{"
            comma = b""
            for key in value:
                require(self.paths[key].parent == path and not self.paths[key].element, "a shape names a path of another object")
                member = self.column(key)
                require(member is None or member.rows == column.rows, "a member's column holds another count of rows")
                if member is None or member.tags[row] == MISSING:
                    continue
                yield comma + string_text(self.paths[key].key) + b":"
                comma = b","
                yield from self.write(key, row)
            yield b"}"
        elif tag == ARRAY:
            yield b"["
            start, length = value
            element = self.paths[path].element_path
            require(not length or element and self.column(element) and self.column(element).rows == column.elements, "an array's elements are not there")
            for at in range(start, start + length):
                yield b"," if at > start else b""
                yield from self.write(element, at)
            yield b"]"
        elif tag == STRING:
            yield string_text(value)
        elif tag == INTEGER:
            yield b"%d" % value
        elif tag == REAL:
            yield real_text(value)
        else:
            require(tag in WORDS or tag in (BIG_NUMBER, OPAQUE), "a value is missing")
            yield WORDS[tag] if tag in WORDS else value
