"""When a page's article was published, changed and reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ingest.dates import DateKind, labelled_dates, parse_date
from ingest.html_tree import Element, find_all, squeeze, text_of, text_within
from ingest.page_data import PageData, strings

_MAX_LINES = 400  # with a year in them that are looked at
_LONGEST_LINE = 240
_LONGEST_DATE_LINE = 60
_MAX_CLIMB = 4  # elements around a year that may hold its label
_METAS: dict[str, DateKind] = {
    **dict.fromkeys(
        ("article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
         "dc.date.created", "dcterms.date", "dcterms.issued", "dcterms.created", "pubdate", "publishdate",
         "publish-date", "publish_date", "publication_date", "citation_publication_date", "citation_date",
         "parsely-pub-date", "sailthru.date"),
        "published",
    ),
    **dict.fromkeys(
        ("article:modified_time", "og:updated_time", "datemodified", "dc.date.modified", "dcterms.modified",
         "last-modified", "revised"),
        "modified",
    ),
    **dict.fromkeys(
        ("lastreviewed", "last-reviewed", "last_reviewed", "datereviewed", "dc.date.reviewed", "dcterms.reviewed"),
        "reviewed",
    ),
}  # fmt: skip
_KEYS: dict[str, DateKind] = {
    "datePublished": "published",
    "dateCreated": "published",
    "uploadDate": "published",
    "dateModified": "modified",
    "lastReviewed": "reviewed",
}
_PROPERTIES = "//*[@itemprop='datePublished' or @itemprop='dateModified' or @itemprop='lastReviewed']"


def find(root: Element, data: PageData) -> dict[DateKind, str]:
    """Return the dates by kind as ISO days: structured data first, then visible labels, then a date by the title.

    A date of review comes from a statement of review alone.
    """
    day_first = _day_first(data.language)
    found = _structured(root, data, day_first)
    seen: dict[DateKind, str] = {}
    for line in _lines_with_a_year(root):
        for kind, day in labelled_dates(line, day_first):
            seen.setdefault(kind, day)
    shown: str | None = seen.get("published") or _by_the_title(root, day_first)
    if shown and shown < found.get("published", ""):
        found["published"] = shown  # the site was put out again since; the article says when it was written
    found = seen | found
    if not found.keys() & {"published", "modified"} and (stated := shown or _first_time(root, day_first)):
        found["published"] = stated
    return found


def _structured(root: Element, data: PageData, day_first: bool | None) -> dict[DateKind, str]:
    given = [
        (kind, value) for item in data.articles() for name, kind in _KEYS.items() for value in strings(item.get(name))
    ]
    given += [(kind, data.metas[name]) for name, kind in _METAS.items() if name in data.metas]
    for element in find_all(root, _PROPERTIES):
        value = element.get("datetime") or element.get("content") or text_of(element)
        given.append((_KEYS[element.get("itemprop") or ""], value))
    found: dict[DateKind, str] = {}
    for kind, value in given:
        if kind not in found and (day := parse_date(value[:_LONGEST_LINE], day_first)):
            found[kind] = day
    return found


def _day_first(language: str | None) -> bool | None:
    """Tell whether `04/07/2025` has its day first, from the page's language; None where that is not known."""
    return None if language in (None, "en") else language not in ("en-us", "en-ph")


def _lines_with_a_year(root: Element) -> Iterator[str]:
    """Yield the short lines that hold a year, each also with what stands around it."""
    for holder in find_all(root, "//body//*[text()[contains(., '20') or contains(., '19')]]")[:_MAX_LINES]:
        element: Element | None = holder
        last = ""
        for _ in range(_MAX_CLIMB):
            if element is None or element.tag in ("body", "html"):
                break
            line = text_within(element, _LONGEST_LINE, between=" ")
            if not line:
                break
            if line != last:
                yield line
                last = line
            element = element.getparent()


def _by_the_title(root: Element, day_first: bool | None) -> str | None:
    """Return the date that stands alone in a line close to the page's first heading."""
    for side, count in (("following", 40), ("preceding", 12)):
        path = f"//h1[1]/{side}::text()[normalize-space()][position() < {count}]"
        for text in cast("list[str]", root.xpath(path)):
            line = squeeze(text)
            if len(line) > _LONGEST_LINE:
                break
            if len(line) < _LONGEST_DATE_LINE and (day := parse_date(line, day_first)):
                return day
    return None


def _first_time(root: Element, day_first: bool | None) -> str | None:
    for element in find_all(root, "//body//time")[:3]:
        if day := parse_date(element.get("datetime") or text_of(element), day_first):
            return day
    return None
