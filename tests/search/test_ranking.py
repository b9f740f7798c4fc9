from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

import pytest

import search
from corpus.errors import InputError
from corpus.review import months_before, review_state
from corpus.settings import Settings
from search.engines.memory import MemoryEngine
from tests.articles import article, small_library


@pytest.fixture
def desk() -> search.Searcher:
    engine = MemoryEngine()
    engine.rebuild(small_library(), 5)
    return search.Searcher(engine, Settings({}))


def crowd(articles: int, passages: int) -> search.Searcher:
    """One article with many passages that match well, and others that match less."""
    engine = MemoryEngine()
    big = article("big", "Cramps", *[(f"Cramps {n}", "Cramps cramps cramps.") for n in range(passages)])
    others = [
        article(f"other-{n}", "Else", ("", "A cramp among many more words than that in a text."))
        for n in range(articles)
    ]
    engine.rebuild([big, *others], 1)
    return search.Searcher(engine, Settings({}))


def test_an_article_has_two_of_the_first_ten_hits() -> None:
    hits = crowd(12, 30).search("cramps", limit=20).hits
    assert Counter(hit.passage.article_id for hit in hits[:10])["big"] == 2
    assert hits[10].passage.article_id == "big"
    scores = [hit.score for hit in hits[:10]]
    assert scores == sorted(scores, reverse=True)


def test_what_was_put_back_follows_the_others() -> None:
    hits = crowd(3, 30).search("cramps", limit=10).hits
    assert [hit.passage.article_id for hit in hits[:5]] == ["big", "big", "other-0", "other-1", "other-2"]
    assert {hit.passage.article_id for hit in hits[5:]} == {"big"}


def test_articles_are_not_held_apart_when_few_match_or_one_is_asked_for() -> None:
    assert {hit.passage.article_id for hit in crowd(1, 30).search("cramps").hits} == {"big"}
    asked = crowd(12, 30).search("cramps", filters={"article": ["big"]})
    assert len(asked.hits) == 10


def test_others_are_found_below_hundreds_of_passages_of_one_article() -> None:
    hits = crowd(9, 400).search("cramps").hits
    assert Counter(hit.passage.article_id for hit in hits)["big"] == 2


def test_pages_hold_every_match_once() -> None:
    searcher = crowd(12, 30)
    seen = [hit.passage.passage_id for page in range(1, 6) for hit in searcher.search("cramps", page=page).hits]
    assert len(seen) == len(set(seen)) == searcher.search("cramps").total == 42
    assert [hit.rank for hit in searcher.search("cramps", page=2).hits] == list(range(11, 21))


def test_more_in_article_counts_what_is_not_on_the_page() -> None:
    first = crowd(12, 30).search("cramps").hits[0]
    assert first.more_in_article == 28


def test_a_hit_says_its_review_state_and_leads_to_its_place(desk: search.Searcher) -> None:
    hit = desk.search("magnesium tablets").hits[0]
    assert hit.review_state == "overdue"
    assert hit.link == "/articles/magnesium?passage=magnesium.tablets.1#tablets"


def test_nothing_found_is_said(desk: search.Searcher) -> None:
    results = desk.search("xylophone")
    assert results.nothing_found
    assert results.to_json()["hits"] == []


def test_results_as_json_have_the_keys_programs_rely_on(desk: search.Searcher) -> None:
    data = desk.search("leg cramps", explain=True).to_json()
    assert set(data) == {
        *("query", "remarks", "mode", "page", "limit", "total", "took_ms", "suggestion", "answer", "nothing_found"),
        *("urgent", "hits", "nearest", "facets", "questions"),
    }
    hit = data["hits"][0]
    assert set(hit) == {
        *("rank", "score", "passage_id", "article_id", "article_title", "heading_path", "text", "context", "snippet"),
        *("url", "source", "link", "reviewed", "review_state", "labels", "cautions", "more_in_article", "explanation"),
    }
    assert sum(part["score"] for part in hit["explanation"]["parts"]) == pytest.approx(hit["score"], abs=1e-5)
    assert "".join(piece["text"] for piece in hit["snippet"]) == hit["text"]


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 51}, {"page": 0}, {"page": 101}, {"mode": "magic"}])
def test_what_is_out_of_range_is_refused(desk: search.Searcher, asked: dict[str, int | str]) -> None:
    with pytest.raises(InputError):
        desk.search("cramps", **asked)  # type: ignore[arg-type]


def test_the_handbook_is_no_answer(desk: search.Searcher) -> None:
    assert "using-the-desk" not in {hit.passage.article_id for hit in desk.search("search cramps").hits}
    assert desk.search("search", filters={"label": ["handbook"]}).total == 1


def test_opening_a_home_that_holds_nothing_finds_nothing(tmp_path: Path) -> None:
    with search.open_home(tmp_path) as searcher:
        assert searcher.search("cramps").nothing_found


def test_review_states_follow_the_shortest_interval_of_the_labels() -> None:
    cutoffs = {"": datetime.date(2023, 11, 23), "medicines": datetime.date(2025, 11, 23)}
    assert review_state("2024-05-01", (), cutoffs) == "reviewed"
    assert review_state("2024-05-01", ("medicines",), cutoffs) == "overdue"
    assert review_state(None, (), cutoffs) == "unknown"
    assert months_before(datetime.date(2026, 3, 31), 1) == datetime.date(2026, 2, 28)
