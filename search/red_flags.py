"""Red flags: passages that say when help is needed, for whoever reports what they warn of."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from search.coverage import Coverage
from search.engine import Snapshot
from search.model import StoredPassage
from search.querytext import HIDDEN_LABEL
from search.words import words_of

MOST = 3
_OF_A_SECTION = 9  # passages

# A word tells of a red flag by how much oftener warnings have it than passages at large: in doublings, up to so many.
DOUBLINGS = 3.0
# What two or more words of one sentence must come to. Of 20 reports of symptoms and 40 other questions of our own about
# the samples (tests/search/test_red_flags.py): 1.5 to 3 find 19 and 1;
# of 89 questions about the same articles, which report none either, 8, 6, 3 and 3 at 1.5, 2, 2.5 and 3.
ENOUGH = 2.5
SHARE = 0.3  # of what the sentence says, which the warning must speak of


class RedFlags:
    """The warnings of one generation."""

    def __init__(self, snapshot: Snapshot) -> None:
        places = [place for place in snapshot.headings() if place.passage_id]
        # The handbook speaks of no symptoms, and would make every word of a small library one that tells.
        shown = [place for place in places if HIDDEN_LABEL not in place.labels]
        self._size = snapshot.state.passages * len(shown) / max(len(places), 1)
        self._passages = list(_passages(snapshot, (place.passage_id for place in shown if place.urgent)))
        self._having: dict[str, set[int]] = defaultdict(set)  # by word, the numbers of the warnings
        for number, stored in enumerate(self._passages):
            for text in (stored.article_title, *stored.heading_path, stored.text):
                for stem in words_of(text, stored.language).stems:
                    self._having[stem].add(number)

    def matching(self, snapshot: Snapshot, coverage: Coverage, sentences: Sequence[str]) -> dict[StoredPassage, float]:
        """Return the warnings that speak of what one of `sentences` reports, the strongest first."""
        having = self._groups(coverage)
        telling = {
            group: self._doublings(coverage.frequencies.get(group, 0), len(own)) for group, own in having.items()
        }
        best: dict[int, float] = {}
        for sentence in sentences if any(telling.values()) else ():
            said = {group for language in snapshot.languages for group in coverage.groups([sentence], language)}
            candidates = {number for group in said if telling.get(group) for number in having[group]}
            for number in candidates:
                both = {group for group in said if number in having.get(group, ())}
                weight = sum(telling[group] for group in both)
                if len(both) > 1 and weight >= ENOUGH and coverage.share(both) >= SHARE * coverage.share(said):
                    best[number] = max(weight, best.get(number, 0.0))
        first = sorted(best, key=lambda number: (-best[number], self._passages[number].passage_id))[:MOST]
        return {self._passages[number]: best[number] for number in first}

    def _groups(self, coverage: Coverage) -> dict[int, set[int]]:
        """Return which warnings have each group."""
        found: dict[int, set[int]] = defaultdict(set)
        for clause in coverage.clauses:
            if len(clause.words) == 1 or clause.kind == "prefix":
                for group in clause.groups:
                    found[group] |= set().union(*(self._having.get(word, set()) for word in clause.words))
        return {group: own for group, own in found.items() if own}

    def _doublings(self, frequency: int, having: int) -> float:
        at_large = max(frequency, having) / self._size
        return min(max(math.log2(having / len(self._passages) / at_large), 0.0), DOUBLINGS)


def _passages(snapshot: Snapshot, firsts: Iterable[str]) -> Iterator[StoredPassage]:
    """Yield the passages of sections, given the first of each."""
    for first in firsts:
        section = first.rpartition(".")[0]
        yield from snapshot.passages([f"{section}.{n}" for n in range(1, _OF_A_SECTION + 1)]).values()
