from __future__ import annotations

import datetime

import pytest

from corpus.errors import InputError
from search.querytext import checked, parse, parse_filters

CUTOFFS = {"": datetime.date(2024, 1, 1)}


def test_words_become_clauses_and_question_words_weigh_less() -> None:
    query = parse("How can I stop leg cramps?")
    assert [(one.words[0], one.content) for one in query.clauses if one.content] == [
        ("stop", True),
        ("leg", True),
        ("cramp", True),
    ]
    assert {one.typed: one.weight for one in query.clauses} == {
        "How": 0.5,
        "can": 0.5,
        "I": 0.5,
        "stop": 1.0,
        "leg": 1.0,
        "cramps": 1.0,
    }


def test_a_repeated_word_is_one_clause_that_counts_twice() -> None:
    (cramp,) = parse("cramps cramp").clauses
    assert cramp.weight == 2


def test_a_quoted_phrase_must_be_there() -> None:
    query = parse("“leg cramps” magnesium")
    first, second = query.clauses
    assert (first.words, first.kind) == (("leg", "cramp"), "phrase")
    assert second.words == ("magnesium",)
    assert query.required == ((first,),)


def test_quotation_marks_in_a_long_message_are_no_operator() -> None:
    message = 'My doctor said it is a "classic leg cramp" and told me to drink more water, is that right?'
    query = parse(message)
    assert ("classic", "leg", "cramp") in [one.words for one in query.clauses]
    assert query.required == (tuple(one for one in query.clauses if one.content),)


def test_a_mark_without_its_partner_is_a_blank() -> None:
    query = parse('leg "cramps')
    assert [one.words for one in query.clauses] == [("leg",), ("cramp",)]
    assert query.required == (query.clauses,)


def test_a_phrase_keeps_the_place_of_stop_words() -> None:
    assert parse('"lack of the magnesium"').clauses[0].words == ("lack", "", "", "magnesium")
    assert parse('"the of"').clauses == ()


def test_all_words_counts_for_two_content_words_only() -> None:
    assert not parse("cramps").all_words
    assert parse("how do I stop cramps").all_words
    assert not parse("stop leg cramps").all_words


def test_only_common_words_are_said() -> None:
    assert parse("the of and").remarks
    assert not parse("").remarks


@pytest.mark.parametrize("text", ["x" * 20_001, "leg\0cramps", "leg \ud800"])
def test_what_cannot_be_searched_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"\.$"):
        checked(text)


@pytest.mark.parametrize(
    "given", [{"colour": ["red"]}, {"review": ["old"]}, {"reviewed_since": ["soon"]}, {"reviewed_since": ["2024-13"]}]
)
def test_filters_that_are_none_are_refused(given: dict[str, list[str]]) -> None:
    with pytest.raises(InputError):
        parse_filters(given, CUTOFFS)


def test_the_handbook_is_hidden_unless_asked_for() -> None:
    assert parse_filters({}, CUTOFFS).hidden_labels == ("handbook",)
    assert parse_filters({"label": ["handbook"]}, CUTOFFS).hidden_labels == ()
    assert parse_filters({"article": ["searching"]}, CUTOFFS).hidden_labels == ()


def test_a_year_stands_for_its_first_day() -> None:
    assert parse_filters({"reviewed_since": ["2024"]}, CUTOFFS).reviewed_since == "2024-01-01"
