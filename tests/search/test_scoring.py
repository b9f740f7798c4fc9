from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import search
from corpus.settings import Settings
from search.engines.memory import MemoryEngine
from search.scoring import idf, telling
from tests.articles import article


def test_a_word_that_gathers_tells_more_than_one_that_is_strewn() -> None:
    strewn = telling(passages=1000, having=50, occurrences=51)
    gathered = telling(passages=1000, having=50, occurrences=200)
    assert strewn == pytest.approx(1.0, abs=0.02)
    assert gathered > 1.2


@given(st.integers(1, 50_000), st.data())
def test_no_word_counts_for_less_or_for_far_more_than_its_rarity(passages: int, data: st.DataObject) -> None:
    having = data.draw(st.integers(0, passages))
    factor = telling(passages, having, having + data.draw(st.integers(0, 100_000)))
    assert 1.0 <= factor <= 2.1
    assert idf(passages, having) > 0


def test_of_two_equally_rare_words_the_one_that_texts_are_about_decides() -> None:
    engine = MemoryEngine()
    about = [
        article(f"z{n}", "Other", ("", "Zincum zincum zincum and zincum with zincum or zincum.")) for n in range(3)
    ]
    strewn = [article(f"r{n}", "Other", ("", "Here are many other words with remark among them.")) for n in range(3)]
    rest = [article(f"n{n}", "Other", ("", f"Here is text {n} of something else.")) for n in range(30)]
    wanted = article("wanted", "Other", ("", "Here are many other words with zincum among them."))
    engine.rebuild([*about, *strewn, *rest, wanted], 1)
    desk = search.Searcher(engine, Settings({}))
    ids = [hit.passage.article_id for hit in desk.search("remark zincum unknown", only_hits=True).hits]
    assert ids.index("wanted") < min(ids.index(f"r{n}") for n in range(3))
