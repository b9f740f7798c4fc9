"""What a search can be narrowed by, with exact counts, and what it finds without a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search import Searcher
from search.model import FILTERS, Results
from webapp.asking import Asked

_TITLES = {
    "label": "Label",
    "source": "Source",
    "language": "Language",
    "review": "Review",
    "reviewed_since": "Reviewed since",
}
_REVIEW_WORDS = {"reviewed": "Reviewed", "overdue": "Review overdue", "unknown": "Review date unknown"}
_FIRST = 6  # choices of a group that show without being asked for


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter and how many passages it finds, beside the other filters in force."""

    value: str
    words: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The choices of one filter: those that show, and the rest."""

    name: str
    title: str
    first: tuple[Choice, ...]
    rest: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Restriction:
    """A filter in force, the fields of the search without it, and how many passages it would find then.

    `without_total` is None where it was not counted.
    """

    name: str
    words: str
    without: tuple[tuple[str, str], ...]
    without_total: int | None


def narrowing(
    searcher: Searcher, asked: Asked, results: Results, fields: Sequence[tuple[str, str]]
) -> tuple[list[Group], list[Restriction]]:
    """Return the filters to choose from and those in force; `fields` are all fields of the search.

    A filter's own values are counted as if it were not in force: choosing another adds to what is found.
    """
    active = [name for name in FILTERS if asked.filters.get(name)]
    without = {name: _without(searcher, asked, name) for name in active}
    groups = []
    for name, title in _TITLES.items():
        counted = without.get(name, results)
        counts = dict(counted.facets.get(name, ()))
        chosen = list(asked.filters.get(name, ()))
        found = dict(results.facets.get(name, ()))
        counts.update({value: found.get(value, 0) for value in chosen if value not in counts})
        if name == "reviewed_since":  # a day of one's own is no facet
            counts.update({value: results.total for value in chosen[:1] if value not in found})
            counts = dict(sorted(counts.items(), reverse=True))
        choices = [
            Choice(value, _words(name, value), count, value in chosen)
            for value, count in counts.items()
            if value in chosen or count < counted.total
        ]
        if name != "reviewed_since":
            choices.sort(key=lambda choice: not choice.chosen)
        if choices:
            groups.append(Group(name, title, tuple(choices[:_FIRST]), tuple(choices[_FIRST:])))
    titles = {hit.passage.article_id: hit.passage.article_title for hit in results.hits}
    restrictions = [
        Restriction(
            name="Article" if name == "article" else _TITLES[name],
            words=titles.get(value, value) if name == "article" else _words(name, value),
            without=tuple(field for field in fields if field != (name, value)),
            without_total=without[name].total if len(asked.filters[name]) == 1 else None,
        )
        for name, value in fields
        if name in active
    ]
    return groups, restrictions


def _without(searcher: Searcher, asked: Asked, name: str) -> Results:
    filters = {other: values for other, values in asked.filters.items() if other != name}
    return searcher.search(asked.text, limit=1, filters=filters, mode=asked.mode, exact=asked.exact, only_hits=True)


def _words(name: str, value: str) -> str:
    return _REVIEW_WORDS.get(value, value) if name == "review" else value
