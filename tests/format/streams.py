"""The typed streams of sql/FORMAT.md: integers, codes, reals and strings out of bytes. `SEEN` counts which encodings were met."""
import collections
import struct

try:
    import zstandard
except ImportError:
    zstandard = None

SEEN = collections.Counter()
BLOCK = 1024


class Damage(Exception):
    """What is stored contradicts itself or its checksums."""


def require(condition, sentence):
    if not condition:
        raise Damage(sentence)


class Bytes:
    """Reads on from the beginning; a read past the end is damage."""

    def __init__(self, data):
        self.data, self.at = memoryview(data), 0

    def left(self):
        return len(self.data) - self.at

    def raw(self, size):
        require(0 <= size <= self.left(), "bytes end too early")
        self.at += size
        return bytes(self.data[self.at - size:self.at])

    def rest(self):
        return self.raw(self.left())

    def fixed(self, format):
        return struct.unpack("<" + format, self.raw(struct.calcsize("<" + format)))[0]

    def varint(self):
        value = shift = 0
        while True:
            require(shift < 64, "a varint is too long")
            byte = self.raw(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value & (1 << 64) - 1

    def zigzag(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def count(self, most):
        value = self.varint()
        require(value <= most, "a count is out of range")
        return value

    def text(self):
        return self.raw(self.varint())

    def end(self):
        require(self.left() == 0, "bytes are left over")


class Lane:
    """Integers, or codes: how one is written the short way, and how sums wrap."""

    def __init__(self, name, bits, signed):
        self.name, self.bits, self.signed, self.mask = name, bits, signed, (1 << bits) - 1

    def value(self, source):
        return source.zigzag() if self.signed else source.count(self.mask)

    def wrap(self, value):
        value &= self.mask
        return value - (1 << self.bits) if self.signed and value >> self.bits - 1 else value


INTEGERS, CODES = Lane("integers", 64, True), Lane("codes", 32, False)


def nested(lane, source, count, depth):
    return stream(lane, source.text(), count, depth + 1)


def stream(lane, data, count, depth=0):
    """The values of one stream of integers or codes, which must be `count`."""
    source = Bytes(data)
    encoding = source.fixed("B")
    require(encoding < len(ENCODINGS), f"an encoding of {lane.name} is unknown: {encoding}")
    require(source.varint() == count, "a stream holds another count of values")
    require(depth <= 4, "streams nest too deep")
    values = ENCODINGS[encoding](lane, source, count, depth)
    source.end()
    SEEN[lane.name, encoding] += 1
    return values


def plain(lane, source, count, depth):
    return list(struct.unpack(f"<{count}{'q' if lane.signed else 'I'}", source.raw(count * lane.bits // 8)))


def constant(lane, source, count, depth):
    return [lane.value(source)] * count


def run_length(lane, source, count, depth):
    runs = source.count(count)
    lengths = nested(CODES, source, runs, depth)
    require(sum(lengths) == count, "runs are too long or too short")
    return [value for length, value in zip(lengths, nested(lane, source, runs, depth)) for _ in range(length)]


def frame(lane, source, count, depth):
    blocks = -(-count // BLOCK)
    widths = source.raw(blocks)
    require(all(width <= lane.bits for width in widths), "a width is out of range")
    bases = [lane.value(source) for _ in range(blocks)]
    values = []
    for width, base in zip(widths, bases):
        values += [lane.wrap(base + value) for value in packed(source, min(BLOCK, count - len(values)), width)]
    return values


def delta(lane, source, count, depth):
    require(count > 0, "differences of nothing")
    value, least = lane.value(source), lane.value(source)
    values = [value]
    for step in nested(lane, source, count - 1, depth):
        value = lane.wrap(value + step + least)
        values.append(value)
    return values


def patched(lane, source, count, depth):
    base, width, patches = lane.value(source), source.fixed("B"), source.count(count)
    require(width < lane.bits, "a width is out of range")
    values = [lane.wrap(base + value) for value in packed(source, count, width)]
    positions = nested(CODES, source, patches, depth)
    for at, high in zip(positions, nested(lane, source, patches, depth)):
        require(at < count, "a patch is out of range")
        values[at] = lane.wrap(values[at] + (high << width))
    return values


def distinct(lane, source, count, depth):
    entries = nested(lane, source, source.count(count), depth)
    return picked(entries, nested(CODES, source, count, depth))


ENCODINGS = [plain, constant, run_length, frame, delta, patched, distinct]


def picked(entries, codes):
    require(all(code < len(entries) for code in codes), "a code is out of range")
    return [entries[code] for code in codes]


def packed(source, count, width):
    """Unsigned values of `width` bits: full blocks lane by lane, the others end to end."""
    values = []
    for _ in range(count // BLOCK):
        bits = 64 if width > 32 else 32
        SEEN["packed", bits] += width > 0
        lanes, mask = BLOCK // bits, (1 << width) - 1
        words = struct.unpack(f"<{width * lanes}{'Q' if bits == 64 else 'I'}", source.raw(128 * width))
        columns = [sum(words[k * lanes + lane] << k * bits for k in range(width)) for lane in range(lanes)]
        values += [columns[i % lanes] >> i // lanes * width & mask for i in range(BLOCK)]
    return values + end_to_end(source, count % BLOCK, width)


def end_to_end(source, count, width):
    data, mask = source.raw((count * width + 7) // 8), (1 << width) - 1
    SEEN["packed", "tail"] += len(data) > 0
    return [int.from_bytes(data[at >> 3:(at + width + 7) >> 3], "little") >> (at & 7) & mask for at in range(0, count * width, width)] if width else [0] * count


def reals(data, count):
    source = Bytes(data)
    encoding = source.fixed("B")
    require(encoding in REALS, f"an encoding of reals is unknown: {encoding}")
    require(source.varint() == count, "a stream holds another count of values")
    values = REALS[encoding](source, count)
    source.end()
    SEEN["reals", encoding] += 1
    return values


def real_bits(source, count):
    bits = nested(INTEGERS, source, count, 0)
    return list(struct.unpack(f"<{count}d", struct.pack(f"<{count}q", *(value ^ (1 << 63) - 1 if value < 0 else value for value in bits))))


def decimals(source, count):
    scale = source.fixed("B")
    require(scale <= 15, "a scale is out of range")
    values = [value / 10.0**scale for value in nested(INTEGERS, source, count, 0)]
    exceptions = source.count(count)
    for at in nested(CODES, source, exceptions, 0):
        require(at < count, "an exception is out of range")
        values[at] = source.fixed("d")
    return values


REALS = {0: real_bits, 1: decimals}


def strings(data, count):
    """A stream of strings, each as bytes."""
    source = Bytes(data)
    encoding = source.fixed("B")
    require(encoding in STRINGS, f"an encoding of strings is unknown: {encoding}")
    require(source.varint() == count, "a stream holds another count of strings")
    values = STRINGS[encoding](source, count)
    source.end()
    require(len(values) == count, "a stream holds another count of strings")
    SEEN["strings", encoding] += 1
    return values


def cut(heap, lengths):
    source = Bytes(heap)
    values = [source.raw(length) for length in lengths]
    source.end()
    return values


def plain_strings(source, count):
    lengths = nested(CODES, source, count, 0)
    return cut(source.raw(sum(lengths)), lengths)


def unpacked(frame, size):
    if zstandard is None:
        raise RuntimeError("some strings are compressed: install zstandard")
    try:
        return zstandard.ZstdDecompressor().decompress(frame, max_output_size=max(size, 1))
    except zstandard.ZstdError as error:
        raise Damage(f"a heap does not unpack: {error}") from error


def compressed_strings(source, count):
    lengths = nested(CODES, source, count, 0)
    return cut(unpacked(source.rest(), sum(lengths)), lengths)


def framed_strings(source, count):
    lengths = nested(CODES, source, count, 0)
    heap, piece = sum(lengths), source.varint()
    require(piece > 0, "pieces are empty")
    pieces = [unpacked(source.raw(size), piece) for size in nested(CODES, source, -(-heap // piece), 0)]
    require(all(len(one) == piece for one in pieces[:-1]), "a piece is too short")
    return cut(b"".join(pieces), lengths)


def woven(source, count, members):
    """Strings that stand apart, and in their gaps what members(how many) gives."""
    apart = source.count(count)
    outliers = {}
    if apart:
        positions = nested(CODES, source, apart, 0)
        require(positions == sorted(set(positions)) and positions[-1] < count, "outliers are out of order")
        inner = Bytes(source.text())
        outliers = dict(zip(positions, plain_strings(inner, apart)))
        inner.end()
    SEEN["outliers", bool(apart)] += 1
    others = iter(members(count - apart))
    return [outliers[i] if i in outliers else next(others) for i in range(count)]


def pattern_members(source, count):
    length, alphabets = source.fixed("B"), []
    for _ in range(source.fixed("B")):
        alphabets.append(source.raw(source.fixed("B") + 1))
    places = picked(alphabets, source.raw(length))
    groups, room = [], 0
    for place, letters in enumerate(places):
        if len(letters) == 1:
            continue
        if room < len(letters):
            groups.append([])
            room = 1 << 52
        room //= len(letters)
        groups[-1].append(place)
    rows = [bytearray(letters[0] for letters in places) for _ in range(count)]
    for group in groups:
        for row, number in zip(rows, nested(INTEGERS, source, count, 0)):
            for place in reversed(group):
                number, digit = divmod(number, len(places[place]))
                row[place] = places[place][digit]
            require(number == 0, "a string is out of its pattern")
    return [bytes(row) for row in rows]


def numbers(source, count):
    before, after = source.text(), source.text()
    return [b"%s%d%s" % (before, number, after) for number in nested(INTEGERS, source, count, 0)]


def dictionary(source, count):
    entries = source.count(count)
    return picked(strings(source.text(), entries), nested(CODES, source, count, 0))


STRINGS = {0: plain_strings, 1: compressed_strings, 2: lambda source, count: woven(source, count, lambda members: pattern_members(source, members)),
           3: numbers, 4: lambda source, count: woven(source, count, lambda members: numbers(source, members)), 5: framed_strings, 15: dictionary}
