"""Articles as rows of a list, and what the home page says is here."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.article import Article
from corpus.errors import OutageError
from corpus.review import ReviewState
from search.querytext import HIDDEN_LABEL
from webapp.opened import OpenHome

if TYPE_CHECKING:  # a search answers without the Library and its driver
    from corpus.library import Library, Summary

_RECENT = 12
_LABELS = 30
_EXAMPLES = 4
_LONGEST_EXAMPLE = 80
_PAGE = 500
ON_A_PAGE = 50
_POINTERS = {"it", "its", "they", "them", "this", "that", "these", "those"}  # what they point to is lost outside


@dataclass(frozen=True, slots=True)
class Row:
    """One article in a list."""

    id: str
    title: str
    source: str
    url: str | None
    language: str
    reviewed: str | None
    review_state: ReviewState
    review_words: str
    labels: tuple[str, ...]
    passages: int

    def to_json(self) -> dict[str, Any]:
        """Return the row as the JSON object of the API."""
        return {
            "id": self.id,
            "title": self.title,
            "source": self.source,
            "url": self.url,
            "reviewed": self.reviewed,
            "review_state": self.review_state,
            "labels": list(self.labels),
            "passages": self.passages,
        }


@dataclass(frozen=True, slots=True)
class Overview:
    """What is here, the handbook apart.

    `complete` tells that `recent` holds every article; `pages` are the ids that the pages of all articles follow.
    """

    articles: int
    passages: int
    labels: tuple[tuple[str, int], ...]
    recent: tuple[Row, ...]
    complete: bool
    pages: tuple[str, ...]
    examples: tuple[str, ...]


def page(home: OpenHome, after: str, limit: int) -> list[Row]:
    """Return up to `limit` articles whose ids follow `after`."""
    with home.library() as library:
        return [_row(home, summary) for summary in library.list(after, limit)]


def page_of_all(home: OpenHome, number: int) -> list[Row]:
    """Return page `number` of all articles, the handbook apart."""
    pages = overview(home).pages
    if not 1 <= number <= len(pages):
        return []
    end = pages[number] if number < len(pages) else None
    rows: list[Row] = []
    after = pages[number - 1]
    with home.library() as library:
        while found := library.list(after, ON_A_PAGE):
            rows += [
                _row(home, one) for one in found if HIDDEN_LABEL not in one.labels and (end is None or one.id <= end)
            ]
            after = found[-1].id
            if end is not None and after >= end:
                break
    return rows


def handbook(home: OpenHome) -> list[Row]:
    """Return the handbook's articles."""
    with home.library() as library:
        return [_row(home, summary) for summary in _all(library) if HIDDEN_LABEL in summary.labels]


def overview(home: OpenHome) -> Overview:
    """Say what is here; worked out anew when the Library has changed, and each day. While it is away, what was."""
    known = home.overview
    try:
        with home.library() as library:
            as_of = (library.change, datetime.date.today())
            if known is None or known[0] != as_of:
                known = home.overview = as_of, _overview(home, library)
    except OutageError:
        if known is None:
            raise
    return known[1]


def _overview(home: OpenHome, library: Library) -> Overview:
    rows = [_row(home, summary) for summary in _all(library) if HIDDEN_LABEL not in summary.labels]
    complete = len(rows) <= _RECENT
    if complete:
        recent = sorted(rows, key=lambda row: row.title.casefold())
    else:
        by_id = {row.id: row for row in rows}
        changes = reversed(list(library.changes_since(library.change - 2 * _RECENT)))
        recent = [by_id[change.article_id] for change in changes if change.article_id in by_id]
    labels = Counter(label for row in rows for label in row.labels)
    short = [row for row in rows if len(row.title) <= _LONGEST_EXAMPLE]
    chosen = short[:: max(1, len(short) // _EXAMPLES)]
    found = (library.get(row.id) for row in chosen[:_EXAMPLES])
    return Overview(
        articles=len(rows),
        passages=sum(row.passages for row in rows),
        labels=tuple(labels.most_common(_LABELS)),
        recent=tuple(recent[:_RECENT]),
        complete=complete,
        pages=("", *(row.id for row in rows[ON_A_PAGE - 1 : -1 : ON_A_PAGE])),
        examples=tuple(dict.fromkeys(example(article) for article in found if article)),
    )


def example(article: Article) -> str:
    """Return a search that this article answers: a question among its headings that names its subject, or its title."""
    for section in article.sections:
        words = set(section.heading.lower().rstrip("?").split())
        asks = section.heading.endswith("?") and len(words) > 3 and len(section.heading) <= _LONGEST_EXAMPLE
        if asks and not words & _POINTERS:
            return section.heading
    return article.title


def _all(library: Library) -> Iterator[Summary]:
    after = ""
    while rows := library.list(after, _PAGE):
        yield from rows
        after = rows[-1].id


def _row(home: OpenHome, summary: Summary) -> Row:
    state, words = home.review(summary.reviewed, summary.labels)
    return Row(
        id=summary.id,
        title=summary.title,
        source=summary.source,
        url=summary.url,
        language=summary.language,
        reviewed=summary.reviewed,
        review_state=state,
        review_words=words,
        labels=summary.labels,
        passages=summary.passages,
    )
