"""A passage's text as the lines a page shows; the text stays as it is, character for character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from search.model import Fragment

_ITEM = re.compile(r"( *)- ")
_DEEPEST = 6  # deeper items are shown at this depth
CELL_END = " | "
_BAR = f'<span class="bar-end">{CELL_END}</span>'


@dataclass(frozen=True, slots=True)
class Lines:
    """A text as HTML, the most cells in one of its rows, and whether it ends in a row."""

    html: Markup
    most_cells: int
    ends_in_row: bool


def marked(fragments: Iterable[Fragment]) -> Markup:
    """Return fragments as HTML."""
    return Markup("".join(map(_html, fragments)))  # noqa: S704 (each piece is escaped)


def laid_out(fragments: Iterable[Fragment]) -> Lines:
    """Lay out list items, the rows of a table, and empty lines; each line is an element."""
    html: list[str] = []
    most_cells, in_rows = 0, False
    for pieces in _split(fragments, "\n"):
        text = "".join(piece.text for piece in pieces)
        item = _ITEM.match(text)
        is_row = not item and CELL_END in text
        if is_row != in_rows:
            html.append('<span class="rows">' if is_row else "</span>")
            in_rows = is_row
        if is_row:
            cells = _split(pieces, CELL_END)
            most_cells = max(most_cells, len(cells))
            html += ('<span class="row">', *map(_cell, cells), "</span>")
        elif item:
            depth = min(len(item[1]) // 2, _DEEPEST)
            html.append(f'<span class="item{f" d{depth}" if depth else ""}"><span class="marker">{item[0]}</span>')
            html += (*map(_html, _without(pieces, len(item[0]))), "</span>")
        else:
            html += ("<span>" if text.strip() else '<span class="gap">', *map(_html, pieces), "</span>")
    if in_rows:
        html.append("</span>")
    return Lines(Markup("".join(html)), most_cells, in_rows)  # noqa: S704 (each piece is escaped)


def plain(text: str | None) -> Lines:
    """Lay out text in which nothing matched."""
    return laid_out([Fragment(text, False)] if text else [])


def _html(piece: Fragment) -> str:
    text = escape(piece.text, quote=False)
    return f"<mark>{text}</mark>" if piece.matched else text


def _cell(pieces: Sequence[Fragment]) -> str:
    html = "".join(map(_html, pieces))
    return f'<span class="cell">{html[: -len(CELL_END)] + _BAR if html.endswith(CELL_END) else html}</span>'


def _without(pieces: Sequence[Fragment], length: int) -> list[Fragment]:
    """Leave out the first `length` characters."""
    left: list[Fragment] = []
    for piece in pieces:
        text = piece.text[length:]
        length = max(0, length - len(piece.text))
        if text:
            left.append(Fragment(text, piece.matched))
    return left


def _split(fragments: Iterable[Fragment], end: str) -> list[list[Fragment]]:
    """Split after each `end`, which stays with the part it closes; only unmatched text is split."""
    parts: list[list[Fragment]] = [[]]
    for fragment in fragments:
        if end not in fragment.text or (fragment.matched and end != "\n"):
            parts[-1].append(fragment)
            continue
        *closed, last = fragment.text.split(end)
        for text in closed:
            parts[-1].append(Fragment(text + end, fragment.matched))
            parts.append([])
        if last:
            parts[-1].append(Fragment(last, fragment.matched))
    return [part for part in parts if part]
