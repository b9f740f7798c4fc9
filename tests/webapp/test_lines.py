"""A passage's lines: told apart, and still the passage's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.model import Fragment
from webapp import lines


def text_of(groups: list[lines.Group]) -> str:
    return "".join(
        line.marker + "".join(fragment.text for cell in line.cells for fragment in cell)
        for group in groups
        for line in group.lines
    )


@given(st.lists(st.builds(Fragment, st.text(alphabet="ab -|\n", max_size=12), st.booleans())))
def test_lines_joined_are_the_text(fragments: list[Fragment]) -> None:
    assert text_of(lines.groups(fragments)) == "".join(fragment.text for fragment in fragments)


def test_items_rows_and_text_are_told_apart() -> None:
    found = lines.groups([Fragment("Take:\n\n- one\n  - two\n\nDose | Days\n5 mg | ", False), Fragment("7", True)])
    assert [group.kind for group in found] == ["text", "gap", "item", "gap", "row"]
    assert [(line.marker, line.depth) for line in found[2].lines] == [("- ", 0), ("  - ", 1)]
    last_row = found[4].lines[1]
    assert last_row.cells == ((Fragment("5 mg | ", False),), (Fragment("7", True),))


def test_a_match_at_the_start_of_an_item_stays_marked() -> None:
    (group,) = lines.groups([Fragment("- ", False), Fragment("Magnesium", True), Fragment(" helps", False)])
    assert group.lines[0].cells == ((Fragment("Magnesium", True), Fragment(" helps", False)),)


def test_no_text_has_no_lines() -> None:
    assert lines.plain_groups(None) == []
