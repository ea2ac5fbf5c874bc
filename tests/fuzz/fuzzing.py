"""What the fuzz programs share: the Python tests' modules, mutations of texts, and cases run in children that may crash or hang."""
import os
import pathlib
import resource
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))

import harness  # noqa: E402
import isolated  # noqa: E402

SANITIZED = os.environ.get("ARBORS_SANITIZED") == "1"
MEMORY = 4 << 30  # What a child may map; the sanitizers map more.
INTERESTING = ["0", "-1", "1e999", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "null", "''", '""', "[]", "{}", "\x00", "\ud7ff", "\ufeff", "\uffff", "é", "😀", "[*]", "[-1]", "\\", "\\u0000", "\\ud800", "?1", "?0", "?99", "--", "/*", "|", "(", ")", "{", "}", "[", "]", ",", ";", "\n"]


def mutated(rng, text, vocabulary, most=4):
    """A text with some of its tokens removed, doubled, swapped, or replaced by others."""
    tokens = split(text)
    for _ in range(rng.randint(1, most)):
        kind, at = rng.randrange(8), rng.randrange(len(tokens) + 1)
        span = slice(at, at + rng.choice([1, 1, 2, 5]))
        if kind == 0:
            del tokens[span]
        elif kind == 1:
            tokens[at:at] = tokens[span]
        elif kind == 2 and len(tokens) > 1:
            one, other = rng.randrange(len(tokens)), rng.randrange(len(tokens))
            tokens[one], tokens[other] = tokens[other], tokens[one]
        elif kind == 3:
            tokens[span] = [rng.choice(vocabulary)]
        elif kind == 4:
            tokens[at:at] = [rng.choice(vocabulary)]
        elif kind == 5:
            tokens[at:at] = [rng.choice(INTERESTING)]
        elif kind == 6 and at < len(tokens):
            tokens[at] = mutated_characters(rng, tokens[at])
        elif kind == 7:
            begin = rng.randrange(len(tokens) + 1)
            tokens[at:at] = tokens[begin:begin + rng.randrange(8)] * rng.choice([1, 1, 3, 20])
    return "".join(tokens)


def mutated_characters(rng, text):
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(INTERESTING + [chr(rng.randrange(1, 128)), ""]) + text[at + rng.randrange(3):]


def split(text):
    """Words, runs of blanks, and single characters."""
    tokens = []
    for character in text:
        joins = tokens and (character.isalnum() or character in "_.") and (tokens[-1][-1].isalnum() or tokens[-1][-1] in "_.")
        if joins or (tokens and character == " " and tokens[-1][-1] == " "):
            tokens[-1] += character
        else:
            tokens.append(character)
    return tokens


def outcome(database, sql, values=()):
    """Rows, or the error as a text; what no error may be is an exception."""
    try:
        return "rows", database.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", None)
        if not str(error) or str(error) == "not an error" or name in ("SQLITE_INTERNAL", "SQLITE_MISUSE", "SQLITE_CORRUPT"):
            raise AssertionError(f"a bad error: {name} {error}") from None
        return "error", f"{name}: {error}"
    except UnicodeDecodeError as error:  # Python's, of a damaged text or of a message that quotes one
        return "error", str(error)


def limit_memory():
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run_cases(report, cases, run_one, at_once=100, seconds=60):
    """Calls `run_one(case)`, which gives None or what is wrong, for each case, many of them in one child. Every case is one check."""
    def run_some(some):
        limit_memory()
        return [problem_of(run_one, case) for case in some]

    for begin in range(0, len(cases), at_once):
        some = cases[begin:begin + at_once]
        found = isolated.call(lambda: run_some(some), seconds)
        if not isinstance(found, list):
            found = [isolated.call(lambda: run_some([case]), seconds) for case in some]
            found = [problem[0] if isinstance(problem, list) else problem for problem in found]
        for case, problem in zip(some, found):
            report.check(problem is None, f"{problem}", f"case {harness.short(case, 2000)}")


def problem_of(run_one, case):
    try:
        return run_one(case)
    except UnicodeDecodeError:  # Python's own, of a name or a text in a damaged file
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
