"""Articles: ids, anchors, text, and their JSON."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.article import Article, Block, Dropped, Section, block_text, build_sections, from_json, slug, to_json

HEADINGS = st.sampled_from(["Causes", "causes!", "Treatment", "痙攣", "x" * 90, "Ω", "Dose & timing"]) | st.text(
    min_size=1
)
SECTIONS = st.lists(st.builds(Section, HEADINGS | st.just(""), st.integers(1, 6), st.just("")), max_size=12)
TEXT = st.text(max_size=30)
BLOCKS = st.one_of(
    st.builds(
        Block, st.sampled_from(["paragraph", "code", "quote", "caption"]), TEXT, line=st.none() | st.integers(1, 99)
    ),
    st.builds(
        lambda items: Block("list", items=tuple(i for i, _ in items), depths=tuple(d for _, d in items), ordered=True),
        st.lists(st.tuples(TEXT, st.integers(0, 4))),
    ),
    st.builds(
        lambda header, rows: Block("table", header=tuple(header), rows=tuple(map(tuple, rows))),
        st.lists(TEXT, max_size=3),
        st.lists(st.lists(TEXT, max_size=3), max_size=3),
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Leg cramps in pregnancy", "leg-cramps-in-pregnancy"),
        ("  Straße & Café — №5  ", "strasse-cafe-no5"),
        ("x" * 79 + " y", "x" * 79),
        ("", "article"),
        ("   ", "article"),
    ],
)
def test_slugs(text: str, expected: str) -> None:
    assert slug(text, "article") == expected


def test_a_text_without_latin_letters_has_an_id_of_its_own() -> None:
    first, second = slug("痙攣", "article"), slug("妊娠", "article")
    assert first != second
    assert re.fullmatch(r"article-[0-9a-f]{8}", first)


@given(SECTIONS)
def test_anchors_are_unique_and_valid(parts: list[Section]) -> None:
    anchors = [section.anchor for section in build_sections(parts)]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"[a-z0-9-]{1,80}", anchor) for anchor in anchors)


@given(SECTIONS)
def test_a_path_is_the_trail_of_headings(parts: list[Section]) -> None:
    built = build_sections(parts)
    for number, section in enumerate(built):
        if not section.heading:
            assert section.path == ()
            continue
        assert section.path[-1] == section.heading
        parent = next((before for before in built[number - 1 :: -1] if before.level < section.level), None)
        if number and parent and parent.heading and "" not in [between.heading for between in built[:number]]:
            assert section.path[:-1] == parent.path


@given(SECTIONS, st.integers(0, 12))
def test_a_heading_with_a_name_of_its_own_keeps_its_anchor(parts: list[Section], at: int) -> None:
    own = Section("One of a kind", 2, "")
    anchors = {section.heading: section.anchor for section in build_sections([*parts[:at], own, *parts[at:]])}
    assert anchors["One of a kind"] == "one-of-a-kind"


def test_a_repeated_heading_takes_its_parent_along_then_a_number() -> None:
    headings = [("Quinine", 1), ("Dose", 2), ("Magnesium", 1), ("Dose", 2), ("Dose", 2)]
    built = build_sections(Section(heading, level, "") for heading, level in headings)
    assert [section.anchor for section in built] == [
        "quinine",
        "dose",
        "magnesium",
        "magnesium-dose",
        "magnesium-dose-2",
    ]


def test_text_before_the_first_heading_is_the_top() -> None:
    top, first = build_sections([Section("", 0, "", blocks=(Block("paragraph", "Hello."),)), Section("Top", 1, "")])
    assert (top.anchor, top.path) == ("top", ())
    assert first.anchor == "top-2"


def test_blocks_as_text() -> None:
    nested = Block("list", items=("heel\ndown", "knee", "toes"), depths=(0, 1, 0))
    assert block_text(nested) == "- heel\n  down\n  - knee\n- toes"
    assert block_text(Block("table", header=("A", "B"), rows=(("1", ""), ("", "2")))) == "A | B\n1 | \n | 2"
    assert block_text(Block("table", rows=(("1", "2"),))) == "1 | 2"


def test_the_text_of_an_article() -> None:
    sections = [
        Section("", 0, "", blocks=(Block("paragraph", "Before."), Block("paragraph", ""))),
        Section("Causes", 1, ""),
        Section("Treatment", 2, "", blocks=(Block("quote", "Rest."),)),
    ]
    article = Article("a", "A", "a.md", build_sections(sections))
    assert article.text == "Before.\n\nCauses\n\nTreatment\n\nRest."


@given(SECTIONS, st.lists(BLOCKS, max_size=4), st.none() | TEXT, st.lists(TEXT, max_size=3).map(tuple))
def test_an_article_comes_back_from_its_json(
    parts: list[Section], blocks: list[Block], fact: str | None, texts: tuple[str, ...]
) -> None:
    sections = build_sections([*parts, Section("Last", 1, "", blocks=tuple(blocks), cautions=texts, line=7)])
    article = Article(
        "an-id",
        "Title",
        "kb/a.md",
        sections,
        author=fact,
        reviewed="2025-07-04",
        labels=texts,
        cautions=texts,
        by_hand=("url",),
        dropped=(Dropped(None, "Menu"), Dropped(3, "Footer")),
        warnings=texts,
    )
    back = from_json(json.loads(json.dumps(to_json(article))))
    assert back == article
    assert (back.dropped, back.warnings) == (article.dropped, article.warnings)


def test_the_key_is_not_shown_to_others() -> None:
    article = Article("a", "A", "kb/a.md", (), key="/somewhere/private/kb/a.md")
    assert "private" not in json.dumps(to_json(article))
