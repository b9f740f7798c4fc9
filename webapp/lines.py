"""A passage's text as the lines a page shows: joined, they are the text again, character for character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.article import CELL_END
from search.model import Fragment

LineKind = Literal["text", "item", "row", "gap"]

_ITEM = re.compile(r"( *)- ")
_DEEPEST = 6  # deeper items are shown at this depth


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its end: a list item, a table row in cells, an empty line, or plain text in one cell.

    `marker` is what an item begins with, and is not in its cell.
    """

    kind: LineKind
    cells: tuple[tuple[Fragment, ...], ...]
    marker: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive lines of one kind."""

    kind: LineKind
    lines: tuple[Line, ...]


def groups(fragments: Iterable[Fragment]) -> list[Group]:
    """Group a passage's lines, so that its lists and tables can be laid out as such."""
    found: list[Group] = []
    for line in (_line(pieces) for pieces in _split(fragments, "\n")):
        if found and found[-1].kind == line.kind:
            found[-1] = Group(line.kind, (*found[-1].lines, line))
        else:
            found.append(Group(line.kind, (line,)))
    return found


def plain_groups(text: str | None) -> list[Group]:
    """Group the lines of text in which nothing matched."""
    return groups([Fragment(text, False)] if text else [])


def _line(pieces: Sequence[Fragment]) -> Line:
    text = "".join(piece.text for piece in pieces)
    item = _ITEM.match(text)
    if item:
        return Line("item", (_without(pieces, len(item[0])),), item[0], min(len(item[1]) // 2, _DEEPEST))
    if CELL_END in text:
        return Line("row", tuple(tuple(cell) for cell in _split(pieces, CELL_END)))
    return Line("text" if text.strip() else "gap", (tuple(pieces),))


def _without(pieces: Sequence[Fragment], length: int) -> tuple[Fragment, ...]:
    """Leave out the first `length` characters."""
    left: list[Fragment] = []
    for piece in pieces:
        text = piece.text[length:]
        length = max(0, length - len(piece.text))
        if text:
            left.append(Fragment(text, piece.matched))
    return tuple(left)


def _split(fragments: Iterable[Fragment], end: str) -> list[list[Fragment]]:
    """Split after each `end`, which stays with the part it closes; only unmatched text is split."""
    parts: list[list[Fragment]] = [[]]
    for fragment in fragments:
        if fragment.matched and end != "\n":
            parts[-1].append(fragment)
            continue
        *closed, last = fragment.text.split(end)
        for text in closed:
            parts[-1].append(Fragment(text + end, fragment.matched))
            parts.append([])
        if last:
            parts[-1].append(Fragment(last, fragment.matched))
    return [part for part in parts if part]
