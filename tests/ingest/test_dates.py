"""Dates in many spellings, and the labels that say what they are of."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import labelled_dates, parse_date


@pytest.mark.parametrize(
    "text",
    [
        "2025-07-04",
        "2025-07-04T10:15:00+02:00",
        "2025/7/4",
        "04.07.2025",
        "4.7.25",
        "4 July 2025",
        "4th of July, 2025",
        "July 4, 2025",
        "Jul. 4th 2025",
        "4-Jul-2025",
        "Fri, 04 Jul 2025 10:00:00 GMT",
        "4. Juli 2025",
        "4 juillet 2025",
        "4 de julio de 2025",
        "4 липня 2025 р.",
        "4 июля 2025 г.",
        "2025年7月4日",
    ],
)
def test_a_date_is_understood_however_it_is_spelt(text: str) -> None:
    assert parse_date(text) == "2025-07-04"


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("04/07/2025", True, "2025-07-04"),
        ("04/07/2025", False, "2025-04-07"),
        ("04/07/2025", None, None),
        ("25/07/2025", False, "2025-07-25"),
        ("07/25/2025", True, "2025-07-25"),
        ("04.07.2025", False, "2025-07-04"),
    ],
)
def test_the_order_of_day_and_month(text: str, day_first: bool | None, expected: str | None) -> None:
    assert parse_date(text, day_first) == expected


@pytest.mark.parametrize("text", ["", "July 2025", "31.02.2025", "version 1.2.3.2025", "4 Market 2025", "12345-07-04"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_reads_back_from_common_spellings(day: date) -> None:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%b %d, %Y"):
        assert parse_date(day.strftime(form)) == day.isoformat()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Last reviewed: 04.07.2025", "reviewed"),
        ("Reviewed 4 July 2025", "reviewed"),
        ("Medically reviewed by Jane Doe, MD, PhD on July 4, 2025", "reviewed"),
        ("Written by Ann Lee; medically reviewed by Bo Ek, MD — July 4, 2025", "reviewed"),
        ("Page last reviewed: 4 July 2025", "reviewed"),
        ("Fact checked on 4 July 2025", "reviewed"),
        ("Medizinisch geprüft am 4. Juli 2025", "reviewed"),
        ("Revisado médicamente por Ana Ruiz el 4 de julio de 2025", "reviewed"),
        ("Перевірено 04.07.2025", "reviewed"),
        ("This page was last updated on 4 July 2025", "modified"),
        ("Medically reviewed by Bo Ek — Last updated July 4, 2025", "modified"),
        ("Zuletzt aktualisiert am 4. Juli 2025", "modified"),
        ("Dernière mise à jour : 4 juillet 2025", "modified"),
        ("Stand: 04.07.2025", "modified"),
        ("Published: 2025-07-04", "published"),
        ("Posted on July 4, 2025 by admin", "published"),
        ("Опубликовано 4 июля 2025", "published"),
    ],
)
def test_a_label_says_what_the_date_is_of(line: str, kind: str) -> None:
    assert labelled_dates(line)[0] == (kind, "2025-07-04")


@pytest.mark.parametrize(
    "line",
    [
        "Next review due: 4 July 2026",
        "Next review date: 4 July 2026",
        "Reviewed in the United States on July 4, 2025",
        "Customer reviews, July 4, 2025",
        "A peer-reviewed study of 4 July 2025",
        "It was not reviewed on 4 July 2025",
        "4 July 2025",
        "All of our content is medically reviewed.",
    ],
)
def test_a_review_is_never_inferred(line: str) -> None:
    assert labelled_dates(line) == ()


def test_two_labels_keep_their_own_dates() -> None:
    assert labelled_dates("Published July 1, 2025 | Updated July 2, 2025 | Reviewed July 3, 2025") == (
        ("published", "2025-07-01"),
        ("modified", "2025-07-02"),
        ("reviewed", "2025-07-03"),
    )


def test_two_labels_share_one_date() -> None:
    assert set(labelled_dates("Last updated and reviewed on July 4, 2025")) == {
        ("modified", "2025-07-04"),
        ("reviewed", "2025-07-04"),
    }
