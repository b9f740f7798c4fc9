from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.analysis import tokens
from search.fragments import Marker
from search.querytext import parse
from search.words import words_of


def marked(text: str, query: str) -> list[str]:
    return [piece.text for piece in Marker(parse(query)).fragments(text) if piece.matched]


def test_words_are_marked_in_every_form() -> None:
    assert marked("A cramp; cramping calves, then cramps.", "cramps") == ["cramp", "cramping", "cramps"]


def test_neighbours_are_marked_together() -> None:
    assert marked("Leg cramps are cramps of the leg.", "leg cramps") == ["Leg cramps", "cramps", "leg"]


def test_a_phrase_is_marked_only_where_it_stands_whole() -> None:
    assert marked("The lack of magnesium, not magnesium, is a lack.", '"lack of magnesium"') == ["lack of magnesium"]


def test_question_words_are_not_marked() -> None:
    assert marked("How cramps start and how they end", "how do cramps start") == ["cramps start"]


@given(st.text(alphabet="leg cramps\n-é.,[1]’|", max_size=60), st.sampled_from(["leg cramps", '"leg cramps"', "", "l"]))
def test_fragments_joined_are_the_text(text: str, query: str) -> None:
    assert "".join(piece.text for piece in Marker(parse(query)).fragments(text)) == text


WRITING = st.text(alphabet="leg A1C 5½.,-–[1 ]’'|\n\t\u00a0\u200b\u3000筋肉のけいれんé²", max_size=60)


@given(WRITING | st.text(max_size=60), st.sampled_from(["en", "fr", "ja"]))
def test_words_found_run_by_run_are_the_words_of_the_text(text: str, language: str) -> None:
    wanted = [
        (stem, token.position, token.start, token.end) for token in tokens(text, language) for stem in token.stems
    ]
    assert list(zip(*words_of(text, language), strict=True)) == wanted
