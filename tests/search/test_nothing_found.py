from __future__ import annotations

import pytest

import search
from corpus.settings import Settings
from search.engines.memory import MemoryEngine
from tests.articles import small_library


@pytest.fixture
def desk() -> search.Searcher:
    engine = MemoryEngine()
    engine.rebuild(small_library(), 5)
    return search.Searcher(engine, Settings({}))


def test_what_the_best_passage_hardly_speaks_of_is_not_found_and_the_nearest_are_offered(desk: search.Searcher) -> None:
    results = desk.search("what does a doctor charge for writing a carburettor certificate", limit=1)
    assert results.nothing_found
    assert results.hits == ()
    assert results.answer is None
    assert results.total > 0
    assert [hit.rank for hit in results.nearest] == [1, 2, 3][: results.total]
    assert results.nearest[0].passage.passage_id == "swelling.when-to-call.1"
    assert desk.search("what does a doctor charge for writing a carburettor certificate", page=2).nearest


@pytest.mark.parametrize(
    "text",
    [
        "calf",
        "how do I massage the calf until a cramp lets go",
        '"a doctor" carburettor certificate charge',
        "doctor OR carburettor OR certificate OR charge",
        "doc* -carburettor",
        "label:cramps calf",
    ],
)
def test_what_a_passage_speaks_of_or_was_demanded_is_found(desk: search.Searcher, text: str) -> None:
    results = desk.search(text)
    assert not results.nothing_found
    assert results.hits
    assert results.nearest == ()


def test_each_question_of_a_message_is_judged_by_itself(desk: search.Searcher) -> None:
    found = desk.search("How do I massage the calf until a cramp lets go?\nWhat does a carburettor certificate cost?")
    assert [(one.nothing_found, bool(one.hits)) for one in found.questions] == [(False, True), (True, False)]
