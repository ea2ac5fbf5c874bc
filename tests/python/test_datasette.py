#!/usr/bin/env python3
"""Datasette and sqlite-utils with the package's plugins: pages, facets, filters and sorting find rows, numbers too. Skipped
where they are not installed; a page is looked at by headless Chromium where that is.
"""
import asyncio
import functools
import html
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

import harness

PACKAGE = harness.ROOT / "ext/python"
TREES = [{"id": n, "team": ["NYA", "BOS", "SEA"][n % 3], "year": 1990 + n % 7, "avg": n / 100, "tags": [n % 2, "x"], "birth": {"city": f"c{n % 5}"}} for n in range(210)]


def need(module):
    try:
        return __import__(module)
    except ImportError as error:
        raise harness.Skip(f"{module} is not installed") from error


def database(folder):
    file = str(pathlib.Path(folder) / "s.db")
    prepare()
    import arbors
    db = sqlite3.connect(file)
    arbors.load(db)  # Datasette may use another SQLite library, which then needs a copy of its own
    db.execute("SELECT arbor_append('players', ?)", ("\n".join(map(json.dumps, TREES)),))
    db.execute("CREATE TABLE plain(a)")
    db.commit()
    db.close()
    return file


def prepare():
    os.environ["ARBORS_EXTENSION"] = str(pathlib.Path(OPTIONS.extension).resolve())
    if str(PACKAGE) not in sys.path:
        sys.path.insert(0, str(PACKAGE))


@functools.lru_cache(maxsize=None)
def plugin():
    import arbors.datasette_plugin
    from datasette.plugins import pm
    pm.register(arbors.datasette_plugin, name="arbors of the tests")


def test_datasette(report):
    need("datasette")
    prepare()
    plugin()
    from datasette.app import Datasette
    cases = [("year=1990", 30), ("year__not=1990", 180), ("year__gt=1995", 30), ("avg__lte=0.05", 6), ("avg=0.5", 1), ("year__in=1990,1991", 60), ("team=BOS", 70),
             ("team__notin=BOS,SEA", 70), ("tags__arraycontains=1", 105), ("tags__arraycontains=x", 210), ("birth.city=c3", 42), ("year=x", 0)]

    async def ask(folder):
        served = Datasette([database(folder)])
        for question, rows in cases:
            answer = (await served.client.get(f"/s/players.json?{question}&_size=5")).json()
            report.equal(answer.get("filtered_table_rows_count"), rows, question)
        page = (await served.client.get("/s/players.json?_facet=year&_facet=team&_sort_desc=avg&_size=1")).json()
        report.equal(page["rows"][0][1], 209, "sorted by a number")
        facet = page["facet_results"]["year"] if "results" not in page["facet_results"] else page["facet_results"]["results"]["year"]
        report.equal(sum(each["count"] for each in facet["results"]), 210, "counts of a facet")
        for each in facet["results"]:
            shown = (await served.client.get(re.sub(r"^https?://[^/]+", "", each["toggle_url"]).replace("/players?", "/players.json?"))).json()
            report.equal(shown["filtered_table_rows_count"], each["count"], f"the link of {each['label']}")
        tables = {table["name"]: table["hidden"] for table in (await served.client.get("/s.json")).json()["tables"]}
        report.equal(sorted(name for name, hidden in tables.items() if not hidden), ["plain", "players"], "tables that are shown")
        row = (await served.client.get("/s/players/7.json")).json()
        report.equal(row["rows"][0][1] if "rows" in row else row, 6, "the page of a row")
        lines = pathlib.Path(folder, "of_the_server.jsonl")
        lines.write_text('{"secret":1}\n', encoding="utf-8")
        query = f"/s.json?sql=SELECT+tree+FROM+arbor_file_rows('file(''{lines}'')')&_shape=array"
        said = (await served.client.get(query)).text
        report.check("secret" not in said and "switched off" in said, "a visitor reads no file of the server", said)
        allowed = Datasette([str(pathlib.Path(folder, "s.db"))], metadata={"plugins": {"arbors": {"files": True}}})
        report.equal((await allowed.client.get(query)).json(), [{"tree": '{"secret":1}'}], "unless the configuration lets them")

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(ask(folder))


def test_page_in_a_browser(report):
    need("datasette")
    browser = shutil.which("chromium")
    if browser is None:
        raise harness.Skip("there is no chromium")
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        plugins = pathlib.Path(folder, "plugins")
        plugins.mkdir()
        (plugins / "arbors_plugin.py").write_text("from arbors.datasette_plugin import *\n", encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([sys.executable, "-m", "datasette", database(folder), "-p", str(port), "--plugins-dir", str(plugins)],
                                  env={**os.environ, "PYTHONPATH": str(PACKAGE)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            page = f"http://127.0.0.1:{port}/s/players?_facet=year&year=1993&_sort_desc=avg"
            for _ in range(100):
                try:
                    urllib.request.urlopen(page, timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.1)
            shown = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                                    "--disable-sync", f"--user-data-dir={folder}/profile", "--dump-dom", page], capture_output=True, text=True, timeout=120, check=False).stdout
            text = html.unescape(re.sub(r"<[^>]+>", " ", shown))
            report.check("30 rows" in text, "the page says how many rows", text[:300])
            report.check("birth.city" in text and "1993" in text, "columns and facets are shown")
        finally:
            server.kill()
            server.wait()


def test_sqlite_utils(report):
    sqlite_utils = need("sqlite_utils")
    prepare()
    import arbors.sqlite_utils_plugin
    from sqlite_utils.plugins import pm
    pm.register(arbors.sqlite_utils_plugin, name="arbors of the tests")
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite_utils.Database(database(folder))
        report.equal(db["players"].count, 210, "count")
        report.equal(next(db["players"].rows_where("year = 1990 AND team = 'NYA'"))["id"], 0, "rows_where")
        db["players"].insert({"id": 1000, "birth.city": "new"})
        report.equal(list(db.query("SELECT _tree FROM players WHERE id = 1000")), [{"_tree": '{"id":1000,"birth":{"city":"new"}}'}], "insert")


OPTIONS = None
if __name__ == "__main__":
    OPTIONS = harness.parser().parse_args()
    harness.run(globals(), OPTIONS)
