"""A section's blocks, cut where one passage begins and ends, so that a page can mark it as one element."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.article import Block, Section
from corpus.passages import Passage

_LAYOUT = re.compile(r"[\s|-]+")  # written by a passage's text beside the words, or part of them: never counted


@dataclass(frozen=True, slots=True)
class Piece:
    """A block or a part of one: `start` numbers its first outermost item; `continued`: its header is repeated."""

    block: Block
    start: int = 1
    continued: bool = False


@dataclass(frozen=True, slots=True)
class MarkedSection:
    """A section's pieces before, in and after the marked passage; all are `before` when it has none."""

    section: Section
    before: tuple[Piece, ...]
    marked: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()


def mark(section: Section, passages: Sequence[Passage], passage_id: str | None) -> MarkedSection:
    """Cut a section around a passage; `passages` are all of the section's, in order."""
    pieces = tuple(Piece(block) for block in section.blocks)
    place = next((place for place, passage in enumerate(passages) if passage.id == passage_id), None)
    if place is None:
        return MarkedSection(section, pieces)
    before, rest = _cut(pieces, sum(_weight(passage.text) for passage in passages[:place]))
    marked, after = _cut(rest, _weight(passages[place].text))
    return MarkedSection(section, tuple(before), tuple(marked), tuple(after))


def list_steps(block: Block) -> Iterator[tuple[str, str]]:
    """Yield a list as steps: ("open", ""), ("item", text), ("end", "") of an item, ("close", "")."""
    depths: list[int] = []
    for text, depth in zip(block.items, block.depths, strict=True):
        while depths and depths[-1] > depth:
            depths.pop()
            yield "end", ""
            yield "close", ""
        if depths and depths[-1] == depth:
            yield "end", ""
        else:
            depths.append(depth)
            yield "open", ""
        yield "item", text
    for _ in depths:
        yield "end", ""
        yield "close", ""


def _weight(text: str) -> int:
    """Count the characters that a block and its passages have in common, whatever joins them."""
    return len(_LAYOUT.sub("", text))


def _position(text: str, weight: int) -> int:
    """Return the place in `text` after `weight` counted characters."""
    if weight <= 0:
        return 0
    for place, character in enumerate(text):
        weight -= _weight(character)
        if weight == 0:
            return place + 1
    return len(text)


def _cut(pieces: Sequence[Piece], weight: int) -> tuple[list[Piece], list[Piece]]:
    """Cut pieces after `weight` counted characters."""
    for place, piece in enumerate(pieces):
        whole = sum(_weight(text) for text in texts(piece))
        if weight >= whole:
            weight -= whole
        elif weight == 0:
            return list(pieces[:place]), list(pieces[place:])
        else:
            first, second = _cut_piece(piece, weight)
            return [*pieces[:place], first], [second, *pieces[place + 1 :]]
    return list(pieces), []


def texts(piece: Piece) -> Iterator[str]:
    """Yield the texts that are the piece's own."""
    block = piece.block
    if block.kind == "list":
        yield from block.items
    elif block.kind == "table":
        if not piece.continued:
            yield from block.header
        for row in block.rows:
            yield from row
    else:
        yield block.text


def _cut_piece(piece: Piece, weight: int) -> tuple[Piece, Piece]:
    block = piece.block
    if block.kind == "list":
        return _cut_list(piece, weight)
    if block.kind == "table":
        return _cut_table(piece, weight)
    place = _position(block.text, weight)
    first, second = block.text[:place].rstrip(), block.text[place:].lstrip()
    return Piece(dataclasses.replace(block, text=first)), Piece(dataclasses.replace(block, text=second))


def _cut_list(piece: Piece, weight: int) -> tuple[Piece, Piece]:
    block = piece.block
    first: list[str] = []
    second: list[str] = []
    for item in block.items:
        own = _weight(item)
        if second or weight <= 0:
            second.append(item)
        elif weight < own:
            place = _position(item, weight)
            first.append(item[:place].rstrip())
            second.append(item[place:].lstrip())
        else:
            first.append(item)
        weight -= own
    outermost = block.depths[: len(first)].count(min(block.depths))
    return (
        Piece(dataclasses.replace(block, items=tuple(first), depths=block.depths[: len(first)]), piece.start),
        Piece(
            dataclasses.replace(block, items=tuple(second), depths=block.depths[-len(second) :]),
            piece.start + outermost,
        ),
    )


def _cut_table(piece: Piece, weight: int) -> tuple[Piece, Piece]:
    """Cut between rows, or within a row whose cells then stay in their columns; both parts keep the header."""
    block = piece.block
    header = 0 if piece.continued else sum(_weight(cell) for cell in block.header)
    if weight < header:  # a header longer than a passage
        block, header = dataclasses.replace(block, header=(), rows=(block.header, *block.rows)), 0
    weight -= header
    first: list[tuple[str, ...]] = []
    second: list[tuple[str, ...]] = []
    for row in block.rows:
        own = sum(_weight(cell) for cell in row)
        if second or weight <= 0:
            second.append(row)
        elif weight < own:
            places = []
            for cell in row:
                places.append(_position(cell, weight))
                weight -= _weight(cell)
            first.append(tuple(cell[:place].rstrip() for cell, place in zip(row, places, strict=True)))
            second.append(tuple(cell[place:].lstrip() for cell, place in zip(row, places, strict=True)))
            weight = 0
            continue
        else:
            first.append(row)
        weight -= own
    return (
        Piece(dataclasses.replace(block, rows=tuple(first)), continued=piece.continued),
        Piece(dataclasses.replace(block, rows=tuple(second)), continued=True),
    )
