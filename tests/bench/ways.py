#!/usr/bin/env python3
"""Asks the same questions in each of the ways there are (plain SQL, MATCH, a SELECT in the engine, a plan), compares the answers, and prints
a table of medians in milliseconds of CPU time, all threads together, beside the same SQL over an ordinary table with JSON text.

The orders are those of examples/make_data.py. Usage: ways.py [--extension SO] [--trees N] [--runs N]
"""
import argparse
import json
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Each question's words, then its text in each way; a way that it has not is absent. `text` reads the ordinary table.
QUESTIONS = [
    ("one order by its rowid", {
        "sql": "SELECT status, total FROM orders WHERE rowid = 4711",
        "select": "SELECT status, total FROM orders WHERE rowid = 4711",
        "plan": "orders | take 4710 | select status, total",
        "text": "SELECT tree ->> '$.status', tree ->> '$.total' FROM texts WHERE rowid = 4711"}),
    ("the dearest three of a country", {
        "sql": """SELECT id, total FROM orders WHERE "customer.address.country" = 'JP' ORDER BY total DESC, id LIMIT 3""",
        "select": """SELECT id, total FROM orders WHERE "customer.address.country" = 'JP' ORDER BY total DESC, id LIMIT 3""",
        "plan": "orders | filter customer.address.country = 'JP' | sort_by total desc, id | head 3 | select id, total",
        "text": """SELECT tree ->> '$.id', tree ->> '$.total' FROM texts WHERE tree ->> '$.customer.address.country' = 'JP' ORDER BY 2 DESC, 1 LIMIT 3"""}),
    ("orders by status", {
        "sql": "SELECT status, count(*) FROM orders GROUP BY status ORDER BY 1",
        "select": "SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY 1",
        "plan": "orders | group_by status { count() as n }",
        "text": "SELECT tree ->> '$.status', count(*) FROM texts GROUP BY 1 ORDER BY 1"}),
    ("distinct names by country", {
        "sql": 'SELECT "customer.address.country", count(DISTINCT "customer.name") FROM orders GROUP BY 1 ORDER BY 1',
        "select": 'SELECT "customer.address.country" AS c, count(DISTINCT "customer.name") AS n FROM orders GROUP BY 1 ORDER BY 1',
        "plan": "orders | group_by customer.address.country as c { count(distinct customer.name) as n }",
        "text": "SELECT tree ->> '$.customer.address.country', count(DISTINCT tree ->> '$.customer.name') FROM texts GROUP BY 1 ORDER BY 1"}),
    ("orders with three of an item", {
        "sql": "SELECT count(*) FROM orders o WHERE EXISTS (SELECT 1 FROM json_each(o.items) i WHERE i.value ->> 'name' = 'ladder' AND i.value ->> 'quantity' = 3)",
        "match": "SELECT count(*) FROM orders WHERE orders MATCH 'list_any(items, name = ''ladder'' and quantity = 3)'",
        "select": "SELECT count(*) AS n FROM orders WHERE list_any(items, name = 'ladder' AND quantity = 3)",
        "plan": "orders | filter list_any(items, name = 'ladder' and quantity = 3) | aggregate count() as n",
        "text": "SELECT count(*) FROM texts WHERE EXISTS (SELECT 1 FROM json_each(tree, '$.items') i WHERE i.value ->> 'name' = 'ladder' AND i.value ->> 'quantity' = 3)"}),
    ("how many sold of each item", {
        "sql": "SELECT i.value ->> 'name', sum(i.value ->> 'quantity') FROM orders o, json_each(o.items) i GROUP BY 1 ORDER BY 1",
        "select": "SELECT i.value.name AS item, sum(i.value.quantity) AS sold FROM orders o, json_each(o.items) i GROUP BY 1 ORDER BY 1",
        "plan": "orders | explode items as item | group_by item.name as item { sum(item.quantity) as sold }",
        "text": "SELECT i.value ->> 'name', sum(i.value ->> 'quantity') FROM texts, json_each(tree, '$.items') i GROUP BY 1 ORDER BY 1"}),
    ("the dearest order of each country", {
        "sql": 'SELECT c, id FROM (SELECT "customer.address.country" AS c, id, row_number() OVER (PARTITION BY "customer.address.country" ORDER BY total DESC, id) AS n FROM orders) WHERE n = 1 ORDER BY c',
        "select": 'SELECT c, id FROM (SELECT "customer.address.country" AS c, id, row_number() OVER (PARTITION BY "customer.address.country" ORDER BY total DESC, id) AS n FROM orders) WHERE n = 1 ORDER BY c',
        "plan": "orders | window by customer.address.country order total desc, id { row_number() as n } | filter n = 1 | select customer.address.country as c, id | sort_by c",
        "text": "SELECT c, id FROM (SELECT tree ->> '$.customer.address.country' AS c, tree ->> '$.id' AS id, row_number() OVER (PARTITION BY tree ->> '$.customer.address.country' ORDER BY tree ->> '$.total' DESC, tree ->> '$.id') AS n FROM texts) WHERE n = 1 ORDER BY c"}),
]
WAYS = [("text", "SQLite over JSON text"), ("sql", "plain SQL"), ("match", "`MATCH`"), ("select", "`SELECT` in the engine"), ("plan", "plan")]


def connect(options, folder):
    """A database with the orders as an Arbor, and as texts."""
    database = sqlite3.connect(f"{folder}/ways.db", isolation_level=None)
    database.enable_load_extension(True)
    database.load_extension(str(pathlib.Path(options.extension).resolve()))
    subprocess.run([sys.executable, ROOT / "examples/make_data.py", f"{folder}/orders.jsonl", str(options.trees)], check=True)
    database.execute("SELECT arbor_import('orders', ?)", (f"{folder}/orders.jsonl",)).fetchall()
    database.execute("CREATE TABLE texts(tree TEXT)")
    with open(f"{folder}/orders.jsonl", encoding="utf-8") as lines:
        database.execute("BEGIN")
        database.executemany("INSERT INTO texts VALUES (?)", ((line.rstrip("\n"),) for line in lines))
        database.execute("COMMIT")
    return database


def ask(database, way, text):
    if way in ("select", "plan"):
        return [tuple(json.loads(tree).values()) for tree, in database.execute("SELECT tree FROM arbor_rows(?)", (text,))]
    return database.execute(text).fetchall()


def measure(database, way, text, runs):
    """The answer, and the median of what each run took, after one that warms up."""
    answer, times = ask(database, way, text), []
    for _ in range(runs):
        began = time.process_time()
        ask(database, way, text)
        times.append((time.process_time() - began) * 1000)
    return answer, statistics.median(times)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--extension", default=str(ROOT / "build/arbors.so"))
    options.add_argument("--trees", type=int, default=200_000)
    options.add_argument("--runs", type=int, default=5)
    options = options.parse_args()
    print("| | " + " | ".join(title for _, title in WAYS) + " |\n" + "| --- " * (len(WAYS) + 1) + "|")
    with tempfile.TemporaryDirectory() as folder:
        database = connect(options, folder)
        for words, ways in QUESTIONS:
            took = {way: measure(database, way, text, options.runs) for way, text in ways.items()}
            if any(answer != took["sql"][0] for answer, _ in took.values()):
                sys.exit(f"{words}: the ways do not agree: " + str({way: answer[:3] for way, (answer, _) in took.items()}))
            print(f"| {words} | " + " | ".join(f"{took[way][1]:.2f}" if way in took else "" for way, _ in WAYS) + " |", flush=True)


if __name__ == "__main__":
    main()
