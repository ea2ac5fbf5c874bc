"""Says whether two answers agree, as exactly as the query determines them."""
import collections


def exact(value):
    """A key that tells 1 from 1.0; the sign of zero is not compared, since SQLite itself loses it on the way."""
    return (type(value).__name__, 0.0 if value == 0 and isinstance(value, float) else value)


def loose(value):
    """A key under which values that some collation or comparison holds equal are equal."""
    if isinstance(value, str):
        folded = "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in value)
        return ("str", folded.rstrip(" "))
    if isinstance(value, float) and value == value and abs(value) < 1e18 and value == int(value):
        return ("number", int(value))
    return ("number" if isinstance(value, (int, float)) else type(value).__name__, value)


def keyed(rows, key):
    return [tuple(map(key, row)) for row in rows]


def difference(query, want, got, want_unlimited):
    """None, or a sentence. `want_unlimited()` gives the right answer without LIMIT."""
    if isinstance(want, str) or isinstance(got, str):
        return None if want == got else f"one fails: want {str(want)[:200]}, got {str(got)[:200]}"
    key = loose if query.loose else exact
    left, right = keyed(want, key), keyed(got, key)
    if query.distinct and query.order:  # The shapes order DISTINCT rows by all that they show.
        keys = keyed(want, loose), keyed(got, loose)
        return None if keys[0] == keys[1] else first_difference(*keys)
    if query.total and not query.loose:
        return None if left == right else first_difference(left, right)
    if query.limit is not None:
        return limited_difference(query, left, right, key, want_unlimited)
    if query.keys_shown:
        count = len(query.order)
        keys = [keyed([row[-count:] for row in rows], loose) for rows in (want, got)]
        if keys[0] != keys[1]:
            return "order: " + first_difference(*keys)
    return multiset_difference(left, right)


def limited_difference(query, left, right, key, want_unlimited):
    if len(left) != len(right):
        return f"want {len(left)} rows, got {len(right)}"
    if query.keys_shown:
        count = len(query.order)
        plain = [[tuple(loose(pair[1]) for pair in row[-count:]) for row in rows] for rows in (left, right)]
        if plain[0] != plain[1]:
            return "order: " + first_difference(*plain)
    spare = collections.Counter(right) - collections.Counter(keyed(want_unlimited(), key))
    return f"rows that are not in the answer: {list(spare)[:3]}" if spare else None


def multiset_difference(left, right):
    missing = collections.Counter(left) - collections.Counter(right)
    spare = collections.Counter(right) - collections.Counter(left)
    if not missing and not spare:
        return None
    return f"missing {sum(missing.values())}: {list(missing)[:3]}; too many {sum(spare.values())}: {list(spare)[:3]}"


def first_difference(left, right):
    for index, (want, got) in enumerate(zip(left, right)):
        if want != got:
            return f"row {index}: want {want}, got {got} (of {len(left)} and {len(right)} rows)"
    return f"want {len(left)} rows, got {len(right)}" + (f", the last {(left or right)[-1]}" if left or right else "")
