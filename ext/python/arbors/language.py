"""The language of plans, as the engine tells it."""

from __future__ import annotations

from . import session as sessions


def help(topic: str | None = None) -> str:
    """The language of plans, or a part of it: a stage, a function, an aggregate, or "stages", "functions", "paths", ….

    >>> import arbors
    >>> print(arbors.help("head"))
      head n
          keeps the first n trees
          for example: head 10
    """
    session = sessions.of_memory()
    return str(session.call("arbor_help", *([] if topic is None else [topic]))).rstrip("\n")
