from __future__ import annotations

from collections.abc import Callable

import pytest

import search
from corpus.settings import Settings
from search.engines.memory import MemoryEngine
from search.syntax import MalformedError, condition, conjunction, items
from tests.articles import article

Find = Callable[[str], set[str]]


@pytest.fixture(scope="module")
def desk() -> search.Searcher:
    engine = MemoryEngine()
    engine.rebuild(
        [
            article(
                "cramp", "Cramps", ("Relief", "Stretch the calf at night."), labels=("legs",), reviewed="2024-06-01"
            ),
            article("vein", "Veins", ("Cramping", "The calf is warm. Call a doctor."), reviewed="2025-02-01"),
            article("iron", "Iron", ("Food", "Beans and spinach. Question a doctor."), labels=("food",), language="de"),
        ],
        1,
    )
    return search.Searcher(engine, Settings({}))


@pytest.fixture
def find(desk: search.Searcher) -> Find:
    return lambda text: {hit.passage.article_id for hit in desk.search(text, only_hits=True).hits}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("calf AND doctor", {"vein"}),
        ("calf doctor", {"cramp", "vein", "iron"}),
        ("night OR beans", {"cramp", "iron"}),
        ("(night OR beans) AND NOT calf", {"iron"}),
        ("calf NOT (doctor OR night)", set()),
        ("NOT doctor calf", {"cramp"}),
        ("doctor -calf", {"iron"}),
        ('calf -"call a doctor"', {"cramp"}),
        ("title:cramps", {"cramp"}),
        ("heading:cramping", {"vein"}),
        ('heading:"food" OR title:veins', {"iron", "vein"}),
        ("cramp*", {"cramp", "vein"}),
        ("doctor spin*", {"vein", "iron"}),
        ("spin* AND doctor", {"iron"}),
        ("label:legs calf", {"cramp"}),
        ("label:legs OR calf", {"cramp"}),
        ("article:vein calf doctor", {"vein"}),
        ("language:de doctor", {"iron"}),
        ("reviewed:>2024 calf", {"vein"}),
        ("reviewed:>=2024 calf", {"cramp", "vein"}),
        ("reviewed:<2025-02 calf", {"cramp"}),
        ("reviewed:2025-02-01 calf", {"vein"}),
    ],
)
def test_syntax_finds_what_it_says(find: Find, text: str, found: set[str]) -> None:
    assert find(text) == found


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("calf and doctor", "calf doctor"),
        ("calf or not", "calf"),
        ("Question: doctor", "question doctor"),
        ("calf - doctor", "calf doctor"),
        ("a well-known calf", "a well known calf"),
        ("Should I stretch my calf AND NOT call a doctor?", "should i stretch my calf and not call a doctor"),
        ("ls -a calf", "ls a calf"),
        ("calf * doctor", "calf doctor"),
        ("https://calf.example/doctor", "calf example doctor"),
    ],
)
def test_what_is_no_syntax_is_words(find: Find, text: str, same: str) -> None:
    assert find(text) == find(same) != set()


@pytest.mark.parametrize(
    "text", ["calf AND", "(calf OR night", "OR calf", "review:old calf", "reviewed:>soon calf", "-label:x calf"]
)
def test_what_does_not_parse_is_words_with_a_remark(desk: search.Searcher, text: str) -> None:
    results = desk.search(text)
    assert results.total
    assert results.remarks[0].endswith("read as words.")


@pytest.mark.parametrize("text", ["-calf", "NOT calf", "label:legs"])
def test_a_search_for_nothing_says_so(desk: search.Searcher, text: str) -> None:
    results = desk.search(text)
    assert results.nothing_found
    assert results.remarks


def test_a_condition_too_large_is_refused() -> None:
    text = " OR ".join(f"(a{n} AND b{n})" for n in range(12))
    with pytest.raises(MalformedError):
        conjunction(condition(list(items(text))), lambda item, negated: [1, 2])
