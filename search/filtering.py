"""Which articles a query's filters admit, and what facets count: one rule for every engine that looks itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlsplit

from corpus.review import review_state
from search.model import Filters

FACETS = ("label", "source", "language", "review", "reviewed_since")
_YEARS = 5  # that `reviewed_since` counts


class Facts(Protocol):
    """What filters look at: a stored passage, or an article's facts."""

    @property
    def article_id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def reviewed(self) -> str | None: ...
    @property
    def labels(self) -> tuple[str, ...]: ...


def admits(filters: Filters, facts: Facts) -> bool:
    """Tell whether an article passes all filters."""
    return (
        not any(label in filters.hidden_labels for label in facts.labels)
        and (not filters.label or any(label in filters.label for label in facts.labels))
        and (not filters.article or facts.article_id in filters.article)
        and (not filters.source or any(lies_under(facts.source, wanted) for wanted in filters.source))
        and (not filters.language or facts.language in filters.language)
        and (not filters.review or _state(filters, facts) in filters.review)
        and (filters.reviewed_since is None or (facts.reviewed or "") >= filters.reviewed_since)
        and (filters.reviewed_before is None or "" < (facts.reviewed or "") < filters.reviewed_before)
    )


def facet_values(facts: Facts, filters: Filters) -> dict[str, tuple[str, ...]]:
    """Return what an article counts for in each of `FACETS`: as a filter, each value finds what it counts."""
    return {
        "label": facts.labels,
        "source": folders(facts.source),
        "language": (facts.language,),
        "review": (_state(filters, facts),),
        "reviewed_since": tuple(year for year in recent_years() if (facts.reviewed or "") >= year),
    }


def recent_years() -> list[str]:
    """Return the years that `reviewed_since` counts."""
    this_year = datetime.date.today().year
    return [str(year) for year in range(this_year - _YEARS + 1, this_year + 1)]


def folders(source: str) -> tuple[str, ...]:
    """Return the groups that a source is counted for."""
    return tuple(_with_folders_above(source_group(source)))


def _with_folders_above(group: str) -> Iterator[str]:
    while group:
        yield group
        group = group.rpartition("/")[0]


def _state(filters: Filters, facts: Facts) -> str:
    return review_state(facts.reviewed, facts.labels, dict(filters.review_cutoffs))


def lies_under(source: str, wanted: str) -> bool:
    """Tell whether `source` is `wanted`, a file or page below it, or one of its group."""
    return source == wanted or source.startswith(wanted.rstrip("/") + "/") or source_group(source) == wanted


def source_group(source: str) -> str:
    """Return what people filter by: a site's host, a file's folder, or a source without a folder itself."""
    parts = urlsplit(source)
    if parts.scheme in ("http", "https"):
        return parts.netloc
    return source.rpartition("/")[0] or source
