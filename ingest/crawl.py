"""A page, a sitemap or a site -> its pages, as sources."""

from __future__ import annotations

import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from urllib.parse import urljoin, urlsplit

from lxml import etree

from corpus.errors import InputError
from ingest.sources import GONE, Source, Web
from ingest.web import Client, Page, normal

_KINDS = {
    "": "html",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/plain": "text",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_MOST_PAGES = 10_000  # of one argument
_DEEPEST = 10  # links from the first page, and sitemaps in sitemaps
_MOST_SITEMAP = 50 * 1024**2  # bytes unpacked, as the protocol has it
_TAG = re.compile(r"<(a|link|base)\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|ico|css|m?js|json|xml|rss|atom|zip|gz|tar|7z|exe|dmg|mp[34]|webm|og[gv]|wav|"
    r"woff2?|ttf|eot|xlsx?|pptx?|docm?)$",
    re.IGNORECASE,
)


def scope(url: str) -> str:
    """Return what an address stands for: with a slash at its end or of a sitemap what lies below it, else itself."""
    folder, _, name = url.partition("?")[0].rpartition("/")
    return f"{folder}/" if not name or re.search(r"\.xml(?:\.gz)?$", name) else url


def parts(source: Source, web: Web, most_mb: int) -> Iterator[Source]:
    """Yield the pages that an address stands for, each as a source, or as one that says why it cannot be read.

    What the library knows below it is asked for last: a page that nothing links to any more may still be there.
    """
    start = source.key
    root, known = scope(start), set(web.known(scope(start)))
    todo, seen, done = deque([(start, 0)]), {start}, set[str]()
    with Client(web.allowed, web.pause) as client:
        while todo and len(done) < _MOST_PAGES:
            url, depth = todo.popleft()
            recalled = web.recall(url)
            try:
                page = client.fetch(url, most_mb * 1024**2, recalled[1] if recalled else None)
            except InputError as error:
                if url == start or url in known or error.code not in ("robots", GONE):
                    yield replace(source, source=url, key=url, unusable=error)
                if url == start and error.code != GONE:
                    return
                page = None
            if page and page.url != url and page.moved and url in known:
                yield replace(source, source=url, key=url, unusable=InputError(f"It has moved to {page.url}.", GONE))
            if page and url == start != page.url:
                root = scope(page.url)
                known |= set(web.known(root))
            if page and page.url not in done and (url == start or page.url.startswith(root)):
                done.add(page.url)
                found = _Found(page, depth, is_site=root.endswith("/"))
                for link in found.links:
                    if link not in seen and link.startswith(root):
                        seen.add(link)
                        todo.append((link, depth + 1))
                if not page.modified and recalled:
                    yield replace(source, source=url, key=url, digest=recalled[0])
                elif found.kind:
                    yield replace(
                        source,
                        source=found.url,
                        key=found.url,
                        kind=found.kind,
                        opener=partial(io.BytesIO, found.data),
                        validators=page.validators,
                    )
                elif url == start and not found.links:
                    raise InputError(f"Nothing of the type {page.type} is read from the web.")
            if not todo:
                todo.extend((url, _DEEPEST) for url in sorted(known - seen))
                seen |= known
        if todo:
            raise InputError(f"It has more than {_MOST_PAGES:,} pages; the others were not read.")


class _Found:
    """What a page is: its `kind`, None where it is none to be stored, its own address, and the `links` to follow."""

    def __init__(self, page: Page, depth: int, is_site: bool) -> None:
        self.url, self.data, self.links = page.url, page.data, list[str]()
        self.kind = _KINDS.get(page.type)
        addresses = _sitemap(page.data) if depth < _DEEPEST else None
        if addresses is not None:
            self.kind, self.links = None, addresses
        elif self.kind == "html":
            text = page.data.decode(_codec(page.charset), "replace")
            named = _Links(text, page.url)
            self.data = text.encode("utf-8-sig") if page.charset else page.data
            self.links = named.pages if is_site and depth < _DEEPEST else []
            if named.canonical and urlsplit(named.canonical)[:2] == urlsplit(page.url)[:2]:
                self.url = named.canonical
            if is_site and self.url != page.url:  # the other address is asked instead
                self.kind = None
                self.links = [*self.links, self.url]


class _Links:
    """The addresses that a page of HTML names: its canonical one, and those that it links to."""

    def __init__(self, text: str, url: str) -> None:
        self.canonical: str | None = None
        self.pages: list[str] = []
        base = url
        for tag, rest in _TAG.findall(text):
            given = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(rest)}
            href, rel = given.get("href", ""), given.get("rel", "").lower().split()
            if tag.lower() == "base":
                base = urljoin(url, href)
            elif tag.lower() == "link":
                if "canonical" in rel and not self.canonical:
                    self.canonical = normal(href, base)
            elif "nofollow" not in rel and (link := normal(href, base)) and not _NO_PAGE.search(urlsplit(link).path):
                self.pages.append(link)


def _sitemap(data: bytes) -> list[str] | None:
    """Return the addresses in a sitemap or an index of sitemaps, None where it is none."""
    if data.startswith(b"\x1f\x8b"):
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, _MOST_SITEMAP)
        except zlib.error:
            return None
    if not re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b", data[:2000]):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(data[:_MOST_SITEMAP], parser)
    if root is None:
        return None
    found = (normal(node.text or "") for node in root.iter("{*}loc"))
    return [url for url in found if url]


def _codec(name: str | None) -> str:
    try:
        return b"".decode(name or "utf-8") or name or "utf-8"
    except LookupError:
        return "utf-8"
