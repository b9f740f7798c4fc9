"""The title of a page's article, without the site's name."""

from __future__ import annotations

import re
from itertools import islice

from ingest.html_tree import Element, squeeze, text_of
from ingest.page_data import PageData

_BREAK = re.compile(r"\s+(?:\||[-–—:·•»›/~<]|::|//)\s+|\s*\|\s*|:\s(?=[^:]*$)")
_MARK = re.compile(r"\s*[¶#§]$")  # what a link to the heading itself shows
_ALIKE = 0.3  # share of its words that a heading must have in common with a name of the page
_MAX_HEADINGS = 6


def find(root: Element, data: PageData) -> str:
    """Return the first-level heading that shares most words with the page's names for itself, else such a name."""
    names = [data.metas.get("og:title", ""), squeeze(root.findtext(".//title") or ""),
             data.metas.get("twitter:title", ""), data.metas.get("dc.title", "")]  # fmt: skip
    names = [name for name in names if name]
    shown = [_MARK.sub("", text_of(h1, between=" ")) for h1 in islice(root.iter("h1"), _MAX_HEADINGS)]
    shown = [text for text in shown if text]
    best, most = "", 0.0
    for text in shown:
        alike = max((_alike(text, name) for name in names), default=0.0)
        if alike > most and not _is_site(text, names, data.site):
            best, most = text, alike
    if most >= _ALIKE:
        return best
    if names:
        return _without_site(names[0], data.site, shown)
    headline = next((item["headline"] for item in data.objects if isinstance(item.get("headline"), str)), "")
    return squeeze(headline) or (shown[0] if shown else "")


def key(text: str) -> str:
    """Return the letters and digits of `text`: what two spellings of one title share."""
    return re.sub(r"[\W_]+", "", text.lower())


def _alike(text: str, name: str) -> float:
    """Return the share of words in common, of the shorter; among equals the longer counts a little more."""
    a, b = (set(re.findall(r"\w+", part.lower())) for part in (text, name))
    return len(a & b) / (min(len(a), len(b)) or 1) + 0.01 * len(a & b)


def _is_site(text: str, names: list[str], site: str) -> bool:
    """Tell whether a heading is the site's name: so it says, or only the end or start of a longer title."""
    if key(text) == key(site):
        return True
    for name in names:
        for cut in _BREAK.finditer(name):
            before, after = key(name[: cut.start()]), key(name[cut.end() :])
            if (key(text) == after and len(before) > len(after)) or (
                key(text) == before and len(after) > 2 * len(before)
            ):
                return True
    return False


def _without_site(title: str, site: str, shown: list[str]) -> str:
    """Cut the site's name off a title."""
    cuts = list(_BREAK.finditer(title))
    for cut in cuts:
        for part in (title[: cut.start()], title[cut.end() :]):
            if any(key(part) == key(text) for text in shown):
                return part.strip()
    if not cuts:
        return title
    first, last = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
    if key(site) and key(last) and (key(last) in key(site) or key(site) in key(last)):
        return first
    if key(site) and key(title[: cuts[0].start()]) == key(site):
        return title[cuts[0].end() :].strip()
    if len(last.split()) <= 4 and len(first) > 2 * len(last) and not cuts[-1][0].startswith(":"):
        return first
    return title
