"""Random DML on both tables of a world, for `random_queries.py --writes`.

Every column is declared and at the top of its document, so that no write goes through a scalar.
"""
from values import AFFINITIES, random_value


def declare(rng, columns):
    columns[:] = [column for column in columns if len(column.path) == 1]
    for column in columns:
        column.affinity = column.affinity or rng.choice(AFFINITIES)


def change(rng, world, report):
    rng.choice([insert, insert, update, delete])(rng, world)
    query = "SELECT rowid, _index FROM {} ORDER BY _index"
    for table in ("t", "u"):
        got, want = (side.answer(query.format(table), {}) for side in (world.arbor, world.plain))
        report.equal(got, want, f"rowids and positions of {table} after a write")


def insert(rng, world):
    chosen = rng.sample(world.columns, rng.randint(1, len(world.columns)))
    chosen = [column for column in chosen if column.flavour != "arrays"] or [world.columns[0]]
    values = [random_value(rng, column.flavour, column.affinity) for column in chosen]
    for table in ("t", "u"):
        rowid = world.arbor.insert(table, chosen, values)
        world.plain.insert(table, chosen, values, rowid)


def update(rng, world):
    column = rng.choice([column for column in world.columns if column.flavour != "arrays"])
    value, key = random_value(rng, column.flavour, column.affinity), rng.randrange(12)
    for table in ("t", "u"):
        for side in (world.arbor, world.plain):
            side.update(table, column, value, "k = ?", (key,))


def delete(rng, world):
    low = rng.randrange(max(1, world.plain.size))
    for table in ("t", "u"):
        for side in (world.arbor, world.plain):
            side.delete(table, "_index BETWEEN ? AND ? AND k IS NOT 1", (low, low + 9))
