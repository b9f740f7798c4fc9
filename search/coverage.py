"""How much of what is asked about a text speaks of."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence, Set

from search.engine import Snapshot
from search.fragments import placed_tokens
from search.model import Clause, Query, StoredPassage
from search.scoring import idf

# What any word counts for beside its rarity: in a library of one article the words of its subject are everywhere, and
# still are what is asked about. At 0, 1 and 2, of the questions that the samples answer .72, .75 and .75 get an answer
# sentence, of which .72, .76 and .76 hold the answer.
BASE = 2.0

Groups = Set[int]  # numbers of what was typed


class Coverage:
    """What a query asks about: its groups with content (without one, all), each with its rarity.

    `asks` is False for one word alone, and where no word has content.
    """

    def __init__(self, query: Query, snapshot: Snapshot) -> None:
        asked = [clause for clause in query.clauses if not clause.excluded]
        content = [clause for clause in asked if clause.content]
        self.asks = bool(content) and len({group for clause in asked for group in clause.groups}) > 1
        self.clauses = content or asked
        self.weights: dict[int, float] = {}
        self.frequencies: dict[int, int] = {}  # of the passages that have what was typed
        for clause in self.clauses:
            if len(clause.groups) == 1 and clause.kind not in ("variant", "synonym"):
                frequency = snapshot.frequency(*filter(None, clause.words))
                rarity = BASE + idf(snapshot.state.passages, frequency)
                (group,) = clause.groups
                self.frequencies[group] = max(self.frequencies.get(group, 0), frequency)
                self.weights[group] = min(self.weights.get(group, rarity), rarity)
        self._total = sum(self.weights.values()) or 1.0

    def groups(self, words: Sequence[tuple[str, ...]]) -> set[int]:
        """Return the groups that a row of words, each by what it is indexed under, speaks of."""
        there = {stem for stems in words for stem in stems}
        return {
            group
            for clause in self.clauses
            if _holds(clause, words, there)
            for group in clause.groups
            if group in self.weights
        }

    @property
    def size(self) -> int:
        return len(self.weights)

    def of(self, stored: StoredPassage) -> float:
        """Return the share of what is asked that stands in a passage, its title and its headings."""
        texts = (text for texts in stored.field_texts().values() for text in texts)
        return self.share(self.groups(words_of(texts, stored.language)))

    def share(self, groups: Groups) -> float:
        """Return the share of what is asked that `groups` are, by rarity."""
        return sum(self.weights[group] for group in groups) / self._total


def words_of(texts: Iterable[str], language: str) -> list[tuple[str, ...]]:
    """Return the words of texts, each by what it is indexed under; a phrase does not reach from one into the next."""
    return [stems for text in texts for stems in _words(text, language)]


@functools.lru_cache(maxsize=4096)
def _words(text: str, language: str) -> tuple[tuple[str, ...], ...]:
    return (*(token.stems for _, token in placed_tokens(text, language)), ())


def _holds(clause: Clause, words: Sequence[tuple[str, ...]], there: Set[str]) -> bool:
    if clause.kind == "prefix" or len(clause.words) == 1:
        return not there.isdisjoint(clause.words)
    if not all(word in there for word in clause.words if word):
        return False
    size = len(clause.words)
    return any(
        all(word in ("", *stems) for word, stems in zip(clause.words, words[at : at + size], strict=True))
        for at in range(len(words) - size + 1)
    )
