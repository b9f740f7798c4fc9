from __future__ import annotations

import time

import pytest

import search
from corpus.article import Change
from corpus.settings import Settings
from search.engines.memory import MemoryEngine
from search.model import Place
from search.suggest import Suggestions
from tests.articles import article, small_library


@pytest.fixture
def engine() -> MemoryEngine:
    engine = MemoryEngine()
    engine.rebuild(small_library(), 5)
    return engine


@pytest.fixture
def desk(engine: MemoryEngine) -> search.Searcher:
    return search.Searcher(engine, Settings({}))


def texts(desk: search.Searcher, typed: str) -> list[str]:
    return [one.text for one in desk.suggest(typed)]


@pytest.mark.parametrize(
    "typed", ["l", "leg", "Leg cr", "leg cramps in pregnancy", "cramps", "cramps leg", "PREGN", "ramps"]
)
def test_titles_are_found_by_any_of_their_words(desk: search.Searcher, typed: str) -> None:
    assert "Leg cramps in pregnancy" in texts(desk, typed)


@pytest.mark.parametrize("typed", ["magnesuim", "magneium", "magnessium", "magnasium", "magnesum"])
def test_one_typo_a_word_is_forgiven(desk: search.Searcher, typed: str) -> None:
    assert texts(desk, typed) == ["Magnesium"]


def test_what_starts_as_typed_comes_first_and_titles_before_headings() -> None:
    engine = MemoryEngine()
    engine.rebuild(
        [
            article("a", "Calf pain", ("Cramps", "Text.")),
            article("b", "Night cramps of the calf", ("", "Text.")),
            article("c", "Cramps of the calf in the night", ("", "Text.")),
        ],
        1,
    )
    found = search.Searcher(engine, Settings({})).suggest("cramp")
    assert [(one.text, one.kind) for one in found] == [
        ("Cramps of the calf in the night", "title"),
        ("Cramps", "heading"),
        ("Night cramps of the calf", "title"),
    ]


def test_they_lead_to_the_article_or_to_the_first_passage_under_the_heading(desk: search.Searcher) -> None:
    assert [(one.kind, one.link) for one in desk.suggest("restless")] == [("title", "/articles/restless-legs")]
    heading = desk.suggest("habits")[0]
    assert (heading.kind, heading.link) == (
        "heading",
        "/articles/restless-legs?passage=restless-legs.habits.1#habits",
    )


@pytest.mark.parametrize("typed", ["", "  ", "?!", "xylophone", "leg xylophone"])
def test_nothing_is_suggested_where_nothing_fits(desk: search.Searcher, typed: str) -> None:
    assert desk.suggest(typed) == []


def test_the_handbook_is_not_suggested(desk: search.Searcher) -> None:
    assert "How to search for cramps" not in texts(desk, "cramps")


def test_a_changed_library_is_suggested_from_at_once(desk: search.Searcher, engine: MemoryEngine) -> None:
    assert texts(desk, "pumpkin") == []
    engine.apply([Change(6, "seeds", article("seeds", "Pumpkin seeds", ("", "Text.")))], 6)
    assert texts(desk, "pumpkin") == ["Pumpkin seeds"]
    engine.apply([Change(7, "seeds", None)], 7)
    assert texts(desk, "pumpkin") == []


def test_a_heading_of_many_articles_is_suggested_once() -> None:
    engine = MemoryEngine()
    engine.rebuild([article(f"a{n}", f"Title {n}", ("Causes", "Text.")) for n in range(20)], 1)
    assert texts(search.Searcher(engine, Settings({})), "cau") == ["Causes"]


def test_no_more_than_asked_for_from_tens_of_thousands_and_soon() -> None:
    suggestions = Suggestions(
        Place(f"What helps against illness{n % 997} and pain{n}", "title", f"a{n}", "", "", ()) for n in range(28_000)
    )
    for typed in ("what", "pain", "illness99 pain", "ilness", "against the"):
        started = time.perf_counter()
        found = suggestions.find(typed, 8)
        assert time.perf_counter() - started < 0.25  # 5 ms on an idle machine
        assert len(found) == (0 if typed == "against the" else 8)
