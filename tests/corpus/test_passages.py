"""Passages: nothing lost, doubled or reordered; sizes; ids; what stays together."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import Article, Block, Section, block_text, build_sections
from corpus.passages import MOST, cut
from corpus.sentences import sentences

WORDS = st.sampled_from(
    ["calf", "Magnesium", "e.g.", "2.5", "dose,", "at", "night;", "300", "mg", "(rarely)", "Dr.", "é"]
)


def of_words(least: int, most: int, end: str = ".") -> st.SearchStrategy[str]:
    return st.lists(WORDS, min_size=least, max_size=most).map(lambda words: " ".join(words) + end)


PARAGRAPH = st.lists(of_words(1, 40) | of_words(1, 400), min_size=1, max_size=8).map(" ".join)
LEAD_IN = of_words(1, 20, ":") | of_words(1, 300, ":")
CELL = of_words(0, 12, "") | of_words(0, 120, "")


@st.composite
def lists(draw: st.DrawFn) -> Block:
    items = draw(st.lists(of_words(0, 15) | of_words(1, 300) | LEAD_IN | st.just("one\ntwo"), min_size=1, max_size=12))
    depths = draw(st.lists(st.integers(0, 3), min_size=len(items), max_size=len(items)))
    return Block("list", items=tuple(items), depths=tuple(depths))


@st.composite
def tables(draw: st.DrawFn) -> Block:
    width = draw(st.integers(1, 4))
    row = st.tuples(*[CELL] * width)
    return Block("table", header=draw(row | st.just(())), rows=tuple(draw(st.lists(row, max_size=12))))


BLOCK = st.one_of(
    PARAGRAPH.map(lambda text: Block("paragraph", text)),
    LEAD_IN.map(lambda text: Block("paragraph", text)),
    lists(),
    tables(),
    PARAGRAPH.map(lambda text: Block("quote", text)),
    of_words(1, 30).map(lambda text: Block("caption", text)),
    st.lists(of_words(0, 12, "") | of_words(1, 300, ""), max_size=40).map(
        lambda lines: Block("code", "\n".join(lines))
    ),
)
SECTION = st.builds(
    Section,
    heading=st.sampled_from(["Causes", "Treatment", "Dose", "When to call", "痙攣"]),
    level=st.integers(1, 4),
    anchor=st.just(""),
    blocks=st.lists(BLOCK, max_size=4).map(tuple),
)
SECTIONS = st.lists(SECTION, max_size=5)


def article(*parts: Section, **facts: object) -> Article:
    return Article(id="cramps", title="Cramps", source="a.md", sections=build_sections(parts), **facts)  # type: ignore[arg-type]


def section(*blocks: Block, heading: str = "Treatment", level: int = 1) -> Section:
    return Section(heading, level, "", blocks=blocks)


def prose(words: int, end: str = ".") -> str:
    return " ".join(["Rest", *["calf"] * (words - 1)]) + end


@settings(deadline=None, max_examples=60)
@given(SECTIONS)
def test_passages_in_order_are_the_text(parts: list[Section]) -> None:
    whole = article(*parts)
    passages = cut(whole)
    for part in whole.sections:
        own = [passage for passage in passages if passage.anchor == part.anchor]
        assert " ".join(p.text for p in own).split() == " ".join(block_text(b) for b in part.blocks).split()
        assert [p.n for p in own] == list(range(1, len(own) + 1))
        assert all(p.heading_path == part.path for p in own)
    order = [part.anchor for part in whole.sections]
    assert [p.anchor for p in passages] == sorted((p.anchor for p in passages), key=order.index)


@settings(deadline=None, max_examples=60)
@given(SECTIONS)
def test_sizes_and_ids(parts: list[Section]) -> None:
    passages = cut(article(*parts))
    assert all(0 < len(p.text.split()) <= MOST for p in passages)
    assert len({p.id for p in passages}) == len(passages)
    assert all(re.fullmatch(r"[a-z0-9-]{1,80}\.[a-z0-9-]{1,80}\.[1-9]\d*", p.id) for p in passages)
    for before, last in itertools.pairwise(passages):
        ends_section = last.n == max(p.n for p in passages if p.anchor == last.anchor)
        if before.anchor == last.anchor and ends_section and " | " not in last.text and len(last.text.split()) < 25:
            assert len(before.text.split()) + len(last.text.split()) > MOST


@settings(deadline=None, max_examples=60)
@given(SECTIONS, st.integers(0, 4), st.lists(BLOCK, max_size=4).map(tuple))
def test_an_edit_leaves_the_ids_elsewhere(parts: list[Section], edited: int, blocks: tuple[Block, ...]) -> None:
    if edited >= len(parts):
        return
    before = article(*parts)
    changed = [section(*blocks, heading=p.heading, level=p.level) if n == edited else p for n, p in enumerate(parts)]
    anchor = before.sections[edited].anchor
    after = cut(article(*changed))
    assert [p for p in cut(before) if p.anchor != anchor] == [p for p in after if p.anchor != anchor]


@settings(deadline=None, max_examples=60)
@given(st.lists(BLOCK, max_size=4))
def test_sentences_joined_are_the_text(blocks: list[Block]) -> None:
    text = "\n\n".join(block_text(block) for block in blocks).strip()
    assert "".join(sentences(text)) == text


def test_a_short_section_is_one_passage_laid_out_as_its_blocks() -> None:
    blocks = (
        Block("paragraph", "Stretch first. Then walk."),
        Block("list", items=("heel down", "knee straight", "ten times"), depths=(0, 1, 0)),
        Block("table", header=("Medicine", "Dose"), rows=(("zinc", "3 mg"),)),
    )
    (passage,) = cut(article(section(*blocks)))
    assert passage.text == (
        "Stretch first. Then walk.\n\n- heel down\n  - knee straight\n- ten times\n\nMedicine | Dose\nzinc | 3 mg"
    )
    assert (passage.id, passage.context) == ("cramps.treatment.1", None)


def test_passages_end_with_sentences_near_the_target() -> None:
    text = " ".join([prose(20)] * 30)
    passages = cut(article(section(Block("paragraph", text))))
    assert [len(p.text.split()) for p in passages] == [140, 140, 160, 160]
    assert all(p.text.endswith(".") and p.text.startswith("Rest") for p in passages)


def test_a_block_is_not_torn_when_the_passage_before_it_is_long_enough() -> None:
    blocks = [Block("paragraph", " ".join([prose(10)] * n)) for n in (11, 12, 20)]
    assert [len(p.text.split()) for p in cut(article(section(*blocks)))] == [110, 120, 200]


def test_a_short_tail_joins_its_predecessor() -> None:
    fits = section(Block("paragraph", prose(150)), Block("paragraph", prose(24)))
    stays = section(Block("paragraph", prose(190)), Block("paragraph", prose(31)))
    full = section(Block("paragraph", prose(210)), Block("paragraph", prose(24)))
    assert [len(cut(article(part))) for part in (fits, stays, full)] == [1, 2, 2]


def test_a_split_list_carries_its_lead_in_as_context() -> None:
    blocks = (
        Block("paragraph", prose(120) + " Try these:"),
        Block("list", items=tuple(prose(50) for _ in range(6)), depths=(0,) * 6),
    )
    first, second, *others = cut(article(section(*blocks)))
    assert first.text == prose(120)
    assert second.text.startswith("Try these:\n\n- Rest")
    assert second.context is None
    assert [p.context for p in others] == ["Try these:"]
    assert all(p.text.startswith("- Rest") for p in others)


def test_a_lead_in_stays_with_a_first_item_too_long_to_share_a_passage() -> None:
    blocks = (
        Block("paragraph", prose(60, ":")),
        Block("list", items=(" ".join([prose(40)] * 5), "short"), depths=(0, 0)),
    )
    first, second = cut(article(section(*blocks)))
    assert first.text.startswith(prose(60, ":") + "\n\n- Rest")
    assert second.context == prose(60, ":")


def test_a_lead_in_stays_with_a_first_item_beyond_the_target() -> None:
    blocks = (Block("paragraph", prose(90, ":")), Block("list", items=(prose(120), prose(50)), depths=(0, 0)))
    assert [p.text.count("- Rest") for p in cut(article(section(*blocks)))] == [1, 1]


def test_items_below_an_item_that_introduces_them_carry_it_along() -> None:
    items = ("Adults:", *[prose(50) for _ in range(5)], "Children:", *[prose(50) for _ in range(4)])
    block = Block("list", items=items, depths=(0, *[1] * 5, 0, *[1] * 4))
    passages = cut(article(section(Block("paragraph", "Doses:"), block)))
    assert [p.context for p in passages] == [None, "Doses:\n\n- Adults:", "Doses:\n\n- Children:"]
    assert passages[0].text.startswith("Doses:\n\n- Adults:\n  - Rest")
    assert "- Children:\n  - Rest" in passages[1].text


def test_a_large_table_gives_a_passage_a_row_under_its_header() -> None:
    rows = (*((f"medicine {n}", prose(40)) for n in range(5)), ("medicine 5", "none"))
    blocks = (
        Block("paragraph", "Before it."),
        Block("paragraph", "Doses:"),
        Block("table", header=("Medicine", "Dose"), rows=rows),
    )
    before, first, *others = cut(article(section(*blocks)))
    assert before.text == "Before it."
    assert first.text == f"Doses:\n\nMedicine | Dose\nmedicine 0 | {prose(40)}"
    assert first.context is None
    assert [p.text for p in others] == [*(f"medicine {n} | {prose(40)}" for n in range(1, 5)), "medicine 5 | none"]
    assert {p.context for p in others} == {"Doses:\n\nMedicine | Dose"}
    *_, after = cut(article(section(*blocks, Block("paragraph", prose(30)))))
    assert (after.text, after.context) == (prose(30), None)


def test_an_overlong_row_is_cut_at_clauses() -> None:
    cell = ", ".join(["take one with water"] * 70)
    passages = cut(article(section(Block("table", header=("Dose",), rows=((cell,),)))))
    assert len(passages) == 2
    assert all(p.text.endswith(("water", "water,")) for p in passages)
    assert [p.context for p in passages] == [None, "Dose"]


def test_a_sentence_without_clauses_is_cut_between_words() -> None:
    passages = cut(article(section(Block("paragraph", prose(500)))))
    assert [len(p.text.split()) for p in passages] == [125, 125, 125, 125]


def test_a_section_without_blocks_is_found_through_the_sections_below_it() -> None:
    below = section(Block("paragraph", "Rest."), heading="Home", level=2)
    (passage,) = cut(article(section(), below))
    assert passage.heading_path == ("Treatment", "Home")


def test_cautions_reach_down_to_the_sections_below() -> None:
    rest = Block("paragraph", "Rest.")
    top = Section("", 0, "", blocks=(rest,), cautions=("not for the others",))
    medicines = Section("Medicines", 1, "", blocks=(rest,), cautions=("Ask a pharmacist",))
    quinine = Section("Quinine", 2, "", blocks=(rest,), cautions=("Not in pregnancy",))
    whole = article(top, medicines, quinine, section(rest, heading="Diet"), cautions=("Sample",))
    assert [p.cautions for p in cut(whole)] == [
        ("Sample", "not for the others"),
        ("Sample", "Ask a pharmacist"),
        ("Sample", "Ask a pharmacist", "Not in pregnancy"),
        ("Sample",),
    ]


@pytest.mark.parametrize(
    "expected",
    [
        ["It helps.", "Magnesium does not."],
        ["Take 2.5 mg.", "3 tablets are too many!", "Are they?", "Yes."],
        ["See Dr. Smith, e.g. Monday, cf. Fig. 2.", "Then rest."],
        ["Cramps are common. [ 1 ] [2, 3]", "They pass."],
        ['She said "rest."', "(Rest helps.)", "“So?”"],
        ["The study by Smith J. Brown shows vitamin C.", "It was small."],
        ["Is it safe? no one knows.", "No.", "Ask."],
        ["See No. 3 there.", "So do I.", "Then stop…", "Go."],
        ["1. Rest first.", "Then walk."],
        ["これは痛い。", "休む。"],
        ["First part\n\n", "second part"],
    ],
)
def test_where_sentences_end(expected: list[str]) -> None:
    glue = "" if expected[0].endswith(("。", "\n")) else " "
    assert [sentence.strip() for sentence in sentences(glue.join(expected))] == [part.strip() for part in expected]


def test_a_passage_knows_the_page_on_which_it_begins() -> None:
    steps = Block("list", items=("word " * 50,) * 8, depths=(0,) * 8, pages=(1, 1, 1, 2, 2, 3, 3, 3))
    prices = Block("table", header=("Zone", "Price"), rows=(("word " * 120, "9"),) * 3, pages=(4, 5, 6))
    sections = build_sections([Section("", 0, "", blocks=(steps, prices)), Section("No page", 1, "", blocks=())])
    passages = cut(Article("a", "A", "a.pdf", sections))
    assert [passage.page for passage in passages] == [1, 2, 4, 5, 6]
