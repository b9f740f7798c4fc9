"""The best passages of a query: the sum of its words' scores, without looking at what cannot be among the best.

The score of a passage is the sum of `factor * column` over what is sought, and `bonus` where it has something of every
group with content. Rare words bring their passages; common ones bring more only where those could still win (MaxScore:
Turtle and Flood, Query evaluation: strategies and optimizations, 1995; here with two kinds of words instead of a list).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from search import scoring
from search.engines.article_table import Numbers
from search.model import Clause, Query

Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float64]

# A word that more than this share of the passages has is held as one score a passage. Of 1/4 to 1/64, p50 and p99 at
# 26,000 passages were best from 1/8 to 1/16.
COMMON = 1 / 12
# Rare words that are in more than this share, together, are added up everywhere. Of 26,000 passages, 8,000 picked out
# cost 11 us a common word, and all of them in a row 9.
FEW = 1 / 4
EVEN = 10.0**-scoring.DIGITS  # scores that differ by less may be even once they are rounded
WIDTH = 16  # times k: of so many parts of the scores the highest are taken, to find a bound without sorting


class Column:
    """What a word or phrase scores in each of `documents`, which have it and rise; of a common one, in all: `whole`.

    Of a common one, `scores` are left out: they would take as much again.
    """

    def __init__(self, documents: Numbers, scores: Scores, size: int, weights: scoring.Weights) -> None:
        self.documents = documents
        self.scores = scores
        self.weights = weights
        self.highest = float(scores.max(initial=0.0))
        self.whole: Scores | None = None
        if len(documents) > COMMON * size:
            self.whole = np.zeros(size)
            self.whole[documents] = scores
            self.scores = np.zeros(0)

    def among(self, documents: Numbers, size: int) -> Mask:
        """Tell which of `documents` have it."""
        if self.whole is not None:
            return self.whole.take(documents) > 0
        mask = np.zeros(size, bool)
        mask[self.documents] = True
        return mask.take(documents)


class Sought(NamedTuple):
    """A clause that scores, its column, and what the query multiplies it by."""

    clause: Clause
    column: Column
    factor: float

    @property
    def highest(self) -> float:
        return self.factor * self.column.highest


def best(
    query: Query, sought: Sequence[Sought], admitted: Mask, matched: Callable[[], Mask], k: int
) -> tuple[Numbers, Scores]:
    """Return the passages that are or may be among the best k by rounded score, in any order, with their scores.

    `admitted` are those that pass the filters, `matched` finds those that are to be ranked.
    """
    adding = _Adding(query, sought, len(admitted))
    required = query.required[0]
    if len(query.required) == 1 and not any(clause.excluded for clause in required):
        any_of = {*required}
        rare = [one for one in adding.rare if one.clause in any_of]
        if rare and sum(len(one.column.documents) for one in rare) <= FEW * len(admitted):
            documents, scores = adding.having(rare, admitted, k)
            bound = _reached(scores, k)
            if bound - EVEN >= adding.highest_without_rare(any_of):
                kept = scores > bound - EVEN
                return documents.compress(kept), scores.compress(kept).round(scoring.DIGITS)
    scores = adding.everywhere()
    np.copyto(scores, -np.inf, where=~matched())
    documents = (scores > _reached(scores, k) - EVEN).nonzero()[0]
    return documents, scores.take(documents).round(scoring.DIGITS)


def every(query: Query, sought: Sequence[Sought], size: int) -> Scores:
    """Return the scores of all passages."""
    return _Adding(query, sought, size).everywhere()


class _Adding:
    """Adds up what is sought: rare words where they are, common ones where they are asked for."""

    def __init__(self, query: Query, sought: Sequence[Sought], size: int) -> None:
        self._sought = sought
        self._size = size
        self.rare = [one for one in sought if one.column.whole is None]
        self._common = [(one.factor, one.column.whole) for one in sought if one.column.whole is not None]
        self._highest_of_common = sum(one.highest for one in sought if one.column.whole is not None)
        self._bonus = 0.0
        if query.all_words:
            self._bonus = scoring.all_words_bonus([(one.clause, one.column.weights) for one in sought])
            self._content = scoring.content_groups(one.clause for one in sought)

    def having(self, rare: Sequence[Sought], admitted: Mask, k: int) -> tuple[Numbers, Scores]:
        """Return those passages with one of these words that may be among the best k of them, with their scores."""
        if len(self.rare) == len(rare) == 1:
            documents, sums = rare[0].column.documents, rare[0].factor * rare[0].column.scores
            there = admitted.take(documents)
            documents, sums = documents.compress(there), sums.compress(there)
        else:
            of_rare = self._of_rare()
            if len(self.rare) == len(rare):
                mask = of_rare > 0
            else:
                mask = np.zeros(self._size, bool)
                for one in rare:
                    mask[one.column.documents] = True
            mask &= admitted
            documents = mask.nonzero()[0]
            sums = of_rare.take(documents)
        kept = sums >= _reached(sums, k) - self._highest_of_common - self._bonus
        documents, sums = documents.compress(kept), sums.compress(kept)
        for factor, whole in self._common:
            sums += factor * whole.take(documents)
        self._add_bonus(documents, sums)
        return documents, sums

    def highest_without_rare(self, any_of: set[Clause]) -> float:
        """Return a bound on the scores of those passages that have one of these clauses, but no rare one of them."""
        others = [one for one in self._sought if one.column.whole is not None or one.clause not in any_of]
        if not any(one.clause in any_of for one in others):
            return -np.inf
        highest = sum(one.highest for one in others)
        if self._bonus and self._content <= {group for one in others for group in one.clause.groups}:
            highest += self._bonus
        return highest

    def everywhere(self) -> Scores:
        """Return the scores of all passages."""
        scores, added = self._of_rare(), np.empty(self._size)
        for factor, whole in self._common:
            np.multiply(whole, factor, out=added)
            scores += added
        self._add_bonus(np.arange(self._size), scores)
        return scores

    def _of_rare(self) -> Scores:
        if not any(len(one.column.documents) for one in self.rare):
            return np.zeros(self._size)
        documents = np.concatenate([one.column.documents for one in self.rare])
        scores = np.concatenate([one.factor * one.column.scores for one in self.rare])
        return cast("Scores", np.bincount(documents, scores, self._size))

    def _add_bonus(self, documents: Numbers, scores: Scores) -> None:
        if self._bonus:
            has_all = np.ones(len(documents), bool)
            for group in self._content:
                having = [one.column.among(documents, self._size) for one in self._sought if group in one.clause.groups]
                has_all &= np.logical_or.reduce(having)
            scores[has_all] += self._bonus


def _reached(scores: Scores, k: int) -> float:
    """Return a score that at least k passages reach, the k-th or a lower one; minus infinity for fewer passages."""
    if len(scores) < k:
        return -np.inf
    width = WIDTH * k
    rows = len(scores) // width
    highest = scores[: rows * width].reshape(rows, -1).max(axis=0) if rows > 1 else scores.copy()
    highest.partition(len(highest) - k)
    return float(highest[-k])
