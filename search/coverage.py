"""How much of what is asked about a text speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Set

from search.engine import Snapshot
from search.model import Query, StoredPassage
from search.scoring import idf
from search.words import Finder, Found

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
        self._finder = Finder(self.clauses, self.weights)

    def found(self, text: str, language: str) -> list[Found]:
        """Return where what is asked about stands in a text, by start."""
        return self._finder.found(text, language)

    def groups(self, texts: Iterable[str], language: str) -> set[int]:
        """Return the groups that texts speak of; a phrase does not reach from one into the next."""
        return {group for text in texts for _, _, own in self.found(text, language) for group in own}

    @property
    def size(self) -> int:
        return len(self.weights)

    def of(self, passages: Iterable[StoredPassage]) -> float:
        """Return the share of what is asked that stands in passages, their titles and their headings."""
        groups: set[int] = set()
        for stored in passages:
            groups |= self.groups((text for texts in stored.field_texts().values() for text in texts), stored.language)
        return self.share(groups)

    def share(self, groups: Groups) -> float:
        """Return the share of what is asked that `groups` are, by rarity."""
        return sum(map(self.weights.__getitem__, groups)) / self._total
