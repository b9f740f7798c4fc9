"""The articles of one segment: which of them filters admit, and what facets count. Shared while the segment lives."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
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
        self._profiles = functools.lru_cache(maxsize=8)(self._find_profiles)

    def __len__(self) -> int:
        return len(self.facts)

    def _admitted(self, filters: Filters) -> npt.NDArray[np.bool_]:
        return np.array([admits(filters, one) for one in self.facts], bool)

    def facets(self, filters: Filters, per_article: Numbers) -> Iterator[tuple[str, str, int]]:
        """Yield (facet, value, passages), of the passages that each article has among those that are counted."""
        profile_of, values = self._profiles(Filters(review_cutoffs=filters.review_cutoffs))
        per_profile = np.bincount(profile_of, per_article)
        for name, (written, profiles, starts) in values.items():
            counts = np.add.reduceat(per_profile[profiles], starts) if written else per_profile[:0]
            for code in counts.nonzero()[0].tolist():
                yield name, written[code], int(counts[code])

    def _find_profiles(self, filters: Filters) -> tuple[Numbers, dict[str, tuple[list[str], Numbers, Numbers]]]:
        """Put articles with the same facets together: they are counted as one.

        Returns each article's profile; and for each facet its values, the profiles that have them, by value, and where
        each value begins.
        """
        profiles: dict[tuple[tuple[str, ...], ...], int] = {}
        profile_of = [
            profiles.setdefault(tuple(facet_values(facts, filters).values()), len(profiles)) for facts in self.facts
        ]
        found = {}
        for facet, name in enumerate(FACETS):
            codes: dict[str, int] = {}
            pairs = [(n, codes.setdefault(value, len(codes))) for own, n in profiles.items() for value in own[facet]]
            numbers, having = np.array(pairs, np.int64).reshape(-1, 2).T
            order = np.argsort(having, kind="stable")
            found[name] = list(codes), numbers[order], np.searchsorted(having[order], np.arange(len(codes)))
        return np.array(profile_of, np.int64), found
