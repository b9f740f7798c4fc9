"""What a page says to machines: meta tags and structured data (JSON-LD)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from ingest.html_tree import Element, squeeze

_MAX_OBJECTS = 20_000
_ARTICLE = re.compile(r"Article|Posting|Report")
_PAGE = re.compile(r"WebPage|HowTo|Recipe|FAQPage|QAPage|Review$")
_LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{2,4}))?\b")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class PageData:
    """Read while the scripts are still in the tree."""

    def __init__(self, root: Element) -> None:
        self.metas: dict[str, str] = {}
        for meta in root.iter("meta"):
            name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
            content = squeeze(meta.get("content") or "")
            if name and content:
                self.metas.setdefault(name, content)
        self.objects = list(islice(_objects(root), _MAX_OBJECTS))
        self.site = self.metas.get("og:site_name") or self.metas.get("application-name") or ""
        self.language = self._language(root)
        self.url = self._url(root)

    def articles(self) -> Iterator[dict[str, Any]]:
        """Yield the objects that describe the article, the likeliest first."""
        typed = [(item, " ".join(strings(item.get("@type")))) for item in self.objects]
        yield from (item for item, kind in typed if _ARTICLE.search(kind))
        yield from (item for item, kind in typed if _PAGE.search(kind) and not _ARTICLE.search(kind))

    def _language(self, root: Element) -> str | None:
        """Return the page's language as it is written in `lang`, such as `en-us`."""
        written = (root.get("lang"), root.get("xml:lang"), root.get(_XML_LANG), self.metas.get("content-language"))
        for value in (*written, self.metas.get("og:locale")):
            match = _LANGUAGE.match((value or "").strip())
            if match:
                return "-".join(part.lower() for part in match.groups() if part)
        return None

    def _url(self, root: Element) -> str | None:
        links = [link.get("href") or "" for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"]
        for url in (*links, self.metas.get("og:url", "")):
            url = url.strip()
            try:
                parts = urlsplit(url)
            except ValueError:
                continue
            if parts.scheme in ("http", "https") and parts.netloc:
                return url
        return None


def strings(value: Any) -> list[str]:
    """Return a value that may be one string or several as a list of them."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _objects(root: Element) -> Iterator[dict[str, Any]]:
    """Yield every object of the page's structured data, in the order it is written."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            stack: list[Any] = [json.loads((script.text or "").strip().rstrip(";"), strict=False)]
        except (ValueError, RecursionError):
            continue
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                yield item
                stack.extend(reversed([value for value in item.values() if isinstance(value, (dict, list))]))
            elif isinstance(item, list):
                stack.extend(reversed(item))
