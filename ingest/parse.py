"""Bytes of a source -> Article, by the reader for its kind."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import re
from pathlib import PurePosixPath
from typing import Any

from corpus.article import Article, from_json, to_json
from corpus.errors import InputError
from ingest.desk_file import facts_for
from ingest.facts import applied
from ingest.sources import SUFFIXES, Source

VERSION = 1  # of the readers together; a higher one makes every source be read anew
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_log = logging.getLogger(__name__)


def digest(data: bytes) -> str:
    """Return what tells whether a source has to be read anew."""
    return f"{VERSION}:{hashlib.blake2b(data, digest_size=20).hexdigest()}"


def read(source: Source, most_mb: int = 64) -> Article:
    """Read one source, with what a desk.toml says of it. InputError when it cannot be used."""
    article = article_of(source, source.data(most_mb))
    return applied(article, facts_for(source.path)) if source.path else article


def article_of(source: Source, data: bytes) -> Article:
    """Understand the bytes of a source. InputError when there is nothing in them to read."""
    try:
        article = _reader(source.source, data)(data, source=source.source)
    except InputError:
        raise
    except Exception:  # one odd file must not end the ingest of all the others
        _log.exception("A reader failed on %s", source.source)
        raise InputError("It could not be read: this is a fault in Answerdesk. Please report it.", "fault") from None
    return dataclasses.replace(_storable(article), key=source.key)


def _reader(name: str, data: bytes) -> Any:
    kind = SUFFIXES.get(PurePosixPath(name).suffix.lower(), "text")
    if kind == "text" and _HTML.match(data[:4096]):
        kind = "html"
    # Each is imported where it is used: most ingests need one.
    if kind == "html":
        from ingest import html

        return html.read
    if kind == "markdown":
        from ingest import markdown

        return markdown.read
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
