"""Tables of a page: by the rules that are drawn, or by words that stand below one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ingest.pdf_page import Box, Page, Run, joined

_TOUCH = 3  # points between rules that meet
_MOST_RULES = 2_000  # of a page; a drawing has more
_APART = 0.5  # of the size of the type, at least, between columns
_FEWEST = 3  # lines with several columns that make a table without rules


@dataclass(slots=True)
class Table(Box):
    """Rows of cells, and the page on which each stands; `header` when the first row is one."""

    rows: list[list[str]]
    pages: list[int]
    header: bool = False


@dataclass(slots=True)
class _Row:
    """A row while it is gathered: the runs of each cell."""

    cells: list[list[Run]] = field(default_factory=list)

    def is_bold(self) -> bool:
        runs = [run for cell in self.cells for run in cell]
        return bool(runs) and all(run.bold for run in runs)


def ruled(page: Page) -> tuple[list[Table], list[Run]]:
    """Return the tables whose cells rules enclose, and the runs that stand in none of them."""
    tables: list[Table] = []
    runs = page.runs
    for group in _groups([*page.across, *page.down]):
        down = [box for box in group if box.bottom - box.top > box.x1 - box.x0]
        xs = _positions([(box.x0 + box.x1) / 2 for box in down])
        ys = _positions([(box.top + box.bottom) / 2 for box in group if box.bottom - box.top <= box.x1 - box.x0])
        if len(xs) < 3 or len(ys) < 2:
            continue
        inside = [run for run in runs if xs[0] < (run.x0 + run.x1) / 2 < xs[-1] and ys[0] < _middle(run) < ys[-1]]
        grid = [_Row([[] for _ in xs[1:]]) for _ in ys[1:]]
        for run in inside:
            row = sum(_middle(run) > y for y in ys[1:-1])
            grid[row].cells[sum(run.x0 + run.size / 2 > x for x in xs[1:-1])].append(run)
        grid = [row for row in grid if any(row.cells)]
        if len(grid) == 1:
            lines = _lines(run for cell in grid[0].cells for run in cell)
            grid = list(_split(lines, xs[1:-1]))
        if len(grid) > 1 or (grid and sum(map(bool, grid[0].cells)) > 1):
            tables.append(_table(Box(xs[0], ys[0], xs[-1], ys[-1]), grid, page.number))
            gone = set(map(id, inside))
            runs = [run for run in runs if id(run) not in gone]
    return tables, runs


def unruled(rows: Sequence[list[Run]], page: Page) -> Iterator[list[Run] | Table]:
    """Yield the rows of a region, those that make a table as one."""
    n = 0
    while n < len(rows):
        lines = _reach(rows, n)
        columns = _columns([run for line in lines for run in line])
        several = sum(len(_filled(line, columns)) > 1 for line in lines)
        box = _around(run for line in lines for run in line)
        rules = sum(
            box.top - 20 < rule.top < box.bottom + 20 and rule.x0 < box.x1 and rule.x1 > box.x0 for rule in page.across
        )
        if several >= (_FEWEST if rules < 2 else 2):
            grid = list(_split(lines, [left for left, _ in columns[1:]]))
            table = _table(box, grid, page.number)
            second = _around(run for cell in grid[1].cells for run in cell) if len(grid) > 1 else box
            table.header |= rules > 1 and any(box.top + 2 < rule.top < second.top + 2 for rule in page.across)
            yield table
            n += len(lines)
        else:
            yield rows[n]
            n += 1


def _reach(rows: Sequence[list[Run]], start: int) -> list[list[Run]]:
    """Return the rows from `start` on whose words leave the same spaces between columns free."""
    found = [rows[start]]
    fewest = len(_columns(found[0]))
    pitch = 0.0
    for row in rows[start + 1 :] if fewest > 1 else ():
        wider = _columns([run for line in (*found, row) for run in line])
        gap = row[0].top - found[-1][0].bottom
        size = max(run.size for run in row)
        if len(wider) < fewest or gap > 1.2 * size:
            break
        if len(row) == 1 and len(found) > 1 and gap > pitch + 0.35 * size:
            break
        pitch = max(pitch, gap)
        found.append(row)
    return found


def _columns(boxes: Sequence[Run]) -> list[tuple[float, float]]:
    """Return the stretches that words cover, where enough space is left free between them."""
    found: list[tuple[float, float]] = []
    apart = _APART * min(box.size for box in boxes)
    for box in sorted(boxes, key=lambda box: box.x0):
        if found and box.x0 < found[-1][1] + apart:
            found[-1] = (found[-1][0], max(found[-1][1], box.x1))
        else:
            found.append((box.x0, box.x1))
    return found


def _filled(line: Iterable[Box], columns: Sequence[tuple[float, float]]) -> set[int]:
    return {sum(box.x0 >= left - 1 for left, _ in columns) for box in line}


def _split(lines: Sequence[Sequence[Run]], edges: Sequence[float]) -> Iterator[_Row]:
    """Put lines together into rows: one begins where its first column does, unless that only goes on."""
    row: _Row | None = None
    gaps = [line[0].top - above[0].bottom for above, line in pairwise(lines)]
    begins = [_column(line[0], edges) == 0 for line in lines]
    within = [gap for gap, first in zip(gaps, begins[1:], strict=True) if not first]
    inner = median(within) if within else None
    size = lines[0][0].size
    apart = [gap for gap, first in zip(gaps, begins[1:], strict=True) if first]
    is_wider = inner is not None and apart and median(apart) > inner + 0.2 * size
    for n, line in enumerate(lines):
        goes_on = n and is_wider and inner is not None and gaps[n - 1] <= inner + 0.1 * size
        if row is None or (begins[n] and not goes_on):
            if row:
                yield row
            row = _Row([[] for _ in range(len(edges) + 1)])
        for run in line:
            row.cells[_column(run, edges)].append(run)
    if row:
        yield row


def _column(run: Run, edges: Sequence[float]) -> int:
    return sum(run.x0 >= edge - 1 for edge in edges)


def _table(box: Box, grid: Sequence[_Row], page: int) -> Table:
    header = len(grid) > 1 and grid[0].is_bold() and not any(row.is_bold() for row in grid[1:])
    rows = [[_text(cell) for cell in row.cells] for row in grid]
    return Table(box.x0, box.top, box.x1, box.bottom, rows, [page] * len(rows), header)


def _text(cell: Iterable[Run]) -> str:
    text = ""
    for line in _lines(cell):
        for run in line:
            text = joined(text, run.text)
    return text


def _lines(runs: Iterable[Run]) -> list[list[Run]]:
    found: list[list[Run]] = []
    for run in sorted(runs, key=_middle):
        if found and found[-1][0].level_with(run):
            found[-1].append(run)
        else:
            found.append([run])
    return [sorted(line, key=lambda run: run.x0) for line in found]


def _middle(box: Box) -> float:
    return (box.top + box.bottom) / 2


def _around(boxes: Iterable[Box]) -> Box:
    all_of = list(boxes)
    return Box(
        min(box.x0 for box in all_of),
        min(box.top for box in all_of),
        max(box.x1 for box in all_of),
        max(box.bottom for box in all_of),
    )


def _positions(values: Iterable[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value > found[-1] + _TOUCH:
            found.append(value)
    return found


def _groups(rules: list[Box]) -> list[list[Box]]:
    """Group the rules that touch, directly or by way of others."""
    found: list[list[Box]] = []
    for rule in rules if len(rules) <= _MOST_RULES else ():
        touching = [group for group in found if any(_touch(rule, other) for other in group)]
        found = [group for group in found if all(group is not other for other in touching)]
        found.append([rule, *(other for group in touching for other in group)])
    return found


def _touch(one: Box, other: Box) -> bool:
    return (
        one.x0 < other.x1 + _TOUCH
        and other.x0 < one.x1 + _TOUCH
        and one.top < other.bottom + _TOUCH
        and other.top < one.bottom + _TOUCH
    )
