"""The best passages of a query: the sum of its words' scores, without looking at what cannot be among the best.

The score of a passage is the sum of `factor * column` over what is sought, and `bonus` where it has something of every
group with content. Rare words bring their passages; common ones bring more only where those could still win (MaxScore:
Turtle and Flood, Query evaluation: strategies and optimizations, 1995; here with two kinds of words instead of a list).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
ROWS = 16  # of which the highest is taken, to find a bound without sorting


class Column:
    """What a word or phrase scores in each of `documents`, which have it and rise; of a common one, in all: `whole`."""

    def __init__(self, documents: Numbers, scores: Scores, size: int, weights: scoring.Weights) -> None:
        self.documents = documents
        self.scores = scores
        self.weights = weights
        self.highest = float(scores.max(initial=0.0))
        self.whole: Scores | None = None
        if len(documents) > COMMON * size:
            self.whole = np.zeros(size)
            self.whole[documents] = scores

    def among(self, documents: Numbers, size: int) -> Mask:
        """Tell which of `documents` have it."""
        if self.whole is not None:
            return self.whole[documents] > 0
        mask = np.zeros(size, bool)
        mask[self.documents] = True
        return mask[documents]


@dataclass(frozen=True, slots=True)
class Sought:
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
    adding = _Adding(sought, query.all_words, len(admitted))
    required = query.required[0]
    if len(query.required) == 1 and not any(clause.excluded for clause in required):
        documents = adding.with_rare({*required}, admitted, k)
        scores = adding.up(documents)
        bound = _reached(scores, k)
        if bound > adding.highest_without({*required}):
            return _from(bound, documents, scores)
    documents = matched().nonzero()[0]
    scores = adding.up(documents)
    return _from(_reached(scores, k), documents, scores)


def every(query: Query, sought: Sequence[Sought], size: int) -> Scores:
    """Return the scores of all passages."""
    return _Adding(sought, query.all_words, size).up(np.arange(size))


class _Adding:
    """Adds up what is sought: rare words for all passages at once, common ones where they are asked for."""

    def __init__(self, sought: Sequence[Sought], all_words: bool, size: int) -> None:
        self._sought = sought
        self._size = size
        self._common = [(one.factor, one.column.whole) for one in sought if one.column.whole is not None]
        self._highest_of_common = sum(one.highest for one in sought if one.column.whole is not None)
        self._rare = [one for one in sought if one.column.whole is None]
        self._sums = np.zeros(size)
        for one in self._rare:
            self._sums[one.column.documents] += one.factor * one.column.scores
        self._bonus = 0.0
        if all_words:
            self._bonus = scoring.all_words_bonus([(one.clause, one.column.weights) for one in sought])
            self._content = scoring.content_groups(one.clause for one in sought)

    def with_rare(self, wanted: set[Clause], admitted: Mask, k: int) -> Numbers:
        """Return those passages with a rare word among `wanted` that may be among the best k of them."""
        mask = np.zeros(self._size, bool)
        for one in self._rare:
            if one.clause in wanted:
                mask[one.column.documents] = True
        mask &= admitted
        documents = mask.nonzero()[0]
        sums = self._sums[documents]
        return documents[sums + self._highest_of_common + self._bonus >= _reached(sums, k)]

    def highest_without(self, wanted: set[Clause]) -> float:
        """Return a bound on the scores of the passages that have no rare word among `wanted`."""
        others = [one for one in self._sought if one.column.whole is not None or one.clause not in wanted]
        highest = sum(one.highest for one in others)
        if self._bonus and self._content <= {group for one in others for group in one.clause.groups}:
            highest += self._bonus
        return highest

    def up(self, documents: Numbers) -> Scores:
        """Return the scores of passages."""
        scores: Scores = self._sums[documents]
        for factor, whole in self._common:
            scores += factor * whole[documents]
        if self._bonus:
            has_all = np.ones(len(documents), bool)
            for group in self._content:
                having = [one.column.among(documents, self._size) for one in self._sought if group in one.clause.groups]
                has_all &= np.logical_or.reduce(having)
            scores[has_all] += self._bonus
        return scores


def _reached(scores: Scores, k: int) -> float:
    """Return a score that at least k passages reach, the k-th or a lower one; minus infinity for fewer passages."""
    if len(scores) < k:
        return -np.inf
    width = len(scores) // ROWS
    if width >= 2 * k:
        scores = scores[: ROWS * width].reshape(ROWS, width).max(axis=0)
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])


def _from(bound: float, documents: Numbers, scores: Scores) -> tuple[Numbers, Scores]:
    kept = scores > bound - 10.0**-scoring.DIGITS  # what is even once it is rounded is kept too
    return documents[kept], np.round(scores[kept], scoring.DIGITS)
