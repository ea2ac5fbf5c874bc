"""A read's snapshot, and how it is cut into partitions: runs of batches of files, each at one generation."""

from __future__ import annotations

import dataclasses
import time
from typing import Any, Sequence

from ..errors import Error
from ..session import Session, table_name
from . import lake, shapes, summary
from .options import Options

_LEAST, _MOST = 65_536, 524_288  # trees of a partition: about a second's work at most
_FEW = 16  # pieces that have a partition each, however small they are
_PATIENCE = 0.02  # seconds that planning looks for a tree which passes `where`, for each piece
_ALL_PATIENCE = 2.0  # and for all


@dataclasses.dataclass(frozen=True)
class Piece:
    """A run of a file's trees."""

    file: str
    generation: int
    start: int
    count: int
    trees: int  # of the whole Arbor at that generation


class Snapshot:
    """The files of a read, each at the generation that it has now."""

    def __init__(self, options: Options) -> None:
        self.files = lake.files(options.paths, options.name)
        self.summaries = [summary.of_file(file, options.name, options.at) for file in self.files]
        self._shape: Any = None

    def shape(self) -> Any:
        """What the files' trees have in common. Raises an Error where nothing does."""
        if self._shape is None:
            self._shape = shapes.merged([(each.file, each.shape) for each in self.summaries])
        return self._shape

    def partitions(self, options: Options, conditions: Sequence[str], cores: int) -> list[list[Piece]]:
        """The pieces of each partition, balanced by trees, without those that the conditions rule out."""
        size = _size(sum(each.trees for each in self.summaries), options.partitions, cores)
        pieces = [piece for each in self.summaries for piece in _cut(each, size)]
        if conditions:
            pieces = _surviving(pieces, options.name, conditions)
        if options.partitions is None and len(pieces) <= max(_FEW, 4 * cores):
            return [[piece] for piece in pieces] or [[]]
        return _packed(pieces, _size(sum(piece.count for piece in pieces), options.partitions or 4 * cores, cores))


def _size(trees: int, partitions: int | None, cores: int) -> int:
    """How many trees a partition should have."""
    if partitions is not None:
        return max(1, -(-trees // partitions))
    return max(_LEAST, min(_MOST, -(-trees // (2 * cores))))


def _cut(each: summary.Summary, size: int) -> list[Piece]:
    """A file in runs of whole batches, as equal as these allow."""
    units = -(-each.trees // each.unit)
    runs = max(1, min(units, round(each.trees / size))) if each.trees else 0
    edges = [min(each.trees, units * i // runs * each.unit) for i in range(runs)] + [each.trees]
    return [Piece(each.file, each.generation, start, end - start, each.trees) for start, end in zip(edges, edges[1:]) if end > start]


def _packed(pieces: Sequence[Piece], size: int) -> list[list[Piece]]:
    """Small pieces that follow each other share a partition."""
    packed: list[list[Piece]] = []
    room = 0
    for piece in pieces:
        if not packed or piece.count > room:
            packed.append([])
            room = max(size, piece.count)
        packed[-1].append(piece)
        room -= piece.count
    return packed or [[]]


def trees_of(name: str, piece: Piece) -> str:
    """A piece as the source of a plan."""
    source = f"{table_name(name)}@{piece.generation}"
    return source if piece.count == piece.trees else f"{source} | skip {piece.start} | head {piece.count}"


def filtered(conditions: Sequence[str]) -> str:
    """Conditions as the stages of a plan."""
    return "".join(f" | filter ({condition}\n)" for condition in conditions)


def _surviving(pieces: Sequence[Piece], name: str, conditions: Sequence[str]) -> list[Piece]:
    """Leaves out the pieces in which no tree passes, as far as statistics or a short look say so."""
    left, ends = [], time.monotonic() + _ALL_PATIENCE
    by_file: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_file.setdefault(piece.file, []).append(piece)
    for file, of_file in by_file.items():
        with summary.opened(file) as session:
            left += [piece for piece in of_file if _any(session, trees_of(name, piece) + filtered(conditions), ends)]
    return left


def _any(session: Session, plan: str, ends: float) -> bool:
    """Whether a plan has a tree; True where that takes long to say."""
    end = min(time.monotonic() + _PATIENCE, ends)

    def watch() -> None:
        if time.monotonic() > end:
            raise KeyboardInterrupt

    session.call("arbor_explain", plan)  # what is wrong with it is an Error here
    session.watcher = watch
    try:
        return bool(session.call("arbor_any", plan, "true"))
    except KeyboardInterrupt:
        return True
    except Error as error:
        if "interrupt" in str(error).lower():
            return True
        raise
    finally:
        session.watcher = None
