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
    top = [" ".join([one.name, *one.get("class", [])]) for one in found.find_all(recursive=False)]
    assert top == ["p", "p gap", "p item", "p item d1", "p gap", "table"]
    assert [marker.get_text() for marker in found.select(".item > i")] == ["- ", "  - "]
    assert [[cell.get_text() for cell in row.select("td")] for row in found.select("table > tr")] == [
        ["Dose | ", "Days\n"],
        ["5 mg | ", "7"],
    ]
    assert found.select("td mark")


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


def test_a_part_is_the_lines_around_the_first_match() -> None:
    text = [Fragment("a " * 500 + "\nbefore ", False), Fragment("match", True), Fragment("\n" + "b " * 500, False)]
    found = lines.part(text, 100)
    assert [one.text for one in found if one.matched] == ["match"]
    assert "".join(one.text for one in found).startswith("before match\nb b")
    assert 50 < sum(len(one.text) for one in found) < 110


@given(st.lists(st.builds(Fragment, st.text(alphabet="ab \n", max_size=40), st.booleans())), st.integers(4, 50))
def test_a_part_is_a_part_of_the_text(fragments: list[Fragment], most: int) -> None:
    text, found = ("".join(one.text for one in some) for some in (fragments, lines.part(fragments, most)))
    assert found in text
    assert len(found) < 1.5 * most + 1
    assert bool(found) == bool(text)
