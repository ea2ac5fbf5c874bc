"""Cuts a failing query and its rows down while the failure lasts, and prints what is left as a small program."""
import json
import time

SECONDS = 20  # A smaller reproduction is not worth more waiting.


def shrink(world, query):
    deadline = time.monotonic() + SECONDS
    documents = world.documents
    world.build(documents)
    if not world.differs(query):
        return "     (the failure needs the history: it does not show on freshly built tables)"
    query = shrink_query(world, query, deadline)
    documents = shrink_documents(world, query, documents, deadline)
    world.build(documents)
    query = shrink_query(world, query, deadline)
    found = world.differs(query)
    used = {name: value for name, value in (found or ("", {}))[1].items() if f":{name}" in query.sql()}
    declared = [column.declaration for column in world.columns if column.declared]
    arguments = ", ".join(declared + ([f"batch_trees={world.batch_trees}"] if world.batch_trees else []))
    return "\n".join(["     --- the smallest that still differs: " + (found or ("?",))[0],
                      f"     CREATE VIRTUAL TABLE t USING arbor({arguments});",
                      *(f"     SELECT arbor_create_index('t', '{column.name}');" for column in world.indexed),
                      f"     SELECT arbor_append('t', {json.dumps(documents, ensure_ascii=False)!r});",
                      f"     {query.sql(arbor=True)};", f"     -- parameters {used}",
                      f"     -- plan {world.arbor.explain(query.sql(arbor=not world.options.self_check), query.parameters[0])}"])


def shrink_query(world, query, deadline):
    improved = True
    while improved and time.monotonic() < deadline:
        improved = False
        for smaller in query.smaller():
            try:
                still = world.differs(smaller)
            except Exception:
                continue
            if still and not still[0].startswith("one fails"):
                query, improved = smaller, True
                break
    return query


def shrink_documents(world, query, documents, deadline):
    """Removes ever smaller runs of documents. A table whose columns no longer all exist does not count."""
    size = len(documents) // 2
    while size and time.monotonic() < deadline:
        start = 0
        while start < len(documents) and time.monotonic() < deadline:
            fewer = documents[:start] + documents[start + size:]
            if fewer and fails(world, query, fewer):
                documents = fewer
            else:
                start += size
        size //= 2
    return documents


def fails(world, query, documents):
    try:
        world.build(documents)
        found = world.differs(query)
    except Exception:
        return False
    return bool(found) and not found[0].startswith("one fails")
