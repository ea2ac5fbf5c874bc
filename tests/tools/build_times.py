#!/usr/bin/env python3
"""Shows where a build's time went: floors and sources by cost, from Ninja's log; with clang's -ftime-trace also headers and templates.

Costs are seconds; what is included or instantiated in several sources is summed, each header with what it includes itself.
"""
import argparse
import collections
import json
import pathlib
import re

SHOWN = 15


def show(title, costs):
    print(f"{title}: {sum(costs.values()):.0f} s")
    for name, seconds in costs.most_common(SHOWN):
        print(f"  {seconds:8.1f}  {name}")


def from_log(build):
    """Gives (output, seconds) of each object's last compilation."""
    last = {}
    for line in (build / ".ninja_log").read_text().splitlines()[1:]:
        began, ended, _, output, *_ = line.split("\t")
        if output.endswith(".o"):
            last[output] = (int(ended) - int(began)) / 1000
    return last.items()


def from_traces(build):
    """Sums clang's traces: headers, and templates instantiated."""
    headers, templates = collections.Counter(), collections.Counter()
    for trace in build.rglob("*.json"):
        events = json.loads(trace.read_text()) if trace.name.endswith((".cxx.json", ".cpp.json")) else {}
        for event in events.get("traceEvents", ()):
            if event["name"] == "Source":
                headers[event["args"]["detail"]] += event["dur"] / 1e6
            elif event["name"].startswith("Instantiate"):
                templates[re.sub(r"<.*", "<…>", event["args"]["detail"])] += event["dur"] / 1e6
    return headers, templates


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("build", type=pathlib.Path, help="a build folder of Ninja's")
    build = options.parse_args().build
    sources, floors = collections.Counter(), collections.Counter()
    for output, seconds in from_log(build):
        name = re.sub(r"^.*\.dir/(Unity/unity_)?|(_cxx\.cxx|\.cpp)?\.o$", "", output)
        sources[name] += seconds
        floors[re.sub(r"_\d+$", "", name) if "Unity" in output else name.rpartition("/")[0]] += seconds
    show("floors", floors)
    show("sources", sources)
    headers, templates = from_traces(build)
    if headers:
        show("headers", headers)
        show("templates", templates)


if __name__ == "__main__":
    main()
