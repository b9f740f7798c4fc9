"""The headings among the lines of a PDF: by its outline, and by the size and weight of their type."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_low

from ingest.pdf_layout import Line, Part
from ingest.pdf_page import joined

Outline = dict[tuple[int, str], int]  # page and key of a heading -> its level
Style = tuple[float, bool]  # size of the type, bold

LONGEST = 250  # characters
_LARGER = 1.08  # times the running text: a heading by its size
_NUMBERING = re.compile(r"(?:\d+\.)*\d+\.? |[A-Z]\.(?:\d+\.)* ")
_BULLET = re.compile(r"[•●○▪■◦‣∙·]\s")


def key(text: str) -> str:
    """Return what two prints of a heading have in common."""
    return re.sub(r"[\W_]+", "", text).casefold()


@dataclass(slots=True)
class Heading:
    """Lines that make one heading."""

    lines: list[Line]

    @property
    def text(self) -> str:
        text = ""
        for line in self.lines:
            text = joined(text, line.text)
        return text

    @property
    def style(self) -> Style:
        return (self.lines[0].size, self.lines[0].bold)


def read(
    parts: Sequence[Part], body: float, outline: Outline, told: str
) -> tuple[Heading | None, list[tuple[Heading, int]]]:
    """Return the title and the other headings, each with its level; `body` is the size of the running text."""
    headings = list(_find(parts, body, outline))
    title = _title(headings, told)
    others = [one for one in headings if one is not title and not (title and _is_byline(title, one))]
    return title, list(_with_levels(others, outline))


def _find(parts: Sequence[Part], body: float, outline: Outline) -> Iterator[Heading]:
    lines: list[Line] = []
    for part in [*parts, None]:
        if lines and isinstance(part, Line) and _same_heading(lines[-1], part):
            lines.append(part)
            continue
        if lines:
            heading = Heading(lines)
            if _reads_as_heading(heading, body) or _level_in(outline, heading):
                yield heading
        lines = []
        if isinstance(part, Line) and (_stands_out(part, body) or (part.page, key(part.text)) in outline):
            lines = [part]


def _same_heading(above: Line, line: Line) -> bool:
    near = above.page == line.page and abs(line.top - above.bottom) < 0.7 * line.size
    return near and (above.size, above.bold) == (line.size, line.bold)


def _stands_out(line: Line, body: float) -> bool:
    return line.size >= _LARGER * body or (line.bold and line.size > 0.9 * body)


def _reads_as_heading(heading: Heading, body: float) -> bool:
    text = heading.text
    if len(text) > LONGEST or not any(map(str.isalpha, text)) or _BULLET.match(text):
        return False
    return heading.style[0] >= _LARGER * body or not re.search(r"[.,;:]$", text)


def _title(headings: Sequence[Heading], told: str) -> Heading | None:
    """Return the heading that is the title: the largest of the first page, alone in its size, or what the file says."""
    first = [one for one in headings if one.lines[0].page == headings[0].lines[0].page]
    for heading in first:
        if told and key(heading.text) == key(told):
            return heading
    if not first:
        return None
    largest = max(first, key=lambda one: one.style[0])
    others = [one for one in headings if one is not largest]
    return largest if others and all(one.style[0] < largest.style[0] for one in others) else None


def _is_byline(title: Heading, line: Heading) -> bool:
    """Tell whether what stands right under the title is an author or a date, rather than the first heading."""
    gap = line.lines[0].top - title.lines[-1].bottom
    near = line.lines[0].page == title.lines[0].page and 0 <= gap < 2 * title.style[0]
    return near and not line.style[1] and len(line.text.split()) < 8


def _level_in(outline: Outline, heading: Heading) -> int | None:
    page, text = heading.lines[0].page, heading.text
    return outline.get((page, key(text))) or outline.get((page, key(_NUMBERING.sub("", text, count=1))))


def _with_levels(headings: Sequence[Heading], outline: Outline) -> Iterator[tuple[Heading, int]]:
    """Yield each heading with its level: by the outline, by others of its style there, or by its style among all."""
    by_style: defaultdict[Style, list[int]] = defaultdict(list)
    for heading in headings:
        if level := _level_in(outline, heading):
            by_style[heading.style].append(level)
    told = {style: median_low(levels) for style, levels in by_style.items()}
    ranks = sorted({one.style for one in headings}, reverse=True)
    for heading in headings:
        style = heading.style
        level = _level_in(outline, heading) or told.get(style)
        if level is None:
            larger = [level for other, level in told.items() if other > style]
            level = max(larger) + 1 if larger else ranks.index(style) + 1
        yield heading, min(level, 6)
