"""What the page of an article shows beside its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.article import Article
from corpus.errors import InputError, OutageError
from corpus.passages import Passage
from search import MOST_HITS, Searcher, querytext
from search.fragments import Marker
from search.model import Hit

_OPEN_CONTENTS = 3  # an article with fewer headings needs no contents
_FAR = 60  # words between a heading and the passage: with more, the link leads to the passage itself


@dataclass(frozen=True, slots=True)
class Matches:
    """Where the marked passage stands among those of its article that match a question, in reading order."""

    number: int
    total: int
    before: Passage | None
    after: Passage | None


def marker(searcher: Searcher, question: str) -> Marker:
    """Return what marks the words of a question; without the index as they were typed."""
    try:
        return searcher.marker(question)
    except OutageError:
        return Marker(querytext.parse(question))


def passage(searcher: Searcher, passage_id: str) -> Hit | None:
    """Return a passage as a hit; None where it is not there, or the index is away."""
    try:
        return searcher.passage(passage_id)
    except OutageError:
        return None


def matches(searcher: Searcher, question: str, marked: Passage, passages: Sequence[Passage]) -> Matches | None:
    """Find the passages around the marked one that match too; None where that cannot be told."""
    if not question:
        return None
    try:
        results = searcher.search(question, limit=MOST_HITS, filters={"article": [marked.article_id]}, only_hits=True)
    except (InputError, OutageError):  # the article opens without its index
        return None
    found = {hit.passage.passage_id for hit in results.hits} | {marked.id}
    order = [passage for passage in passages if passage.id in found]
    place = order.index(marked)
    return Matches(
        number=place + 1,
        total=len(order),
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
    )


def contents(article: Article) -> list[tuple[int, str, str]]:
    """Return depth, anchor and heading of each section that has one, or nothing for a short article."""
    headed = [section for section in article.sections if section.heading]
    if len(headed) < _OPEN_CONTENTS:
        return []
    return [(min(len(section.path), 4), section.anchor, section.heading) for section in headed]


def is_far(marked: Passage, passages: Sequence[Passage]) -> bool:
    """Tell whether the heading of the marked passage is too far above it to be led to."""
    before = [one for one in passages if one.anchor == marked.anchor and one.n < marked.n]
    return sum(len(one.text.split()) for one in before) > _FAR


def anchor_above(article: Article, anchor: str, level: int) -> str:
    """Return the anchor of the heading `level` steps down the trail of a section; its own where there is none."""
    place = next((place for place, section in enumerate(article.sections) if section.anchor == anchor), -1)
    path = article.sections[place].path[:level] if place >= 0 else ()
    above = (section.anchor for section in reversed(article.sections[: place + 1]) if path and section.path == path)
    return next(above, anchor)
