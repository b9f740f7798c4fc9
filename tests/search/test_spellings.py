"""One thing is found however it is spelled; synonyms; misspelled words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import search
from corpus.article import Article
from corpus.settings import Settings
from search.engines.memory import MemoryEngine
from search.spelling import nearest
from search.synonyms import STARTER_LIST, Synonyms, malformed
from search.vocabulary import Vocabulary
from tests.articles import article


def searcher(*texts: str, home: Path | None = None, language: str = "en") -> search.Searcher:
    articles: list[Article] = [
        article(f"a{n}", "Article", ("", text), language=language) for n, text in enumerate(texts)
    ]
    engine = MemoryEngine()
    engine.rebuild(articles, 1)
    return search.Searcher(engine, Settings({}), home=home)


def found(desk: search.Searcher, text: str) -> list[str]:
    return [hit.passage.article_id for hit in desk.search(text, exact=True).hits]


@pytest.mark.parametrize(
    "spellings",
    [
        ("300mg", "300 mg", "300 milligrams", "300\u00a0mg", "３００ｍｇ"),
        ("50 µg", "50 μg", "50mcg", "50 micrograms"),
        ("B6", "B 6", "B-6", "b‑6"),
        ("vitamin D3", "vitamin D 3"),
        ("½", "1/2", "1⁄2"),
        ("1,000", "1000"),
        ("covid-19", "COVID19"),
        ("long-term", "longterm", "long‐term"),
        ("café", "cafe", "cafe\u0301", "CAFÉ"),
        ("magnesium", "mag\u00adnesium", "magne\u200bsium", "ＭＡＧＮＥＳＩＵＭ"),
        ("doctor's", "doctor’s", "doctor"),
        ("H2O", "H₂O"),
    ],
)
def test_one_thing_is_found_however_it_is_spelled(spellings: tuple[str, ...]) -> None:
    for written in spellings:
        desk = searcher(f"It holds {written} here.", "Take 400 of these a day.")
        for typed in spellings:
            hits = desk.search(typed, exact=True).hits
            assert [hit.passage.article_id for hit in hits] == ["a0"], (written, typed)
            marked = "".join(piece.text for piece in hits[0].fragments if piece.matched)
            assert written.endswith(marked[-2:]), (written, typed, marked)


def test_numbers_are_found_in_ranges() -> None:
    desk = searcher("In weeks 20-22 and 30–32.")
    assert all(found(desk, typed) for typed in ("20", "22", "30", "32", "20-22"))


def test_a_dose_is_no_other_dose() -> None:
    assert found(searcher("Take 300 mg.", "Take 30 mg in 300 days."), "300mg")[0] == "a0"
    assert found(searcher("Vitamin B12.", "6 of group B."), "B6") == []


def test_a_synonym_finds_and_stays_below_the_word_itself() -> None:
    desk = searcher("It is a leg cramp.", "It is a charley horse.", *["A leg, a cramp."] * 3)
    hits = desk.search("charley horse", explain=True).hits
    assert [hit.passage.article_id for hit in hits] == ["a1", "a0"]
    assert hits[1].parts is not None
    assert "leg cramp" in {part.term for part in hits[1].parts if part.kind == "synonym"}
    assert found(desk, "leg cramp")[0] == "a0"
    assert "a1" in found(desk, "leg cramp")


def test_the_starter_list_knows_dvt() -> None:
    assert found(searcher("Deep vein thrombosis is urgent."), "DVT") == ["a0"]
    assert found(searcher("DVT is urgent."), "deep vein thrombosis") == ["a0"]


def test_the_starter_list_has_no_line_that_says_nothing() -> None:
    assert malformed(STARTER_LIST) == []
    assert found(searcher("The prevalence is one in ten."), "how common is it") == ["a0"]


def test_the_homes_synonyms_count_from_the_next_search_on(tmp_path: Path) -> None:
    desk = searcher("The zebra line is open.", home=tmp_path)
    assert found(desk, "hotline") == []
    (tmp_path / "synonyms.txt").write_text("# ours\nhotline => zebra line\n", encoding="utf-8")
    assert found(desk, "hotline") == ["a0"]
    (tmp_path / "synonyms.txt").write_text("hotline => nothing at all here\n", encoding="utf-8")
    os.utime(tmp_path / "synonyms.txt", ns=(1, 1))
    assert found(desk, "hotline") == []


def test_one_way_is_one_way() -> None:
    synonyms = Synonyms(["hotline => zebra line", "salt = brine = sea water", "nonsense", "x => "])
    languages = ("en",)
    assert [one.synonym for one in synonyms.found([("hotlin",)], languages)] == ["zebra line"]
    assert not list(synonyms.found([("zebra",), ("line",)], languages))
    assert [one.synonym for one in synonyms.found([("brine",)], languages)] == ["salt", "sea water"]


LIBRARY = ("Magnesium tablets help against leg cramps at night.", "Magnesium is in nuts; massage the calf. Some forms.")


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("magnesuim", "magnesium"),
        ("Magnesum tablets", "Magnesium tablets"),
        ("MAGNEISUM", "MAGNESIUM"),
        ("mgansium at night", "magnesium at night"),
        ("legcramps", "leg cramps"),
        ("mag nesium", "magnesium"),
        ("how to masage the calf", "how to massage the calf"),
        ("is Magnesuim good at night", "is Magnesium good at night"),
    ],
)
def test_misspelled_words_are_mended(typed: str, mended: str) -> None:
    results = searcher(*LIBRARY).search(typed)
    assert results.to_json()["suggestion"] == {"query": mended, "applied": True}
    assert results.hits
    assert results.query == typed


@pytest.mark.parametrize(
    "typed",
    [
        "magnesium",
        "form",
        '"magnesuim"',
        "calff2",
        "NSAIP or magnesium",
        "-magnesuim night",
        "500",
        "clf",
        "magnesuim.exe",
    ],
)
def test_what_is_right_or_a_code_or_quoted_is_left_alone(typed: str) -> None:
    assert searcher(*LIBRARY).search(typed).suggestion is None


def test_what_was_typed_can_be_searched_for() -> None:
    results = searcher(*LIBRARY).search("magnesuim", exact=True)
    assert results.nothing_found
    assert results.to_json()["suggestion"] == {"query": "magnesium", "applied": False}


def test_mended_words_are_named_in_the_explanation() -> None:
    parts = searcher(*LIBRARY).search("magnesuim", explain=True).hits[0].parts
    assert parts is not None
    assert {(part.kind, part.term) for part in parts} == {("spelling", "magnesium")}


def test_the_more_frequent_of_two_near_words_is_taken() -> None:
    words = Vocabulary(spellings={"cramps": 5, "clamps": 2}, frequency=lambda *stems: 1)
    assert nearest("cxamps", words) == "cramps"


@pytest.mark.parametrize(
    ("one", "other", "count"), [("calf", "calf", 0), ("calf", "claf", 1), ("calf", "cal", 1), ("calf", "half", 1)]
)
def test_edits_are_counted(one: str, other: str, count: int) -> None:
    words = Vocabulary(spellings={other: 3, "magnesium": 1})
    assert words.near(one, 2) == [(count, 3, other)]
