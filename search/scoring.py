"""BM25: one formula for every engine, on numbers or on whole columns of them.

A passage's score for a word is the BM25 of the passage in its context (title, headings and body as one text) plus the
weighted BM25 of the title and of the headings alone (`search.fields`).

Tried on the six collections and left out, since none of it moved the mean of nDCG@10 by more than .001 up: words near
each other or in a row, in all fields or in titles (32 forms); a factor for the share of the words that a passage has
(abstracts gain, questions lose); the article's own score mixed in (-.002 to -.02); a title weight by how well titles
cover the query (-.002 to -.03); language models and divergence from randomness beside BM25; words of the best passages
added to the query (abstracts +.01, questions -.015, 1 ms and more).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.fields import FIELDS, Field
from search.model import Clause, Kind, Part, PartKind

# Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), section 3.3. B is that of a whole passage; a
# field's own stands in `search.fields`. Sweep over the six collections, mean nDCG@10: K1 1 .612, 1.2 .615, 1.4 .613;
# B .5 .614, .6 .615, .7 .613.
K1 = 1.2
B = 0.6

# A question word's idf stops here: in a small library "after" is rare by chance. Sweep over stackfaq, med and cacm: 1.5
# and no cap at all are even there (mean nDCG@10 .665); in a library of one article the cap lifts the right passage.
QUESTION_IDF = 1.5

_PART_KINDS: Mapping[Kind, PartKind] = {"phrase": "phrase", "synonym": "synonym", "spelling": "spelling"}

# How much a word counts for that gathers in few passages, see `telling`. Sweep over the six collections, mean nDCG@10:
# 0 .608, .5 .613, 1 .615, 1.5 .614, 2 .612; at 1 none of the six is lower than at 0.
GATHERING = 1.0

DIGITS = 6  # decimals of a score: what differs beyond them is a tie, broken by passage id


def idf(passages: int, having: int) -> float:
    """Return the weight of a word that `having` of `passages` passages have (Lucene's form, never negative)."""
    return math.log(1 + (passages - having + 0.5) / (having + 0.5))


def telling(passages: int, having: int, occurrences: int) -> float:
    """Return what a word's gathering says of it, from 1 to 2.

    Words that texts are about come back where they are ("magnesium"); others are strewn by chance ("common"). Counted
    by residual idf (Church and Gale, Poisson mixtures, 1995): how much rarer a word is than chance would strew it.
    """
    if not having:
        return 1.0
    rarity = math.log(passages / having)
    beyond_chance = rarity + math.log(-math.expm1(-occurrences / passages))
    return 1 + GATHERING * max(beyond_chance, 0.0) / idf(passages, having)


def saturated(count: Any, length: Any, mean_length: float, b: float) -> Any:
    """Return BM25's weight of `count` occurrences in a text of `length` words: 0 for none, below K1 + 1.

    `count` and `length` are numbers, or arrays of one shape.
    """
    return count * (K1 + 1) / (count + K1 * (1 - b + b * length / max(mean_length, 1e-9)))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many passages have a clause: in each of `FIELDS`, and anywhere; and how often they have it."""

    fields: tuple[int, ...]
    anywhere: int
    occurrences: int


class Weights:
    """What a word or phrase is worth in each field, from the passages that have it.

    Args:
        field: the only one in which it counts; None is the whole passage.
        counted: the passages that have it.
        passages: how many there are.
        means: mean lengths of `FIELDS`, in indexed words.
    """

    def __init__(self, field: str | None, counted: Counted, passages: int, means: Sequence[float]) -> None:
        self._means = means
        self.rarity = idf(passages, counted.anywhere)
        self.telling = telling(passages, counted.anywhere, counted.occurrences)
        self._joined = self.rarity if field is None else 0.0
        self._own = [
            _field_weight(field, one) * idf(passages, count) if count else 0.0
            for one, count in zip(FIELDS, counted.fields, strict=True)
        ]

    def factor(self, clause: Clause) -> float:
        """Return what a clause's scores are multiplied by."""
        if clause.content:
            return clause.weight * self.telling
        return clause.weight * min(QUESTION_IDF / self.rarity, 1.0)

    def scores(self, counts: Sequence[Any], lengths: Sequence[Any]) -> Iterator[tuple[str | None, Any]]:
        """Yield (field, score): None is the passage in its context. One entry of `FIELDS` a count and a length."""
        if self._joined:
            yield None, self._joined * saturated(sum(counts), sum(lengths), sum(self._means), B)
        for field, weight, count, length, mean in zip(FIELDS, self._own, counts, lengths, self._means, strict=True):
            if weight:
                yield field.name, weight * saturated(count, length, mean, field.b)

    def parts(self, clause: Clause, counts: Sequence[int], lengths: Sequence[int]) -> list[Part]:
        """Return what a clause adds to the score of one passage."""
        kind, factor = _PART_KINDS.get(clause.kind, "term"), self.factor(clause)
        return [
            Part(kind, field, clause.typed, factor * float(score))
            for field, score in self.scores(counts, lengths)
            if score > 0
        ]

    def forms(self) -> Iterator[tuple[float, float, float]]:
        """Yield (weight, mean length, b) of the passage in its context, then of each of `FIELDS`."""
        yield self._joined, sum(self._means), B
        yield from zip(self._own, self._means, (field.b for field in FIELDS), strict=True)

    @property
    def highest(self) -> float:
        """A bound on the score of any passage."""
        return (self._joined + sum(self._own)) * (K1 + 1)


def _field_weight(only: str | None, field: Field) -> float:
    if only is None:
        return field.weight
    return 1.0 if only == field.name else 0.0


_STAND_INS = ("variant", "synonym")


def as_typed(counted: Sequence[tuple[Clause, Counted]]) -> list[Counted]:
    """Return how rare each clause is taken to be.

    Another spelling or a synonym is never rarer than what was typed: it would outweigh the word that it stands for.
    """
    typed: dict[int, Counted] = {}  # by group, the rarest
    for clause, own in counted:
        if clause.kind not in _STAND_INS:
            for group in clause.groups:
                typed[group] = min(typed.get(group, own), own, key=lambda one: one.anywhere)
    taken = [own for _, own in counted]
    for number, (clause, own) in enumerate(counted):
        if clause.kind in _STAND_INS:
            stood_for = [typed[group] for group in clause.groups if group in typed]
            least = min(stood_for, key=lambda one: one.anywhere, default=own)
            if least.anywhere > own.anywhere:
                fields = tuple(max(pair) if pair[0] else 0 for pair in zip(own.fields, least.fields, strict=True))
                taken[number] = Counted(fields, least.anywhere, least.occurrences)
    return taken


def all_words_bonus(sought: Iterable[tuple[Clause, Weights]]) -> float:
    """Return what having something of every group with content adds: no passage without one of them scores higher."""
    bounds = [(clause, weights.factor(clause) * weights.highest) for clause, weights in sought]
    groups = content_groups(clause for clause, _ in bounds)
    of_group = [sum(bound for clause, bound in bounds if group in clause.groups) for group in groups]
    return sum(bound for _, bound in bounds) - min(of_group, default=0.0)


def content_groups(clauses: Iterable[Clause]) -> set[int]:
    """Return the groups of words with content."""
    return {group for clause in clauses if clause.content for group in clause.groups}
