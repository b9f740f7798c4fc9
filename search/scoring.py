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


class Weights:
    """What one clause is worth in each field, from the passages that have it.

    Args:
        clause: the clause.
        passages: how many passages there are.
        having: how many have the clause, in each of `FIELDS`.
        having_any: how many have it anywhere.
        occurrences: how often they have it, all fields together.
        means: mean lengths of `FIELDS`, in indexed words.
    """

    def __init__(
        self,
        clause: Clause,
        passages: int,
        having: Sequence[int],
        having_any: int,
        occurrences: int,
        means: Sequence[float],
    ) -> None:
        self.clause = clause
        self._means = means
        rarity = idf(passages, having_any)
        factor = clause.weight
        if clause.content:
            factor *= telling(passages, having_any, occurrences)
        elif rarity > QUESTION_IDF:
            factor *= QUESTION_IDF / rarity
        self._joined = factor * rarity if clause.field is None else 0.0
        self._own = [
            factor * _field_weight(clause, field) * idf(passages, count) if count else 0.0
            for field, count in zip(FIELDS, having, strict=True)
        ]

    def scores(self, counts: Sequence[Any], lengths: Sequence[Any]) -> Iterator[tuple[str | None, Any]]:
        """Yield (field, score): None is the passage in its context. One entry of `FIELDS` a count and a length."""
        if self._joined:
            yield None, self._joined * saturated(sum(counts), sum(lengths), sum(self._means), B)
        for field, weight, count, length, mean in zip(FIELDS, self._own, counts, lengths, self._means, strict=True):
            if weight:
                yield field.name, weight * saturated(count, length, mean, field.b)

    def parts(self, counts: Sequence[int], lengths: Sequence[int]) -> list[Part]:
        """Return the score of one passage as parts."""
        kind = _PART_KINDS.get(self.clause.kind, "term")
        return [
            Part(kind, field, self.clause.typed, float(score))
            for field, score in self.scores(counts, lengths)
            if score > 0
        ]

    @property
    def highest(self) -> float:
        """A bound on what the clause can add to any passage's score."""
        return (self._joined + sum(self._own)) * (K1 + 1)


def _field_weight(clause: Clause, field: Field) -> float:
    if clause.field is None:
        return field.weight
    return 1.0 if clause.field == field.name else 0.0


_STAND_INS = ("variant", "synonym")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many passages have a clause: in each of `FIELDS`, and anywhere; and how often they have it."""

    fields: Sequence[int]
    anywhere: int
    occurrences: int


def weights(
    clauses: Iterable[Clause], counted: Mapping[Clause, Counted], passages: int, means: Sequence[float]
) -> dict[Clause, Weights]:
    """Return what each clause is worth.

    Another spelling or a synonym is never rarer than what was typed: it would outweigh the word that it stands for.
    """
    found: dict[Clause, Weights] = {}
    for clause in clauses:
        own = counted[clause]
        if clause.kind in _STAND_INS:
            typed = [
                count
                for one, count in counted.items()
                if one.kind not in _STAND_INS and {*one.groups} & {*clause.groups}
            ]
            least = min(typed, key=lambda count: count.anywhere, default=own)
            if least.anywhere > own.anywhere:
                fields = [max(pair) if pair[0] else 0 for pair in zip(own.fields, least.fields, strict=True)]
                own = Counted(fields, least.anywhere, least.occurrences)
        found[clause] = Weights(clause, passages, own.fields, own.anywhere, own.occurrences, means)
    return found


def all_words_bonus(weights: Iterable[Weights]) -> float:
    """Return what having something of every group with content adds: no passage without one of them scores higher."""
    every = list(weights)
    groups = {group for weight in every if weight.clause.content for group in weight.clause.groups}
    of_group = [sum(weight.highest for weight in every if group in weight.clause.groups) for group in groups]
    return sum(weight.highest for weight in every) - min(of_group, default=0.0)
