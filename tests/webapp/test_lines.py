"""A passage's lines: told apart, and still the passage's text."""

from __future__ import annotations

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from search.model import Fragment
from webapp import lines


def parsed(*fragments: Fragment) -> BeautifulSoup:
    return BeautifulSoup(lines.laid_out(fragments).html, "html.parser")


@given(st.lists(st.builds(Fragment, st.text(alphabet="ab -|\n<&\"'", max_size=12), st.booleans())))
def test_lines_joined_are_the_text(fragments: list[Fragment]) -> None:
    assert parsed(*fragments).get_text() == "".join(fragment.text for fragment in fragments)


def test_items_rows_and_text_are_told_apart() -> None:
    text = "Take:\n\n- one\n  - two\n\nDose | Days\n5 mg | "
    found = parsed(Fragment(text, False), Fragment("7", True))
    top = [" ".join(span.get("class", [])) for span in found.find_all("span", recursive=False)]
    assert top == ["", "gap", "item", "item d1", "gap", "rows"]
    assert [marker.get_text() for marker in found.select(".marker")] == ["- ", "  - "]
    assert [[cell.get_text() for cell in row.select(".cell")] for row in found.select(".rows > .row")] == [
        ["Dose | ", "Days\n"],
        ["5 mg | ", "7"],
    ]
    assert found.select(".cell mark")


def test_what_the_layout_depends_on_is_told() -> None:
    found = lines.laid_out([Fragment("a | b | c\n1 | 2", False)])
    assert (found.most_cells, found.ends_in_row) == (3, True)
    found = lines.laid_out([Fragment("a | b\nno row", False)])
    assert (found.most_cells, found.ends_in_row) == (2, False)


def test_a_match_at_the_start_of_an_item_stays_marked() -> None:
    found = parsed(Fragment("- ", False), Fragment("Magnesium", True), Fragment(" helps", False))
    assert [mark.get_text() for mark in found.select(".item > mark")] == ["Magnesium"]


def test_no_text_has_no_lines() -> None:
    assert lines.plain(None) == lines.Lines(lines.Markup(""), 0, False)
