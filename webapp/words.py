"""Facts in words, for pages: dates, review states, sources, languages."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from corpus.review import ReviewState, months_before

_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # not strftime: the server's locale must not change the page
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"}

MODES = {"lexical": "words", "semantic": "meaning", "hybrid": "words and meaning"}
FEEDBACK = {
    "answered": "Answered it",
    "wrong": "Wrong",
    "outdated": "Outdated",
    "unclear": "Unclear",
    "gap": "Gap",
}


def day(iso: str) -> str:
    """Write an ISO day in full: 4 July 2025."""
    try:
        date = datetime.date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun: 1 passage, 1,204 passages."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def source_name(source: str) -> str:
    """Return what people call a source: its file's name, or a web page's host and last step."""
    address = web_address(source)
    if address is None:
        return source.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or source
    parts = urlsplit(address)
    last = parts.path.rstrip("/").rpartition("/")[2]
    return f"{parts.netloc} … {last}" if last else parts.netloc


def web_address(url: str | None) -> str | None:
    """Return an address that is safe to link to; anything but http and https is not."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def language_tag(language: str) -> str | None:
    """Return a language as HTML's `lang` takes it, or None where it is none."""
    return language if _LANGUAGE.fullmatch(language) else None


def direction(language: str) -> str:
    """Return the direction a language is written in, as HTML's `dir` takes it."""
    return "rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def review(
    state: ReviewState, reviewed: str | None, labels: Sequence[str], cutoffs: Mapping[str, datetime.date]
) -> str:
    """Say when an article was reviewed, or since when its review is overdue."""
    if state == "unknown" or reviewed is None:
        return "Review date unknown"
    if state == "reviewed":
        return f"Reviewed {day(reviewed)}"
    today = datetime.date.today()
    cutoff = max((cutoffs[label] for label in labels if label in cutoffs), default=cutoffs[""])
    months = (today.year - cutoff.year) * 12 + today.month - cutoff.month
    due = months_before(datetime.date.fromisoformat(reviewed), -months)
    return f"Review overdue since {day(due.isoformat())}"
