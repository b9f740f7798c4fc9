from __future__ import annotations

import time
from pathlib import Path

import pytest

import search
from corpus.article import Change
from corpus.settings import Settings
from search.engine import Snapshot
from search.engines.whoosh_engine import WhooshEngine
from search.querytext import parse
from search.vocabulary import Vocabulary
from tests.articles import article


def test_a_question_about_other_things_is_not_bent_to_the_library() -> None:
    words = {"strain": 3, "calf": 4, "rest": 2, "muscle": 5}
    vocabulary = Vocabulary(("en",), words, lambda *stems: int(all(stem in words for stem in stems)))
    assert parse("train timetable berlin", vocabulary=vocabulary).suggestion is None
    assert parse("how do I reset my password", vocabulary=vocabulary).suggestion is None
    suggestion = parse("calf strian", vocabulary=vocabulary).suggestion
    assert suggestion is not None
    assert (suggestion.query, suggestion.applied) == ("calf strain", True)


def test_a_word_of_the_language_is_not_taken_for_its_look_alike() -> None:
    words = {"methane": 3, "kills": 2, "bother": 4, "gas": 5, "plant": 3}
    vocabulary = Vocabulary(
        ("en",), words, lambda *stems: int(any(stem.startswith(one[:4]) for stem in stems for one in words))
    )
    assert parse("methadone gas plant", vocabulary=vocabulary).suggestion is None
    assert parse("my brother and a gas plant", vocabulary=vocabulary).suggestion is None
    suggestion = parse("metane gas plant", vocabulary=vocabulary).suggestion
    assert suggestion is not None
    assert suggestion.query == "methane gas plant"


def test_slips_in_a_long_message_are_mended() -> None:
    words = dict.fromkeys(("calf cramp magnesium night tablet doctor pregnancy week stretch bottle".split()), 3)
    vocabulary = Vocabulary(
        ("en",), words, lambda *stems: int(all(stem in words or stem == "pregnanc" for stem in stems))
    )
    message = "Hello, my calf has a cramp each night, week after week. Would a magnezium tablet and a stretch help?"
    suggestion = parse(message, vocabulary=vocabulary).suggestion
    assert suggestion is not None
    assert suggestion.query == message.replace("magnezium", "magnesium")


def test_a_text_full_of_words_that_nobody_knows_is_left_as_it_is() -> None:
    known = {f"{first}{second}stick": 3 for first in "bcdfg" for second in "aeiouy"}
    vocabulary = Vocabulary(("en",), known, lambda *stems: int(stems[0].endswith("stick")))
    text = " ".join(known)
    few = parse(f"{text} bosttick", vocabulary=vocabulary).suggestion
    assert few is not None
    assert few.query == f"{text} bostick"
    unknown = " ".join(f"{chr(97 + n)}xqzwk" for n in range(25))
    assert parse(f"{text} bosttick {unknown}", vocabulary=vocabulary).suggestion is None


def test_a_word_that_was_just_added_is_not_mended_while_the_words_are_not_gathered_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather = Vocabulary.of

    def slowly(snapshot: Snapshot) -> Vocabulary:  # as in a large library
        time.sleep(0.2)
        return gather(snapshot)

    monkeypatch.setattr(Vocabulary, "of", slowly)
    engine = WhooshEngine(tmp_path)
    engine.rebuild([article("old", "Minerals", ("", "Magnesium is a mineral."))], 1)
    with search.Searcher(engine, Settings({})) as desk:
        assert desk.search("magnesiun").suggestion
        engine.apply([Change(2, "new", article("new", "Trade names", ("", "Magnesiun is a trade name.")))], 2)
        found = desk.search("magnesiun")
        assert (found.suggestion, [hit.passage.article_id for hit in found.hits]) == (None, ["new"])
