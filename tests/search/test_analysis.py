from __future__ import annotations

import pytest

from search.analysis import fold, tokens


def stems(text: str) -> list[str]:
    return [stem for token in tokens(text) for stem in token.stems]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Cramps", "cramp"), ("doctor’s", "doctor"), ("CAFÉ", "cafe"), ("ﬁbre", "fibre"), ("taking", "takes")],
)
def test_forms_of_one_word_are_indexed_alike(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_stop_words_are_not_indexed_and_keep_their_place() -> None:
    assert [(token.stems, token.position) for token in tokens("lack of magnesium")] == [
        (("lack",), 0),
        ((), 1),
        (("magnesium",), 2),
    ]


def test_citation_marks_are_not_indexed_and_offsets_stay_right() -> None:
    text = "Calf cramps [ 12 ] at night [3, 4]."
    assert stems(text) == ["calf", "cramp", "night"]
    assert [text[token.start : token.end] for token in tokens(text) if token.stems] == ["Calf", "cramps", "night"]


def test_numbers_keep_their_decimals() -> None:
    assert stems("take 1.5 g, or 320-280 nm") == ["take", "1.5", "g", "320", "280", "nm"]


def test_fold_keeps_other_scripts() -> None:
    assert fold("Судоми") == "судоми"
