from __future__ import annotations

from search.querytext import parse
from search.vocabulary import Vocabulary


def test_a_question_about_other_things_is_not_bent_to_the_library() -> None:
    words = {"strain": 3, "calf": 4, "rest": 2, "muscle": 5}
    vocabulary = Vocabulary(("en",), words, lambda *stems: int(all(stem in words for stem in stems)))
    assert parse("train timetable berlin", vocabulary=vocabulary).suggestion is None
    assert parse("how do I reset my password", vocabulary=vocabulary).suggestion is None
    suggestion = parse("calf strian", vocabulary=vocabulary).suggestion
    assert suggestion is not None
    assert (suggestion.query, suggestion.applied) == ("calf strain", True)
