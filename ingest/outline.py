"""Which lines of a flattened text are content, which of them are headings, and how the headings nest."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ingest.lines import Line, is_byline, is_chrome, is_site_statement, signs
from ingest.nesting import depths
from ingest.weights import CHROME_BIAS, HEADING_BIAS, WEIGHTS

_HEADING_FROM = 0.4  # log-odds; where F1 was best on the articles the weights come from
_CHROME_FROM = 2.0  # log-odds; 1 finds 1.5 % more of the boilerplate and loses .07 % more of the body
_BODY_BONUS = 1.0  # for every line when the body's ends are looked for; at .5 .2 % more of the body is lost
_LEAST_MENU = 8  # lines outside the body; with fewer, a text has no menus and its last lines are its own
_LONGEST_HEADING = 40  # words
_SITE_REACH = 12  # lines around the title in which a site speaks of itself
_TITLE_REACH = 15  # lines above the body in which its title may stand


class Outline:
    """What each line of a text is: `title` (an index or None), `dropped` and `headings` (indices to levels)."""

    def __init__(self, lines: Sequence[Line]) -> None:
        heading: list[float] = []
        chrome: list[float] = []
        for here in signs(lines):
            weights = [WEIGHTS[sign] for sign in here if sign in WEIGHTS]
            heading.append(HEADING_BIAS + sum(weight for weight, _ in weights))
            chrome.append(CHROME_BIAS + sum(weight for _, weight in weights))
        start, end = _body([_BODY_BONUS - score for score in chrome])
        self.title = _title(lines, start, end)
        above = self.title or 0
        has_menus = len(lines) - 1 - end + start >= _LEAST_MENU
        self.dropped = {
            i
            for i, line in enumerate(lines)
            if i != self.title
            and (
                (i < min(start, above) or (i < above and chrome[i] > 0))
                or (has_menus and (i > end or (i > above and chrome[i] > _CHROME_FROM)))
                or (i < above + _SITE_REACH and is_site_statement(line.text))
            )
        }
        title = lines[self.title] if self.title is not None else None
        kept = [i for i in range(len(lines)) if i not in self.dropped and i != self.title]
        heads = [i for i in kept if _is_heading(lines[i], heading[i], title)]
        heads = _without_lead_ins(lines, heads, kept)
        self.headings = {i: 1 + depth for i, depth in zip(heads, _depths(lines, heads, kept, title), strict=True)}


def _is_heading(line: Line, score: float, title: Line | None) -> bool:
    if line.kind != "text" or line.words > _LONGEST_HEADING:
        return False
    if title and title.stems & line.stems:
        score += WEIGHTS["shared with the title"][0]
    return score > _HEADING_FROM


def _without_lead_ins(lines: Sequence[Line], heads: Sequence[int], kept: Sequence[int]) -> list[int]:
    """Leave out what leads in to a list: a question between a heading and items, a clause in a colon above items.

    Of lines of four words or more that end in a colon above items and are not in capitals, 120 of 125 lead in to
    them (318 articles).
    """
    openings = set(heads)
    lead_ins = set()
    for above, i, below in zip([-1, *kept], kept, kept[1:], strict=False):
        line = lines[i]
        if lines[below].kind == "item" and (
            (line.text.endswith("?") and above in openings)
            or (line.text.endswith(":") and line.words >= 4 and line.capitals < 0.7)
        ):
            lead_ins.add(i)
    return [i for i in heads if i not in lead_ins]


def _body(scores: Sequence[float]) -> tuple[int, int]:
    """Return the first and last line of the stretch with the largest sum: where the article stands among menus."""
    best, span = -math.inf, (0, -1)
    total, start = 0.0, 0
    for i, score in enumerate(scores):
        if total <= 0:
            total, start = 0.0, i
        total += max(-4.0, min(6.0, score))
        if total > best:
            best, span = total, (start, i)
    return span


def _title(lines: Sequence[Line], start: int, end: int) -> int | None:
    """Return the line near the top of the body whose words come back in it.

    The weights are from a coordinate search on 318 articles: right or a repeat of the right one on 264.
    """
    first = next((i for i in range(start, end + 1) if lines[i].prose), None)
    if first is None:  # nothing to tell a title by but its place
        return 0 if lines and lines[0].kind == "text" and not lines[0].stop else None
    said = Counter(stem for line in lines[start : end + 1] for stem in line.stems)
    best: tuple[float, int] | None = None
    for i in range(max(0, min(start, first) - _TITLE_REACH), first + 1):
        line = lines[i]
        if line.kind == "cell" or line.words > 24 or (line.prose and line.stop) or is_byline(line):
            continue
        score = 1.7 * sum(min(math.log1p(said[stem]), 3.0) for stem in line.stems) / max(1, len(line.stems)) ** 0.75
        score += 2 * min(line.words, 10) / 10 - 0.05 * (first - i) + 1.5 * (i < start)
        score -= (
            3 * (line.kind == "item") + 4 * (line.stop and not line.text.endswith("!")) + 1.5 * is_chrome(line.text)
        )
        if best is None or score > best[0]:
            best = score, i
    return best[1] if best else None


def _depths(lines: Sequence[Line], heads: Sequence[int], kept: Sequence[int], title: Line | None) -> list[int]:
    bodies: list[list[Line]] = []
    openings = set(heads)
    for i in kept:
        if i in openings:
            bodies.append([])
        elif bodies:
            bodies[-1].append(lines[i])
    return depths(lines, heads, bodies, title.text if title else "")
