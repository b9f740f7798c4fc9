"""The runs of a page -> its lines and tables in reading order: columns one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from ingest import pdf_tables
from ingest.pdf_page import Box, Page, Run
from ingest.pdf_tables import Table

MARKER = re.compile(r"(?:[•●○▪■◦‣∙·–—*-]|[\uf000-\uf0ff]|o|[(]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])$")
_BARE = re.compile(r"\d{1,2}$")
_BARE_GAP = 1.6  # of the size of the type; a wider space after a number without a point is one of a table
_MARKER_GAP = 4  # of the size of the type, between a marker and its item
_GUTTER = 0.7  # of it, at least, between columns
_OVER = 0.08  # of its width, by which a table may stand out of its column
_FEWEST = 4  # lines of a column
_MOST_COLUMNS = 4  # cuts within cuts
_MOST_RUNS = 4_000  # of a page whose layout is looked for; a map or a drawing has more
_MOST_TRIED = 10  # places for a cut, the likeliest first
_WIDE = 0.6  # of its column, that a line of running text fills
_FULL = 0.72  # of all lines of a column, by their lengths, that are so wide
_EVEN = 1.35  # by how much columns may differ in width, unless their lines do not stand level


@dataclass(slots=True)
class Line(Run):
    """A line of text, and the edges of the column in which it stands."""

    page: int
    left: float
    right: float


Part = Line | Table


def parts(page: Page, before: float | None = None) -> tuple[list[Part], float | None]:
    """Return the lines and tables of a page in reading order, and where its columns part; `before`: those of the last.

    A page with few lines has its columns where the page before has them.
    """
    if len(page.runs) > _MOST_RUNS:
        left, right = min(run.x0 for run in page.runs), max(run.x1 for run in page.runs)
        return [_line(row, page.number, left, right) for row in rows(page.runs)], before
    tables, runs = pdf_tables.ruled(page)
    boxes = [*_with_markers(runs), *tables]
    found: list[Part] = []
    gutter = _gutter(boxes)
    if gutter is None and before is not None and all(any(side(box) for side in _sides(before)) for box in boxes):
        gutter = before
    for region in _regions(boxes, gutter):
        runs = [box for box in region if isinstance(box, Run)]
        left, right = min((run.x0 for run in runs), default=0.0), max((run.x1 for run in runs), default=0.0)
        for table in [*sorted((box for box in region if isinstance(box, Table)), key=lambda table: table.top), None]:
            above = [run for run in runs if table is None or run.top < table.top]
            runs = [run for run in runs if table and run.top >= table.top]
            for part in pdf_tables.unruled(rows(above), page):
                found.append(part if isinstance(part, Table) else _line(part, page.number, left, right))
            found += [table] if table else []
    return found, gutter


def _line(runs: Sequence[Run], page: int, left: float, right: float) -> Line:
    first, *rest = runs
    for run in rest:
        first.add(run)
    return Line(first.x0, first.top, first.x1, first.bottom, first.text, first.size, first.bold, page, left, right)


def rows(runs: Iterable[Run]) -> list[list[Run]]:
    """Group what stands in one line, from left to right, from top to bottom."""
    found: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: run.top + run.bottom):
        last = next((row for row in reversed(found[-3:]) if row[0].level_with(run)), None)
        if last:
            last.append(run)
        else:
            found.append([run])
    for row in found:
        row.sort(key=lambda run: run.x0)
    return found


def _with_markers(runs: list[Run]) -> list[Run]:
    """Join the markers of lists to their items, however wide the space between them."""
    found: list[Run] = []
    for row in rows(runs):
        marker: Run | None = None
        for run in row:
            gap = run.x0 - marker.x1 if marker else -1
            bare = marker is not None and marker.text.isdecimal()
            if marker and 0 <= gap < (_BARE_GAP if bare else _MARKER_GAP) * run.size:
                bold, size = run.bold, run.size
                marker.text += "\t"
                marker.add(run)
                marker.bold, marker.size = bold, size
                marker = None
                continue
            marker = run if MARKER.match(run.text) or _BARE.match(run.text) else None
            found.append(run)
    return found


def _sides(gutter: float) -> tuple[Callable[[Box], bool], ...]:
    """Return what tells whether a box stands on the left of a gutter, and on its right."""
    return (
        lambda box: box.x1 - _OVER * (box.x1 - box.x0) <= gutter,
        lambda box: box.x0 + _OVER * (box.x1 - box.x0) >= gutter,
    )


def _regions(boxes: list[Box], gutter: float | None, depth: int = 1) -> list[list[Box]]:
    """Cut at the space between columns, and above and below what reaches across it."""
    if gutter is None:
        return [boxes] if boxes else []
    sides = _sides(gutter)
    spanning = sorted((box for box in boxes if not any(side(box) for side in sides)), key=lambda box: box.top)
    found: list[list[Box]] = []
    rest = [box for box in boxes if any(side(box) for side in sides)]
    across: list[Box] = []
    for edge in [*spanning, None]:
        above = [box for box in rest if edge is None or box.top + box.bottom < edge.top + edge.bottom]
        if above:
            found += [across] if across else []
            across = []
            rest = [box for box in rest if edge is not None and box.top + box.bottom >= edge.top + edge.bottom]
            for side in sides:
                inner = [box for box in above if side(box)]
                found += _regions(inner, _gutter(inner) if depth < _MOST_COLUMNS else None, depth + 1)
        if edge:
            across.append(edge)
    return found + ([across] if across else [])


def _gutter(boxes: Sequence[Box]) -> float | None:
    """Return where two columns of text part, None where there are none."""
    runs = [box for box in boxes if isinstance(box, Run)]
    if len(runs) < 2 * _FEWEST:
        return None
    size = median(run.size for run in runs)
    left, right = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    found = []
    for edge in {round(run.x0) for run in runs if left + 0.15 * (right - left) < run.x0 < right}:
        crossing = sum(box.x0 < edge - 1 and box.x1 > edge - _GUTTER * size for box in runs)
        ours = [run for run in runs if run.x1 <= edge - _GUTTER * size]
        theirs = [run for run in runs if run.x0 >= edge - 1]
        worth = min(len(ours), len(theirs)) - crossing
        if worth >= _FEWEST:
            found.append((worth, edge, ours, theirs))
    found.sort(key=lambda one: one[:2], reverse=True)
    return next((edge - 1.0 for _, edge, ours, theirs in found[:_MOST_TRIED] if _are_columns(ours, theirs)), None)


def _are_columns(ours: list[Run], theirs: list[Run]) -> bool:
    widths = []
    for side in (ours, theirs):
        lengths = sorted(max(run.x1 for run in row) - min(run.x0 for run in row) for row in rows(side))
        width = lengths[-1 - len(lengths) // 10]
        if len(lengths) < _FEWEST or sum(one for one in lengths if one > _WIDE * width) < _FULL * sum(lengths):
            return False
        widths.append(width)
    if max(widths) < _EVEN * min(widths) or _gutter(ours if widths[0] > widths[1] else theirs) is not None:
        return True
    level = sum(any(run.level_with(other) for other in theirs) for run in ours)
    return 2 * level < len(ours)
