"""What can go wrong, as exceptions. The sentences are the engine's; the classes tell what kind of failure it was."""

from __future__ import annotations

import re


class Error(RuntimeError):
    """Any failure of Arbors, with one sentence that says what, where and what to do.

    >>> import arbors
    >>> try:
    ...     arbors.from_dicts([{"a": 1}]).head(5).filter("a >")
    ... except arbors.Error as error:
    ...     print(error)  # doctest: +ELLIPSIS
    in filter, line 1, column ...: expected an expression, but the text ends
    ...
    """

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class NotFoundError(Error, KeyError):
    """No Arbor, tree, key or generation of that name is there. Also a `KeyError`."""


class CardinalityError(Error, ValueError):
    """Exactly one tree was wanted, and there were none or several. Also a `ValueError`."""


class BudgetError(Error):
    """A plan would hold more than a budget allows; the sentence names the need, the limit and the setting."""


class MissingFileError(Error, FileNotFoundError):
    """A file is not there. Also a `FileNotFoundError`."""


# The engine tells kinds of failure by its sentences; the first that fits decides.
_KINDS = (
    (BudgetError, re.compile(r"\(max_\w+\)|\bmax_\w+\b.*\barbor_config\b")),
    (CardinalityError, re.compile(r"exactly one is wanted")),
    (MissingFileError, re.compile(r"^no such file|^no file matches|there is no directory")),
    (NotFoundError, re.compile(r"^(no such (Arbor|tag|table)\b|no tree\b|no tree for which)|has no (generation|tag)")),
)


def of_message(message: str) -> Error:
    """Makes the exception that fits a sentence of the engine."""
    for kind, sentence in _KINDS:
        if sentence.search(message):
            return kind(message)
    return Error(message)
