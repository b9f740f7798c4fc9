"""What has changed between two versions of an article."""

from __future__ import annotations

from tests.articles import article
from webapp.differences import Line, differences


def text(line: Line) -> str:
    return "".join(piece.text for piece in line.pieces)


def test_changed_words_are_told_from_those_that_stayed() -> None:
    before = article("a", "Parcels", ("Price", "It costs 3 euros.\n\nPay at once."), reviewed="2020-01-01")
    after = article("a", "Parcels", ("Price", "It costs 4 euros.\n\nPay at once.\n\nNo refund."), reviewed="2020-01-01")
    shown = [
        (
            line.kind,
            "".join(piece.text for piece in line.pieces),
            [piece.text for piece in line.pieces if piece.matched],
        )
        for line in differences(before, after)
    ]
    assert shown == [
        ("removed", "It costs 3 euros.", ["3"]),
        ("added", "It costs 4 euros.", ["4"]),
        ("gap", "", []),
        ("added", "No refund.", ["No refund."]),
    ]


def test_facts_are_among_what_changes() -> None:
    before = article("a", "Parcels", ("", "Text."), labels=("old",))
    after = article("a", "Parcels", ("", "Text."), labels=("new",), url="https://example.org/")
    lines = [
        "".join(piece.text for piece in line.pieces) for line in differences(before, after) if line.kind == "added"
    ]
    assert sorted(lines) == ["Address: https://example.org/", "Labels: new"]


def test_nothing_changed() -> None:
    one = article("a", "Parcels", ("", "Text."))
    assert differences(one, one) == []
