"""What the C++ names of the storage format, what the page names, and what the reader has met: all three must be the same."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "sql/FORMAT.md"


def source(name):
    return (ROOT / name).read_text()


def enumerators(file, name):
    """An enum's names and numbers."""
    body = re.search(rf"enum class {name} : std::uint8_t {{(.*?)}};", source(file), re.S).group(1)
    return {word.lower(): int(number) for word, number in re.findall(r"^\s*(\w+) = (\d+)", body, re.M)}


def rows_of(file, pattern):
    return {name: int(number) for number, name in re.findall(pattern, source(file))}


def in_sources():
    """Each kind of number that is stored: its names and numbers as the C++ has them."""
    return {
        "integers": rows_of("engine/codec/integers/encoding_choice.cpp", r'row<T, \w+>\((\d+), "([^"]+)"'),
        "reals": rows_of("engine/codec/reals/reals.cpp", r'RealCodec{(\d+), "([^"]+)"'),
        "strings": {**rows_of("engine/codec/texts/strings.cpp", r'StringCodec{(\d+), "([^"]+)"'),
                    "dictionary": int(re.search(r"kDictionaryNumber = (\d+)", source("engine/codec/texts/strings.h")).group(1))},
        "tag": enumerators("engine/batch/vectors/tag.h", "Tag"),
        "op": enumerators("sql/tables/change_log.h", "Op"),
    }


def in_page():
    """The same as the tables of sql/FORMAT.md have it."""
    tables = {"integers": "### Integers and codes", "reals": "### Reals", "strings": "### Strings", "tag": "### Columns", "op": "## The log: X_pending"}
    found = {}
    for kind, heading in tables.items():
        part = PAGE.read_text().split(heading + "\n")[1].split("\n#")[0]
        found[kind] = {name.lower(): int(number) for number, name in re.findall(r"^\| (\d+) \| (\w[\w ]*) \|", part, re.M)}
    return found


def wanted():
    """What the fixtures must hold, as the reader counts it."""
    every = {(kind, number) for kind, numbers in in_sources().items() for number in numbers.values()}
    every |= {("codes", number) for kind, number in every if kind == "integers"}
    every |= {(kind, there) for kind in ("outliers", "shapes", "filter", "rowids", "live", "key", "erased together", "set nothing", "carried values") for there in (False, True)}
    every |= {("packed", way) for way in (32, 64, "tail")} | {("column", number) for number in ("number", None, -1, -2)} | {("index on", what) for what in ("elements", "no array")}
    return every | {("meta", key) for key in meta_keys()}


def meta_keys():
    """The kinds of rows that X_meta may have, as the page draws them."""
    part = PAGE.read_text().split("X_meta    (")[1].split("X_path    (")[0]
    return {key.split(".")[0] for key in re.findall(r"^ {11}([a-z_]+(?:\.[A-Z])?) +(?:INTEGER|BLOB)", part, re.M)} - {"seal"}


def number_in_sources():
    return int(re.search(r"kStorageFormat = (\d+)", source("sql/tables/layout.h")).group(1))
