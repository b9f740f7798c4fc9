"""A passage's text as the lines a page shows; the text stays as it is, character for character."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from search.model import Fragment

_ITEM = re.compile(r"( *)- ")
_DEEPEST = 6  # deeper items are shown at this depth
CELL_END = " | "
_BAR = f"<i>{CELL_END}</i>"


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
        text = pieces[0].text if len(pieces) == 1 else "".join([piece.text for piece in pieces])
        item = _ITEM.match(text)
        is_row = not item and CELL_END in text
        if is_row != in_rows:
            html.append("<table>" if is_row else "</table>")
            in_rows = is_row
        if is_row:
            cells = _split(pieces, CELL_END)
            most_cells = max(most_cells, len(cells))
            html += ("<tr>", *map(_cell, cells), "</tr>")
        elif item:
            depth = min(len(item[1]) // 2, _DEEPEST)
            html.append(f'<p class="item{f" d{depth}" if depth else ""}"><i>{item[0]}</i>')
            html += (*map(_html, _without(pieces, len(item[0]))), "</p>")
        else:
            html += ('<p class="gap">' if text.isspace() else "<p>", *map(_html, pieces), "</p>")
    if in_rows:
        html.append("</table>")
    return Lines(Markup("".join(html)), most_cells, in_rows)  # noqa: S704 (each piece is escaped)


def part(fragments: Sequence[Fragment], most: int) -> Sequence[Fragment]:
    """Return the lines around the first match, about `most` characters; all of a text that is hardly longer."""
    text = "".join([fragment.text for fragment in fragments])
    if len(text) < 1.5 * most:
        return fragments
    places = list(itertools.accumulate((len(fragment.text) for fragment in fragments), initial=0))
    match = next((place for place, one in zip(places, fragments, strict=False) if one.matched), 0)
    start = text.rfind("\n", 0, match) + 1
    if match - start > most / 2:
        start = text.rfind(" ", start, match - most // 4) + 1 or match
    least, end = start + most // 2, start + most
    end = text.rfind("\n", least, end) + 1 or text.rfind(" ", least, end) + 1 or end
    return [
        Fragment(fragment.text[max(start - place, 0) : end - place], fragment.matched)
        for place, fragment in zip(places, fragments, strict=False)
        if place < end and place + len(fragment.text) > start
    ]


def plain(text: str | None) -> Lines:
    """Lay out text in which nothing matched."""
    return laid_out([Fragment(text, False)] if text else [])


def _html(piece: Fragment) -> str:
    text = escape(piece.text, quote=False)
    return f"<mark>{text}</mark>" if piece.matched else text


def _cell(pieces: Sequence[Fragment]) -> str:
    html = "".join(map(_html, pieces))
    return f"<td>{html[: -len(CELL_END)] + _BAR if html.endswith(CELL_END) else html}</td>"


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
