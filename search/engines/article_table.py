"""The articles of one segment: which of them filters admit, and what facets count. Shared while the segment lives."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search.filtering import FACETS, admits, facet_values
from search.languages import of
from search.model import Filters, StoredPassage

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What filters and facets look at."""

    article_id: str
    source: str
    language: str
    reviewed: str | None
    labels: tuple[str, ...]


def facts_of(stored: StoredPassage) -> ArticleFacts:
    """Return the facts of a passage's article."""
    return ArticleFacts(stored.article_id, stored.source, stored.language, stored.reviewed, stored.labels)


class ArticleTable:
    """The facts of articles, by number; what filters make of them is kept."""

    def __init__(self, facts: Sequence[ArticleFacts]) -> None:
        self.facts = facts
        self.languages = [of(one.language) for one in facts]
        self.numbers = {one.article_id: number for number, one in enumerate(facts)}
        self.admitted = functools.lru_cache(maxsize=64)(self._admitted)
        self.facet_codes = functools.lru_cache(maxsize=8)(self._facet_codes)

    def __len__(self) -> int:
        return len(self.facts)

    def _admitted(self, filters: Filters) -> npt.NDArray[np.bool_]:
        return np.array([admits(filters, one) for one in self.facts], bool)

    def _facet_codes(self, filters: Filters) -> dict[str, tuple[list[str], Numbers, Numbers]]:
        """Return for each facet its values, the articles that have them, by value, and where each value begins."""
        codes: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        pairs: dict[str, list[tuple[int, int]]] = {name: [] for name in FACETS}
        for article, facts in enumerate(self.facts):
            for name, own in facet_values(facts, filters).items():
                pairs[name].extend((article, codes[name].setdefault(value, len(codes[name]))) for value in own)
        found = {}
        for name in FACETS:
            articles, having = np.array(pairs[name], np.int64).reshape(-1, 2).T
            order = np.argsort(having, kind="stable")
            starts = np.searchsorted(having[order], np.arange(len(codes[name])))
            found[name] = list(codes[name]), articles[order], starts
        return found
