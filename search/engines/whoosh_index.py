"""The Whoosh index of one generation: a schema, a table of contents, and segments that keep everything as columns.

The only importer of whoosh. Columns stand in for Whoosh's own files by a codec, its extension point for that: any
program that opens the index with `whoosh.index.open_dir` finds the same passages for the same words.
"""

from __future__ import annotations

import bisect
import functools
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.analysis import Analyzer, Token
from whoosh.codec import base
from whoosh.fields import STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from corpus.article import Article
from search import analysis
from search.engines import building
from search.engines.blocks import checksums
from search.engines.columns import FIELD_STRIDE, PASSAGE_STRIDE, Columns
from search.fields import NAMES
from search.generations import SegmentEntry
from search.model import StoredPassage, stored_passages

INDEX_NAME = "MAIN"  # Whoosh's own default
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


class ColumnsSegment(base.Segment):  # type: ignore[misc]
    """A segment of `size` passages; `kind` tells what was built in one go from what was added to it."""

    def __init__(self, kind: str) -> None:
        self.indexname, self.compound = INDEX_NAME, False
        self.segid = uuid.uuid4().hex[:16]  # Whoosh's own come from `random`, and a seeded one repeats itself
        self.columns = f"{kind}-{self.segid}"
        self.size = 0
        self.deleted: set[int] = set()

    def codec(self) -> ColumnsCodec:
        return ColumnsCodec()

    def doc_count_all(self) -> int:
        return self.size

    def deleted_count(self) -> int:
        return len(self.deleted)

    def deleted_docs(self) -> set[int]:
        return self.deleted

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self.deleted

    def should_assemble(self) -> bool:
        return False


class ColumnsCodec(base.Codec):  # type: ignore[misc]
    """Reads columns for Whoosh."""

    def terms_reader(self, storage: FileStorage, segment: ColumnsSegment) -> _Terms:
        return _Terms(_open(storage, segment))

    def per_document_reader(self, storage: FileStorage, segment: ColumnsSegment) -> _Passages:
        return _Passages(_open(storage, segment), segment)

    def automata(self, storage: FileStorage, segment: ColumnsSegment) -> base.Automata:
        return base.Automata()


def _open(storage: FileStorage, segment: ColumnsSegment) -> Columns:
    folder = Path(storage.folder) / segment.columns
    return Columns(folder, {path.name: checksums(path) for path in folder.iterdir()})


class _Terms(base.TermsReader):  # type: ignore[misc]
    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._terms = functools.cache(self._find_terms)

    def _find_terms(self, field: str) -> list[bytes]:
        if field not in NAMES:
            raise TermNotFound(f"There is no field {field!r}.")
        every = self._columns.words("")
        return [word.encode() for word in every if self._columns.postings(word)[1][NAMES.index(field)].any()]

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        field, text = term
        return field in NAMES and bool(len(self._having(field, text)[0]))

    def _having(self, field: str, text: bytes) -> tuple[Any, Any]:
        documents, counts = self._columns.postings(text.decode())
        own = counts[NAMES.index(field)]
        return documents[own > 0], own[own > 0]

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((field, text) for field in sorted(NAMES) for text in self._terms(field))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        return ((fieldname, text) for text in self._terms(fieldname) if text >= prefix)

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        documents, counts = self._having(fieldname, text)
        if not len(documents):
            raise TermNotFound(f"{fieldname}:{text!r}")
        lengths = self._columns.lengths[NAMES.index(fieldname), documents]
        return TermInfo(
            weight=float(counts.sum()),
            df=len(documents),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(counts.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        documents, counts = self._having(fieldname, text)
        places = self._columns.places(text.decode())
        own = places % PASSAGE_STRIDE // FIELD_STRIDE == NAMES.index(fieldname)
        positions = np.split(places[own] % FIELD_STRIDE, np.cumsum(counts)[:-1])
        return ListMatcher(
            documents.tolist(),
            counts.astype(float).tolist(),
            [format_.encode(one.tolist()) for one in positions],
            format_,
            scorer=scorer,
            term=(fieldname, text),
            terminfo=self.term_info(fieldname, text),
        )

    def cursor(self, fieldname: str, fieldobj: Any) -> _Cursor:
        return _Cursor(self._terms(fieldname))

    def indexed_field_names(self) -> Sequence[str]:
        return NAMES


class _Cursor(base.FieldCursor):  # type: ignore[misc]
    """Steps through the words of a field; Whoosh looks for near ones with it."""

    def __init__(self, words: Sequence[bytes]) -> None:
        self._words = words
        self._at = 0

    def first(self) -> str | None:
        self._at = 0
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        self._at = bisect.bisect_left(self._words, string.encode() if isinstance(string, str) else string)
        return self.text()

    def next(self) -> str | None:
        self._at += 1
        return self.text()

    def text(self) -> str | None:
        return self._words[self._at].decode() if self._at < len(self._words) else None


class _Passages(base.PerDocumentReader):  # type: ignore[misc]
    def __init__(self, columns: Columns, segment: ColumnsSegment) -> None:
        self._columns = columns
        self._segment = segment

    def doc_count(self) -> int:
        return len(self._columns) - len(self._segment.deleted)

    def doc_count_all(self) -> int:
        return len(self._columns)

    def has_deletions(self) -> bool:
        return bool(self._segment.deleted)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._segment.deleted

    def deleted_docs(self) -> set[int]:
        return self._segment.deleted

    def _lengths(self, field: str) -> Any:
        return self._columns.lengths[NAMES.index(field)]

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._lengths(fieldname)[docnum]) if fieldname in NAMES else default

    def field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).min())

    def max_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).max())

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        facts = self._columns.stored(docnum)._asdict()
        shown = {"title": "article_title", "body": "text", "passage_id": "passage_id", "article_id": "article_id"}
        return {name: facts.pop(field) for name, field in shown.items()} | {"facts": facts}


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
