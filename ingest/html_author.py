"""Who wrote a page's article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.html_title import key
from ingest.html_tree import Element, find_all, squeeze, text_within
from ingest.page_data import PageData, strings

_METAS = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author",
          "sailthru.author", "og:author", "twitter:creator:name")  # fmt: skip
_PLACES = (
    "//*[@itemprop='author']//*[@itemprop='name']",
    "//*[@itemprop='author']",
    "//a[contains(@rel, 'author')]",
    "//body//*[(contains(@class, 'author') or contains(@class, 'byline') or contains(@class, 'Author') "
    "or contains(@class, 'Byline')) and not(ancestor-or-self::*[contains(@class, 'comment')])]",
    "//body//*[text()[starts-with(normalize-space(), 'By ') or starts-with(normalize-space(), 'Written by ')]]",
    "//body//*[*/text()[normalize-space() = 'By' or normalize-space() = 'by' or normalize-space() = 'Written by']]",
)
_MAX_PLACES = 8  # elements of each kind that are looked at
_LONGEST_BYLINE = 120
_MAX_NAMES = 6
_NOT_A_NAME = re.compile(
    r"https?:|@|^\W*$|^(?:admin(?:istrator)?|staff|editors?|editorial|team|guest|author|user|unknown|webmaster|"
    r"full bio|undefined|null|.*:.*)$",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"[a-z]*[._\d-][a-z\d._-]*|[a-z]{1,3}")  # the name of an account
_FULL_NAME = re.compile(
    r"(?:The )?[^\W\d_a-z][\w.’'-]*"
    r"(?:,? (?:and |& )?(?:van|von|de|der|del|di|la|le|bin|al)?(?: der)? ?[^\W\d_a-z][\w.’'-]*){1,8}$"
)
_BY = re.compile(
    r"(?:(?:written|posted|published|story|words|article|created|authored)\s+)?(?:by|von|por|par|автор)\b:?\s*",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"\s*(?:[|•·–—\n]|\s-\s|\d|\b(?:on|in|updated|published|reviewed|posted|last|says|min)\b|"
    r",?\s+(?:contributing|senior|staff|managing|content|freelance|editor|writer|author)\b).*",
    re.IGNORECASE | re.DOTALL,
)


def find(root: Element, data: PageData) -> str | None:
    """Return the first name that is not the site's own, else that one."""
    own = None
    for name in _names(root, data):
        if key(name) != key(data.site):
            return name
        own = own or name
    return own


def _names(root: Element, data: PageData) -> Iterator[str]:
    for item in data.articles():
        names = list(dict.fromkeys(_structured(item.get("author") or item.get("creator"))))
        if names:
            yield ", ".join(names[:_MAX_NAMES])
    for name in _METAS:
        if person := _person(data.metas.get(name, "")):
            yield person
    for place in _PLACES:
        for element in find_all(root, place)[:_MAX_PLACES]:
            line = squeeze(element.get("content") or text_within(element, _LONGEST_BYLINE, between=" ") or "")
            if (person := _person(line)) and _FULL_NAME.match(person):
                yield person


def _structured(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        for name in strings(item.get("name") if isinstance(item, dict) else item):
            if person := _person(name):
                yield person


def _person(line: str) -> str | None:
    """Return the name in a byline, None where it holds none."""
    name = _AFTER_NAME.sub("", _BY.sub("", squeeze(line), count=1)).strip(" ,;:|")
    if not 2 < len(name) < 100 or _NOT_A_NAME.search(name) or _HANDLE.fullmatch(name):
        return None
    return name
