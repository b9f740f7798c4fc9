"""Skipping finds what adding everything up finds, to the last score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import scoring
from search.engines.best import Column, Sought, best
from search.model import Clause, Query

SIZE = 3000
WEIGHTS = scoring.Weights(None, scoring.Counted((1, 1, 1), 1, 1), SIZE, [1.0, 1.0, 1.0])


def column(having: int, seed: int) -> Column:
    chance = np.random.default_rng(seed)
    documents = np.sort(chance.choice(SIZE, having, replace=False))
    return Column(documents, chance.uniform(0.01, 3.0, having), SIZE, WEIGHTS)


words = st.lists(
    st.tuples(st.sampled_from([1, 5, 40, 200, 900, 2500]), st.floats(0.1, 5.0), st.booleans()), min_size=1, max_size=6
)


@given(words=words, all_words=st.booleans(), k=st.sampled_from([1, 10, 50]), seed=st.integers(0, 10_000))
def test_the_best_are_those_of_adding_everything_up(
    words: list[tuple[int, float, bool]], all_words: bool, k: int, seed: int
) -> None:
    sought = [
        Sought(Clause((f"w{n}",), f"w{n}", (n,), content=content or n == 0), column(having, seed + n), factor)
        for n, (having, factor, content) in enumerate(words)
    ]
    content = [one for one in sought if one.clause.content]
    query = Query("", tuple(one.clause for one in sought), (tuple(one.clause for one in content),), all_words=all_words)
    admitted = np.random.default_rng(seed).random(SIZE) < 0.9

    scores = np.zeros(SIZE)
    having = {one.clause: np.isin(np.arange(SIZE), one.column.documents) for one in sought}
    for one in sought:
        whole = one.column.whole
        scores[one.column.documents] += one.factor * (
            one.column.scores if whole is None else whole[one.column.documents]
        )
    if all_words:
        everything = np.logical_and.reduce([having[one.clause] for one in content])
        scores[everything] += scoring.all_words_bonus((one.clause, one.column.weights) for one in sought)
    matched = admitted & np.logical_or.reduce([having[one.clause] for one in content])
    wanted = sorted(scores[matched].round(scoring.DIGITS), reverse=True)[:k]

    numbers, found = best(query, sought, admitted, lambda: matched, k)
    assert matched[numbers].all()
    assert found == pytest.approx(scores[numbers], abs=1e-5)
    assert sorted(found, reverse=True)[:k] == pytest.approx(wanted, abs=1e-5)


def test_passages_of_common_words_alone_are_not_looked_at_when_they_cannot_win() -> None:
    rare, common = column(100, 1), column(2500, 2)
    clauses = Clause(("rare",), "rare", (0,)), Clause(("common",), "common", (1,))
    sought = [Sought(clauses[0], rare, 50.0), Sought(clauses[1], common, 0.1)]

    def matched() -> np.ndarray:
        raise AssertionError("every match was looked for")

    numbers, _ = best(Query("", clauses, (clauses,)), sought, np.ones(SIZE, bool), matched, 10)
    assert set(numbers) <= set(rare.documents)
