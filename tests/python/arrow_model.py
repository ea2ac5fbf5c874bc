"""What Arrow types an export gives documents, and whether what a reader found there is what the documents say."""
import json

import documents

INT64 = 2**63


def type_of(values):
    """The type of one path from all its values, None where missing: a name, ("list", type) or ("struct", {key: type})."""
    values = [value for value in values if value is not None]
    kinds = {kind(value) for value in values}
    if not kinds:
        return "string"
    if kinds == {"list"}:
        return "list", type_of([item for value in values for item in value])
    if kinds == {"struct"}:
        keys = list(dict.fromkeys(key for value in values for key in value))
        return ("struct", {key: type_of([value.get(key) for value in values]) for key in keys}) if keys else "json"
    if kinds <= {"int", "big", "double"} and kinds != {"int"}:
        whole = all(isinstance(value, int) and 0 <= value < 2 * INT64 for value in values)
        return "unsigned" if whole else "double"
    return kinds.pop() if len(kinds) == 1 else "json"


def kind(value):
    if isinstance(value, int) and not isinstance(value, bool) and not -INT64 <= value < INT64:
        return "big"
    return {bool: "bool", int: "int", float: "double", str: "string", list: "list", dict: "struct"}[type(value)]


def columns_of(trees):
    """The columns of a list of trees: {name: (type, values)}."""
    tree_type = type_of(trees)
    if trees and all(isinstance(tree, dict) for tree in trees) and tree_type[0] == "struct":
        return {key: (of, [tree.get(key) for tree in trees]) for key, of in tree_type[1].items()}
    return {"value": (tree_type, trees)} if trees else {}


def agrees(found, value, of):
    """Whether a reader's value is the document's. An object or array may be JSON text: it is where it was stored opaque."""
    if value is None or found is None:
        return value is None and found is None
    if of == "json" or (isinstance(of, tuple) and isinstance(found, str)):
        return isinstance(found, str) and documents.same(documents.canonical(found), documents.canonical(json.dumps(value)))
    if of == "unsigned":
        return found == value
    if of == "double":
        return isinstance(found, float) and repr(found) == repr(float(value))
    if isinstance(of, str):
        return type(found) is type(value) and found == value
    if of[0] == "list":
        return isinstance(found, list) and len(found) == len(value) and all(agrees(one, two, of[1]) for one, two in zip(found, value))
    return isinstance(found, dict) and set(found) == set(of[1]) and all(agrees(found[key], value.get(key), inner) for key, inner in of[1].items())


def difference(found, trees):
    """Says in what a reader's finding differs from the documents; None where it does not."""
    if "error" in found:
        return found["error"]
    want = columns_of(trees)
    if not trees:  # Columns are those of the source.
        return f"{len(found['rows'])} rows" if found["rows"] else None
    if found["columns"] != list(want):
        return f"columns {found['columns']!r:.300}, not {list(want)!r:.300}"
    if len(found["rows"]) != len(trees):
        return f"{len(found['rows'])} rows, not {len(trees)}"
    for index, (name, (of, values)) in enumerate(want.items()):
        for row, value in zip(found["rows"], values):
            if not agrees(row[index], value, of):
                return f"{name!r:.100} ({found['types'][index]:.200}): {row[index]!r:.300}, not {value!r:.300}"
    return None
