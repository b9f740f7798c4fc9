"""Review states: reviewed, overdue or unknown, from the reviewed date alone. No other date stands in for it."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping, Sequence
from typing import Literal

from corpus.errors import InputError
from corpus.settings import Settings

ReviewState = Literal["reviewed", "overdue", "unknown"]


def review_cutoffs(settings: Settings, today: datetime.date | None = None) -> dict[str, datetime.date]:
    """Map each label that has a review interval of its own, and "" for all others, to its cutoff.

    A review before the cutoff is overdue.

    Raises:
        InputError: the setting `review_months_by_label` is not a list of LABEL=MONTHS.
    """
    today = today or datetime.date.today()
    cutoffs = {"": months_before(today, settings.number("review_months"))}
    for pair in filter(None, (part.strip() for part in settings.text("review_months_by_label").split(","))):
        label, separator, months = pair.rpartition("=")
        if not separator or not months.strip().isdigit():
            raise InputError(f"The setting review_months_by_label takes LABEL=MONTHS, ..., not {pair!r}.")
        cutoffs[label.strip()] = months_before(today, int(months))
    return cutoffs


def review_state(reviewed: str | None, labels: Sequence[str], cutoffs: Mapping[str, datetime.date]) -> ReviewState:
    """Return the review state of an article; of several labels' intervals the shortest counts."""
    if reviewed is None:
        return "unknown"
    own = [cutoffs[label] for label in labels if label in cutoffs]
    return "overdue" if reviewed < max(own, default=cutoffs[""]).isoformat() else "reviewed"


def months_before(day: datetime.date, months: int) -> datetime.date:
    """Return the same day `months` earlier, or that month's last day."""
    month = day.year * 12 + day.month - 1 - months
    if month < 12:
        return datetime.date.min
    year, month = divmod(month, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
