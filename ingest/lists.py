"""The lines under one heading -> paragraphs, lists and tables."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from corpus.article import Block
from ingest.lines import Line

_MAX_COLUMNS = 8  # of a table whose cells stand a line each
_MAX_PARAGRAPHS = 3  # inside one numbered item
_RULE = re.compile(r"[\s|:+=-]*")
_NUMBER = re.compile(r"\d+")


def group_blocks(lines: Sequence[Line]) -> tuple[Block, ...]:
    """Return the blocks that `lines` make up, in order."""
    blocks: list[Block] = []
    start = 0
    while start < len(lines):
        end = start + 1
        if lines[start].kind == "item":
            end = _list_end(lines, start)
            blocks.append(_list(lines[start:end]))
        elif lines[start].kind == "cell":
            while end < len(lines) and lines[end].kind == "cell":
                end += 1
            blocks.append(_table(lines[start:end]))
        else:
            blocks.append(Block("paragraph", lines[start].text, line=lines[start].number))
        start = end
    return tuple(blocks)


def _list_end(lines: Sequence[Line], start: int) -> int:
    """Return where the list that starts at `start` ends, continuation paragraphs between its items inside."""
    end = start
    while _kind(lines, end) == "item" and _is_continuation(lines, end + 1):
        end += 2
    pairs = (end - start) // 2
    if pairs and _kind(lines, end) == "item" and _kind(lines, end + 1) != "item":
        return end + 1
    if pairs > 1:
        return end
    end = start
    while end < len(lines):
        if lines[end].kind == "item":
            end += 1
        elif following := _next_number(lines, end):
            end = following
        else:
            break
    return end


def _kind(lines: Sequence[Line], at: int) -> str | None:
    return lines[at].kind if at < len(lines) else None


def _is_continuation(lines: Sequence[Line], at: int) -> bool:
    """Whether a single paragraph stands at `at`, between two items or last, and leads in to nothing."""
    return _kind(lines, at) == "text" and not lines[at].text.endswith(":") and _kind(lines, at + 1) in ("item", None)


def _next_number(lines: Sequence[Line], at: int) -> int | None:
    """Return where the numbering of the item before `at` goes on after a few paragraphs."""
    number = _number(lines[at - 1])
    for following in range(at + 1, min(at + 1 + _MAX_PARAGRAPHS, len(lines))):
        if lines[following].kind == "item":
            return following if number is not None and _number(lines[following]) == number + 1 else None
        if lines[following].kind != "text":
            break
    return None


def _number(line: Line) -> int | None:
    mark = _NUMBER.search(line.marker)
    return int(mark[0]) if mark else None


def _list(lines: Sequence[Line]) -> Block:
    items: list[str] = []
    heads: list[Line] = []
    for line in lines:
        if line.kind == "item":
            items.append(line.text)
            heads.append(line)
        else:
            items[-1] += "\n" + line.text
    return Block(
        "list",
        items=tuple(items),
        depths=tuple(_depths(heads)),
        ordered=_number(heads[0]) is not None,
        line=lines[0].number,
    )


def _depths(items: Sequence[Line]) -> list[int]:
    """Tell nesting by indents, else by different markers, else by how the items end."""
    for ranks in ([item.indent for item in items], _marker_ranks(items)):
        if len(set(ranks)) > 1:
            open_ranks: list[int] = []
            depths = []
            for rank in ranks:
                while open_ranks and open_ranks[-1] > rank:
                    open_ranks.pop()
                if not open_ranks or open_ranks[-1] < rank:
                    open_ranks.append(rank)
                depths.append(len(open_ranks) - 1)
            return depths
    return _depths_by_endings(items)


def _marker_ranks(items: Sequence[Line]) -> list[int]:
    seen: dict[str, int] = {}
    return [seen.setdefault(_NUMBER.sub("1", item.marker), len(seen)) for item in items]


def _depths_by_endings(items: Sequence[Line]) -> list[int]:
    """Nest what follows an item that ends in a colon: up to the first that does not end in `;` or `,`."""
    depths = [0] * len(items)
    i = 0
    while i < len(items):
        first = i + 1
        if items[i].text.endswith(":"):
            last = first
            while last < len(items) and items[last].text.endswith((";", ",")):
                last += 1
            if last > first:
                for k in range(first, min(last + 1, len(items))):
                    depths[k] = 1
                first = last + 1
        i = first
    return depths


def _table(lines: Sequence[Line]) -> Block:
    """Read rows that stand a line each, or cells that do."""
    rows = [tuple(cell.strip() for cell in line.text.removesuffix("|").removeprefix("|").split("|")) for line in lines]
    header: tuple[str, ...] = ()
    if any(len(row) > 1 for row in rows):
        ruled = len(rows) > 1 and bool(_RULE.fullmatch(lines[1].text))
        header = rows[0] if ruled else ()
        rows = [row for row in rows[2 if ruled else 0 :] if any(row)]
    else:
        width = _columns([len(row[0]) for row in rows])
        rows = [tuple(row[0] for row in rows[i : i + width]) for i in range(0, len(rows), width)]
    return Block("table", header=header, rows=tuple(rows), line=lines[0].number)


def _columns(lengths: Sequence[int]) -> int:
    """Return the number of columns: two, unless with more the cells of a column are far more alike in length."""
    sizes = [math.log(length + 1) for length in lengths]
    best, spread = 2 if len(sizes) % 2 == 0 else 1, math.inf
    for width in range(2, min(_MAX_COLUMNS, len(sizes) // 3) + 1):
        if len(sizes) % width == 0:
            columns = [sizes[i::width] for i in range(width)]
            within = sum((size - sum(c) / len(c)) ** 2 for c in columns for size in c) / (len(sizes) - width)
            if within < 0.3 * spread:
                best, spread = width, within
    return best
