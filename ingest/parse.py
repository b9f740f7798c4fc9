"""Bytes of a source -> Article, by the reader for its kind."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from corpus.article import Article, from_json, to_json
from corpus.errors import InputError
from ingest.sources import CONTAINERS, DAMAGED, DOCUMENTS, Source, Web, kind_of
from ingest.workers import Workers

VERSION = 1  # of the readers together; a higher one makes every source be read anew
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_log = logging.getLogger(__name__)


def digest(data: bytes) -> str:
    """Return what tells whether a source has to be read anew."""
    return f"{VERSION}:{hashlib.blake2b(data, digest_size=20).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A source whose bytes were read, or the `error` why not."""

    source: Source
    digest: str = ""
    error: InputError | None = None
    understood: Callable[[], Article] | None = None

    def article(self) -> Article:
        """Return what was understood, waiting for it. InputError when that is nothing, or the reader fails."""
        if self.error or not self.understood:
            raise self.error or InputError("It is empty.")
        try:
            article = self.understood()
        except InputError:
            raise
        except Exception:  # one odd file must not end the ingest of all the others
            _log.exception("A reader failed on %s", self.source.source)
            words = "It could not be read: this is a fault in Answerdesk. Please report it."
            raise InputError(words, "fault") from None
        is_page = self.source.key.startswith(("http://", "https://"))
        return replace(article, key=self.source.key, url=article.url or (self.source.key if is_page else None))


def readings(
    sources: Iterable[Source],
    most_mb: int = 64,
    wanted: Callable[[Source, str], bool] = lambda source, digest: True,
    mapping: Mapping[str, str] | None = None,
    web: Web | None = None,
) -> Generator[Reading, None, None]:
    """Read sources and yield them in their order; where there are many, those that are `wanted` are understood ahead.

    A source that holds many articles is yielded part by part; `mapping` names the columns of its records, `web` tells
    how its pages are fetched. `wanted` gets a source and its digest; the InputError that it raises becomes that of the
    source.
    """

    def reading(source: Source) -> Reading:
        if source.digest:
            return Reading(source, source.digest)
        try:
            data = source.data(most_mb)
            found = digest(data)
            name, kind = source.shown_as or source.source, source.kind or kind_of(source.source)
            begin = partial(workers.begin, name, data, kind, apart=kind in DOCUMENTS)
            return Reading(source, found, understood=begin() if wanted(source, found) else lambda: begin()())
        except InputError as error:
            return Reading(source, error=error)

    parts = (part for source in sources for part in _parts(source, mapping or {}, web, most_mb))
    with Workers(understand) as workers:
        yield from workers.in_order(map(reading, parts))


def _parts(source: Source, mapping: Mapping[str, str], web: Web | None, most_mb: int) -> Iterator[Source]:
    """Yield the sources that a container holds, and any other source as it is; what ends it is said last."""
    kind = source.kind or kind_of(source.source)
    if kind not in CONTAINERS or source.unusable:
        yield source
        return
    from ingest import archive, records

    try:
        if kind == "zip":
            for part in archive.parts(source):
                yield from _parts(part, mapping, web, most_mb)
        elif kind == "web":
            from ingest import crawl

            yield from crawl.parts(source, web or Web(), most_mb)
        else:
            yield from records.parts(source, mapping)
    except (InputError, *DAMAGED) as error:
        why = error if isinstance(error, InputError) else InputError("It is damaged, and the rest was not read.")
        yield replace(source, unusable=why, container=source.container or source.key)


def understand(name: str, data: bytes, kind: str) -> Article:
    """Read the bytes of a source by its kind; a reader that fails raises whatever it does."""
    return _storable(_reader(kind, data)(data, source=name))


def _reader(kind: str, data: bytes) -> Any:
    if kind == "text" and _HTML.match(data[:4096]):
        kind = "html"
    # Each is imported where it is used: most ingests need one.
    if kind == "html":
        from ingest import html

        return html.read
    if kind == "markdown":
        from ingest import markdown

        return markdown.read
    if kind == "pdf":
        from ingest import pdf

        return pdf.read
    if kind == "docx":
        from ingest import docx

        return docx.read
    if kind == "record":
        from ingest import records

        return records.read
    from ingest import text

    return text.read


def _storable(article: Article) -> Article:
    """Return the article without characters that no database stores: NUL and lone surrogates."""
    data = to_json(article)
    written = json.dumps(data, ensure_ascii=False)
    if "\\u0000" not in written and not re.search("[\ud800-\udfff]", written):
        return article
    return from_json(_replaced(data))


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub("[\0\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list):
        return [_replaced(part) for part in value]
    if isinstance(value, dict):
        return {name: _replaced(part) for name, part in value.items()}
    return value
