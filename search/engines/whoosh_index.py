"""The Whoosh index of one generation: a schema, a table of contents, and segments that keep everything as columns.

Columns stand in for Whoosh's own files by a codec: any program that opens the index with `whoosh.index.open_dir` finds
the same passages for the same words.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from whoosh.analysis import Analyzer, Token
from whoosh.fields import STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from corpus.article import Article
from search import analysis
from search.engines import building
from search.engines.columns import Columns
from search.engines.whoosh_codec import INDEX_NAME, ColumnsSegment
from search.generations import SegmentEntry
from search.model import StoredPassage, stored_passages

BASE, DELTA = "base", "delta"


class PassageAnalyzer(Analyzer):  # type: ignore[misc]
    """Our analysis as Whoosh asks for it of a query, read as English."""

    def __call__(self, value: str, positions: bool = False, mode: str = "", **_: Any) -> Iterator[Any]:
        token = Token(positions, removestops=True, mode=mode)
        token.boost = 1.0
        for found in analysis.tokens(value, "en"):
            for token.text in found.stems:
                token.pos, token.startchar, token.endchar = found.position, found.start, found.end
                yield token


SCHEMA = Schema(
    passage_id=STORED,
    article_id=STORED,
    title=TEXT(analyzer=PassageAnalyzer(), phrase=True, stored=True),
    headings=TEXT(analyzer=PassageAnalyzer(), phrase=True),
    body=TEXT(analyzer=PassageAnalyzer(), phrase=True, stored=True),
    facts=STORED,
)


def create(folder: Path) -> None:
    """Begin an index without passages."""
    TOC.create(FileStorage(str(folder)), SCHEMA, INDEX_NAME)


def write(
    folder: Path,
    articles: Iterable[tuple[str, Article | None]],
    places_of: Callable[[str], Iterable[tuple[str, int]]],
    kind: str,
) -> list[SegmentEntry]:
    """Write changed articles as new segments of a kind; list all segments.

    `places_of` tells the passages that an article had, to be deleted: the columns they are in, and their numbers there.
    """
    storage = FileStorage(str(folder))
    contents = TOC.read(storage, INDEX_NAME)
    known = {segment.columns: segment for segment in contents.segments}

    def passages() -> Iterator[StoredPassage]:
        for article_id, article in articles:
            for columns, number in places_of(article_id):
                known[columns].deleted.add(number)
            yield from stored_passages(article) if article else ()

    added = _write_columns(folder, passages(), kind)
    return _write_contents(folder, contents, [*contents.segments, *added])


def merge(folder: Path, names: Mapping[str, Columns], kind: str) -> list[SegmentEntry]:
    """Write the segments that have these columns anew, without what is deleted in them; list all segments."""
    contents = TOC.read(FileStorage(str(folder)), INDEX_NAME)
    merged = [segment for segment in contents.segments if segment.columns in names]
    others = [segment for segment in contents.segments if segment not in merged]
    passages = (
        names[segment.columns].stored(number)
        for segment in merged
        for number in range(segment.size)
        if number not in segment.deleted
    )
    return _write_contents(folder, contents, [*others, *_write_columns(folder, passages, kind)])


def _write_columns(folder: Path, passages: Iterator[StoredPassage], kind: str) -> Iterator[ColumnsSegment]:
    """Write segments of about as many passages as one may have; all of an article's are in one."""
    articles = (list(own) for _, own in groupby(passages, key=lambda one: one.article_id))
    for first in articles:
        segment = ColumnsSegment(kind)
        segment.size = building.write(folder / segment.columns, chain(first, _more(articles, len(first))))
        yield segment


def _more(articles: Iterator[list[StoredPassage]], size: int) -> Iterator[StoredPassage]:
    while size < building.MOST_PASSAGES:
        following = next(articles, [])
        if not following:
            return
        size += len(following)
        yield from following


def _write_contents(folder: Path, before: TOC, segments: Iterable[ColumnsSegment]) -> list[SegmentEntry]:
    contents = TOC(SCHEMA, list(segments), before.generation + 1)
    contents.write(FileStorage(str(folder)), INDEX_NAME)
    for path in folder.glob(f"_{INDEX_NAME}_{before.generation}.toc"):
        path.unlink()
    for path in folder.iterdir():
        if path.is_dir() and path.name not in {segment.columns for segment in contents.segments}:
            shutil.rmtree(path)
    return [SegmentEntry(one.columns, tuple(sorted(one.deleted))) for one in contents.segments]
