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

    def facets(self, filters: Filters, articles: Numbers) -> Iterator[tuple[str, str, int]]:
        """Yield (facet, value, passages); `articles` are those of the passages that are counted, one a passage."""
        profile_of, values, profiles, starts = self._profiles(Filters(review_cutoffs=filters.review_cutoffs))
        if values:
            per_profile = np.bincount(profile_of.take(articles), minlength=int(profiles.max()) + 1)
            counts = np.add.reduceat(per_profile.take(profiles), starts).tolist()
            yield from ((*value, count) for value, count in zip(values, counts, strict=True) if count)

    def _find_profiles(self, filters: Filters) -> tuple[Numbers, list[tuple[str, str]], Numbers, Numbers]:
        """Put articles with the same facets together: they are counted as one.

        Returns each article's profile; the facets' values; the profiles that have them, by value, and where each value
        begins among these.
        """
        profiles: dict[tuple[tuple[str, ...], ...], int] = {}
        profile_of = [
            profiles.setdefault(tuple(facet_values(facts, filters).values()), len(profiles)) for facts in self.facts
        ]
        having: dict[tuple[str, str], list[int]] = {}
        for own, number in profiles.items():
            for name, values in zip(FACETS, own, strict=True):
                for value in values:
                    having.setdefault((name, value), []).append(number)
        starts = np.cumsum([0, *map(len, having.values())])[:-1]
        numbers = [number for own in having.values() for number in own]
        return np.array(profile_of, np.int64), list(having), np.array(numbers, np.int64), starts
