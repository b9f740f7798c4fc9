from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import search
from corpus.article import Article, Block, Section, build_sections
from corpus.settings import Settings
from search.engines.memory import MemoryEngine
from search.model import Answer, Results
from tests.articles import WORDS, article, small_library

FOODS = Article(
    "foods",
    "Magnesium in food",
    "foods.md",
    build_sections(
        [
            Section(
                "Amounts in a portion",
                1,
                "",
                blocks=(
                    Block("table", header=("Food", "Magnesium"), rows=(("Almonds", "80 mg"), ("Banana", "32 mg"))),
                    Block("paragraph", text="These sources are poor:"),
                    Block("list", items=("white flour and polished rice", "sugar"), depths=(0, 0)),
                ),
            ),
            Section(
                "How the body loses it",
                1,
                "",
                blocks=(
                    Block("paragraph", text="Much of it is stored in bone. Coffee and cola flush magnesium out. Why?"),
                    Block("paragraph", text="Nobody knows for sure."),
                ),
            ),
        ]
    ),
)


def desk(*articles: Article) -> search.Searcher:
    engine = MemoryEngine()
    engine.rebuild([*small_library(), *articles], 1)
    return search.Searcher(engine, Settings({}))


def quoted(results: Results) -> str:
    return results.answer.text if results.answer else ""


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("does coffee flush magnesium out", "Coffee and cola flush magnesium out."),
        ("how much magnesium does a banana have", "Banana | 32 mg"),
        ("is polished rice a poor source of magnesium", "white flour and polished rice"),
    ],
)
def test_the_sentence_that_answers_is_quoted(question: str, sentence: str) -> None:
    assert sentence in quoted(desk(FOODS).search(question))


NAPS = (
    "Babies nap by day. Babies nap in cots. Babies nap quietly. They like sofas for a nap. Babies do not nap on sofas. "
    "Their nap is a joy. Babies who nap like sofas. Babies love a nap. A nap is good. Babies nap two hours."
)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("how long do babies nap", "Babies nap two hours."),
        ("can babies nap on a sofa", "Babies do not nap on sofas."),
    ],
)
def test_of_sentences_with_the_same_words_the_one_that_suits_the_question_is_quoted(
    question: str, sentence: str
) -> None:
    assert sentence in quoted(desk(article("naps", "Naps", ("", NAPS))).search(question))


@pytest.mark.parametrize("question", ["magnesium", "does coffee keep children awake", "carburettor", "how is it"])
def test_nothing_is_quoted_where_no_sentence_clearly_answers(question: str) -> None:
    assert desk(FOODS).search(question).answer is None


@given(st.lists(st.sampled_from([*WORDS, "coffee", "banana", "how much", "?"]), min_size=1, max_size=12))
def test_what_is_quoted_stands_in_a_hit_at_its_place_and_is_short(words: list[str]) -> None:
    results = desk(FOODS).search(" ".join(words), limit=10)
    data = results.to_json()["answer"]
    if data:
        texts = {hit.passage.passage_id: hit.passage.text for hit in results.hits}
        start, end = data["sentence"]
        assert texts[data["passage_id"]][start:end] == data["text"] == data["text"].strip()
        assert not data["text"].startswith("- ")


def test_offsets_are_code_points() -> None:
    text = "𝄞 is a clef 🎼. The bassoon plays low notes in the orchestra."
    found = desk(article("clef", "Clefs", ("", text))).search("does the bassoon play low notes in the orchestra").answer
    assert isinstance(found, Answer)
    start, end = found.to_json()["sentence"]
    assert text[start:end] == found.text
    assert found.text.endswith("The bassoon plays low notes in the orchestra.")


def test_a_row_of_headers_and_a_lead_in_answer_nothing_by_themselves() -> None:
    for question in ("food magnesium portion", "sources that are poor in magnesium"):
        assert quoted(desk(FOODS).search(question)) not in ("Food | Magnesium", "These sources are poor:")


def test_each_question_of_a_message_has_its_own_answer(tmp_path: Path) -> None:
    results = desk(FOODS).search("Hello,\ndoes coffee flush magnesium out?\nhow much magnesium does a banana have?")
    assert results.answer is None
    texts = [one["answer"]["text"] for one in results.to_json()["questions"]]
    assert "Coffee" in texts[0]
    assert "Banana" in texts[1]
