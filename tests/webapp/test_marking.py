"""A section cut around one passage: nothing lost, nothing doubled, and the marked part is the passage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import Article, Block, Section, build_sections
from corpus.passages import cut
from webapp.marking import Piece, list_steps, mark

WORDS = st.lists(st.sampled_from("cramp leg night rest walk, drink. water; calf-high".split()), min_size=1)
TEXT = st.builds(" ".join, WORDS) | st.builds(lambda words: " ".join(words * 40), WORDS)


@st.composite
def lists(draw: st.DrawFn) -> Block:
    items = draw(st.lists(TEXT, min_size=1, max_size=12))
    depths = [draw(st.integers(0, 3)) for _ in items]
    return Block("list", items=tuple(items), depths=tuple(depths), ordered=draw(st.booleans()))


@st.composite
def tables(draw: st.DrawFn) -> Block:
    columns = draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(*[TEXT] * columns), min_size=1, max_size=8))
    header = draw(st.just(()) | st.tuples(*[TEXT] * columns))
    return Block("table", header=header, rows=tuple(rows))


BLOCKS = st.lists(
    st.builds(lambda text: Block("paragraph", text=text), TEXT) | lists() | tables(), min_size=1, max_size=5
)


def words_of(pieces: tuple[Piece, ...]) -> str:
    """Return the letters of pieces, repeated headers apart."""

    def texts() -> Iterator[str]:
        for piece in pieces:
            block = piece.block
            yield block.text
            yield from block.items
            if not piece.continued:
                yield from block.header
            for row in block.rows:
                yield from row

    return letters("".join(texts()))


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@settings(max_examples=50)
@given(BLOCKS)
def test_every_passage_is_marked_as_it_is(blocks: list[Block]) -> None:
    (section,) = build_sections([Section("", 0, "", blocks=tuple(blocks))])
    article = Article("a", "A", "a.txt", (section,))
    whole = letters(article.text)
    passages = cut(article)
    for passage in passages:
        found = mark(section, passages, passage.id)
        assert words_of(found.marked) == letters(passage.text)
        assert words_of(found.before) + words_of(found.marked) + words_of(found.after) == whole


def test_without_a_passage_all_comes_before() -> None:
    section = Section("", 0, "top", blocks=(Block("paragraph", text="Rest."),))
    found = mark(section, [], None)
    assert found.before == (Piece(section.blocks[0]),)
    assert not found.marked
    assert not found.after


def test_a_cut_ordered_list_counts_on() -> None:
    items = tuple(f"Step {number}: " + "walk " * 30 for number in range(1, 11))
    block = Block("list", items=items, depths=(0,) * 10, ordered=True)
    article = Article("a", "A", "a.txt", build_sections([Section("", 0, "", blocks=(block,))]))
    passages = cut(article)
    for passage in passages[1:]:
        piece = mark(article.sections[0], passages, passage.id).marked[0]
        assert piece.block.items[0].startswith(f"Step {piece.start}:")


@pytest.mark.parametrize(
    ("depths", "steps"),
    [
        ((0, 1, 0), "open item open item end close end item end close"),
        ((2, 2, 0), "open item end item end close open item end close"),
        ((0, 5), "open item open item end close end close"),
    ],
)
def test_lists_nest_by_depth(depths: tuple[int, ...], steps: str) -> None:
    block = Block("list", items=("x",) * len(depths), depths=depths)
    assert " ".join(step for step, _ in list_steps(block)) == steps
