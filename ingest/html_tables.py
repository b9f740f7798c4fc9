"""A table of a page -> header and rows; a table that only lays out the page is none."""

from __future__ import annotations

from lxml import etree

from corpus.article import Block
from ingest.html_tree import INLINE, Element, find_all, holds, squeeze, text_of

_MAX_SPAN = 100  # a wider or taller span is a slip of the pen
_MAX_CELLS = 200_000  # beyond them spans are not followed, so that a small page cannot grow without bound
_MAX_HEADER_ROWS = 3
_LONG_TEXT = 400  # characters of an average cell from which a table without header sets texts side by side
_Row = list[str | None]
_LAYOUT_PARTS = ".//table | .//form | .//article | .//pre"
_STRAY = (  # broken markup: text in the table, in none of its cells
    "descendant-or-self::*[self::table or self::tbody or self::thead or self::tfoot or self::tr][text()"
    "[normalize-space()] or *[not(self::tbody or self::thead or self::tfoot or self::tr or self::td or self::th or "
    "self::caption or self::colgroup or self::col) and normalize-space()]]"
)
_HEADINGS = ".//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6]"
_LONG_CELL = 120  # characters; one row of such cells sets columns of text side by side


def read(table: Element) -> Block | None:
    """Return the table as a block, None when it is layout."""
    if table.get("role") in ("presentation", "none") or holds(table, _LAYOUT_PARTS) or holds(table, _STRAY):
        return None
    if _heads_sections(table):
        return None
    rows, heads = _grid(table)
    filled = [len(cell) for row in rows for cell in row if cell]
    width = max((len(row) for row in rows), default=0)
    if width < 2 or not filled:
        return None
    if not any(heads) and sum(filled) > (_LONG_TEXT if len(rows) > 1 else _LONG_CELL) * len(filled):
        return None
    lead = 0
    while lead < min(len(rows) - 1, _MAX_HEADER_ROWS) and heads[lead]:
        lead += 1
    body = [tuple(cell or "" for cell in row) + ("",) * (width - len(row)) for row in rows[lead:]]
    return Block("table", header=_header(rows[:lead], width), rows=tuple(row for row in body if any(row)))


def _header(rows: list[_Row], width: int) -> tuple[str, ...]:
    """Join the header cells above each column; in several rows, one that spans columns heads each of them."""
    columns: list[list[str]] = [[] for _ in range(width if rows else 0)]
    for row in rows:
        above = ""
        for n, cell in enumerate(row):
            above = cell if cell is not None else above if len(rows) > 1 else ""
            columns[n].append(above)
    return tuple(" ".join(dict.fromkeys(filter(None, column))) for column in columns)


def _heads_sections(table: Element) -> bool:
    """Tell whether a heading in the table has text under it in its own cell."""
    for heading in find_all(table, _HEADINGS):
        cell = next(heading.iterancestors("td", "th"), None)
        if cell is None or len(cell_text(cell)) > len(cell_text(heading)):
            return True
    return False


def _grid(table: Element) -> tuple[list[_Row], list[bool]]:
    """Return the rows with spans resolved, and for each whether it is a header row.

    A cell that spans rows is repeated in each of them, so that a row can be read alone; one that spans
    columns stands in its first, with None in the others.
    """
    rows: list[_Row] = []
    heads: list[bool] = []
    hanging: dict[int, tuple[int, str | None]] = {}  # column -> rows still to fill, text
    cells = 0
    for tr in table.iter("tr"):
        row: _Row = []
        kinds: list[bool] = []
        for cell in tr.iterchildren("td", "th"):
            _fill(row, hanging)
            text = cell_text(cell)
            across, down = (_span(cell, "colspan"), _span(cell, "rowspan")) if cells < _MAX_CELLS else (1, 1)
            for n in range(across):
                if down > 1:
                    hanging[len(row)] = (down - 1, text if n == 0 else None)
                row.append(text if n == 0 else None)
            kinds.append(cell.tag == "th" or _is_bold(cell, text))
            cells += across * down
        _fill(row, hanging)
        if any(row):
            rows.append(row)
            heads.append((all(kinds) or _in_head(tr)) and len(kinds) > 1)
    return rows, heads


def _fill(row: _Row, hanging: dict[int, tuple[int, str | None]]) -> None:
    while len(row) in hanging:
        left, text = hanging.pop(len(row))
        if left > 1:
            hanging[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell: Element, name: str) -> int:
    value = cell.get(name) or ""
    return min(_MAX_SPAN, max(1, int(value))) if value.isdecimal() and len(value) < 5 else 1


def _in_head(row: Element) -> bool:
    parent = row.getparent()
    return parent is not None and parent.tag == "thead"


def _is_bold(cell: Element, text: str) -> bool:
    bold = " ".join(text_of(part) for part in cell.iter("b", "strong"))
    return bool(text) and len(bold) >= len(text)


def cell_text(cell: Element) -> str:
    """Return a cell's text on one line; its inner blocks and line breaks are set apart by a space."""
    parts: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        apart = element is not cell and (element.tag == "br" or element.tag not in INLINE)
        if apart:
            parts.append(" ")
        if event == "start":
            parts.append(element.text or "")
        elif element is not cell:
            parts.append(element.tail or "")
    return squeeze("".join(parts))
