"""With little memory, or no threads, every statement gives its answer or says that memory is out; none ends the process.

Each trial is a fork that limits itself (RLIMIT_AS, RLIMIT_NPROC) and tells by its exit code how it went.
"""
import json
import os
import resource
import sys
import traceback

import harness

OPTIONS = harness.parser().parse_args()
TREES = 110_000  # more than a scan on one thread is for
ANSWER, NO_MEMORY, WRONG, OTHER = range(4)

STATEMENTS = [
    ("a filter", "SELECT arbor_count('t | filter b % 7 = 3 AND s LIKE ''%9%''')"),
    ("a grouping", "SELECT arbor_json('t | group_by b % 10 as k { count() as n, count(distinct s) as d, sum(b) as m }')"),
    ("a sort", "SELECT arbor_json('t | sort_by s desc | head 3')"),
    ("a scan that is read as it comes", "SELECT sum(idx) FROM arbor_rows('t | filter b % 2 = 0')"),
    ("whole trees", "SELECT sum(length(_tree)) FROM t"),
    ("an import", "SELECT json_extract(arbor_append('t', ?), '$.trees')"),
    ("an error on every thread", "SELECT arbor_count('t | filter abs(b - 9223372036854775807 - 61) > 0')"),
]


def database():
    base = harness.connect(OPTIONS.extension)
    base.execute("SELECT arbor_append('t', ?)", ("\n".join(json.dumps({"b": i, "s": f"text {i * 7919 % TREES}"}) for i in range(TREES)),))
    base.execute("SELECT arbor_config('threads', 4)")
    return base


def outcome(base, statement, arguments):
    try:
        return str(base.execute(statement, arguments).fetchall())
    except MemoryError:
        return None
    except Exception as error:
        return None if "out of memory" in str(error) else f"{type(error).__name__}: {error}"


def trial(limit, base, statement, arguments, want):
    """Runs in a fork; gives its exit code, or the signal that ended it below zero."""
    child = os.fork()
    if child == 0:
        code = OTHER
        try:
            limit()
            got = outcome(base, statement, arguments)
            code = NO_MEMORY if got is None else ANSWER if got == want else WRONG
            if code == WRONG:
                print(f"got {got:.200}, want {want:.200}", flush=True)
        except MemoryError:
            code = NO_MEMORY
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def address_space(megabytes):
    def limit():
        pages = int(open("/proc/self/statm").read().split()[0])
        most = pages * resource.getpagesize() + (megabytes << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))

    return limit


def no_threads():
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def each_statement(base):
    lines = "\n".join(json.dumps({"b": i, "new": f"n{i}"}) for i in range(40_000))
    for name, statement in STATEMENTS:
        arguments = (lines,) if "?" in statement else ()
        base.execute("SAVEPOINT one")
        want = outcome(base, statement, arguments)
        base.execute("ROLLBACK TO one")
        base.execute("RELEASE one")
        yield name, statement, arguments, want


def test_without_threads_the_callers_does_the_work(report):
    if OPTIONS.self_check or sys.platform != "linux":
        raise harness.Skip("needs the extension, and Linux")
    base = database()
    for name, statement, arguments, want in each_statement(base):
        report.equal(trial(no_threads, base, statement, arguments, want), ANSWER, f"{name} without threads")


def test_little_memory_is_an_answer_or_an_error(report):
    if OPTIONS.self_check or sys.platform != "linux" or "asan" in os.environ.get("LD_PRELOAD", ""):
        raise harness.Skip("needs the extension, Linux, and no sanitizer")
    base = database()
    answers = 0
    for name, statement, arguments, want in each_statement(base):
        for megabytes in (0, 1, 2, 5, 9, 17, 30, 60, 140) if OPTIONS.quick else (*range(0, 40), *range(40, 200, 8)):
            code = trial(address_space(megabytes), base, statement, arguments, want)
            report.check(code in (ANSWER, NO_MEMORY), f"{name} with {megabytes} MiB", f"exit code {code}")
            answers += code == ANSWER
    report.check(answers > 0, "some have memory enough")


if __name__ == "__main__":
    harness.run(globals(), OPTIONS)
