"""The Whoosh index of one generation: written, merged, and decoded into columns. The only importer of whoosh."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whoosh import index
from whoosh.analysis import Analyzer, Token
from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.reading import SegmentReader

from corpus.article import Article
from search import analysis
from search.engines import columns
from search.fields import NAMES
from search.generations import SegmentEntry
from search.model import StoredPassage, stored_passages

WRITER_MEMORY_MB = 256
LANGUAGE_END, TEXT_END = "\x1e", "\x1f"  # what is indexed: its language, then its texts; English where none is said
TEXT_GAP = 1  # positions between two texts of one field, so that no phrase reaches across


class PassageAnalyzer(Analyzer):  # type: ignore[misc]
    """Our analysis as Whoosh asks for it: the index finds the same words for any program that opens it."""

    def __call__(self, value: str, positions: bool = False, mode: str = "", **_: Any) -> Iterator[Any]:
        token = Token(positions, removestops=True, mode=mode)
        token.boost = 1.0
        start = 0
        language, said, texts = value.partition(LANGUAGE_END)
        for text in (texts if said else value).split(TEXT_END):
            last = start
            for found in analysis.tokens(text, language if said else "en"):
                for stem in found.stems:
                    token.text, token.pos = stem, start + found.position
                    last = token.pos + 1
                    yield token
            start = last + TEXT_GAP


SCHEMA = Schema(
    passage_id=ID(stored=True, unique=True),
    article_id=ID(stored=True),
    title=TEXT(analyzer=PassageAnalyzer(), phrase=True, stored=True),
    headings=TEXT(analyzer=PassageAnalyzer(), phrase=True),
    body=TEXT(analyzer=PassageAnalyzer(), phrase=True, stored=True),
    facts=STORED,
)


def create(folder: Path) -> None:
    """Begin an index without passages."""
    index.create_in(str(folder), SCHEMA).close()


def write(
    folder: Path, articles: Iterable[tuple[str, Article | None]], numbers_of: Callable[[str], Sequence[int]]
) -> None:
    """Write changed articles as one more segment; `numbers_of` tells the passages an article had, to be deleted."""
    with _writer(folder) as writer:
        for article_id, article in articles:
            for number in numbers_of(article_id):
                writer.delete_document(number)
            for stored in stored_passages(article) if article else ():
                writer.add_document(**_document(stored))


def merge(folder: Path, names: Collection[str]) -> None:
    """Write the segments that have these columns as one, without what is deleted in them."""

    def chosen(writer: Any, segments: Sequence[Any]) -> list[Any]:
        for segment in segments:
            if columns_of(segment) in names:
                with contextlib.closing(SegmentReader(writer.storage, writer.schema, segment)) as reader:
                    writer.add_reader(reader)
        return [segment for segment in segments if columns_of(segment) not in names]

    with _writer(folder, mergetype=chosen):
        pass


def decode(folder: Path) -> list[SegmentEntry]:
    """Write the columns that are missing, remove those without a segment, and list the segments in order."""
    segments: list[SegmentEntry] = []
    with contextlib.closing(index.open_dir(str(folder))) as opened:
        for segment in opened._segments():
            entry = SegmentEntry(columns_of(segment), tuple(sorted(segment.deleted_docs())))
            segments.append(entry)
            if not (folder / entry.columns).is_dir():
                with contextlib.closing(SegmentReader(opened.storage, opened.schema, segment)) as reader:
                    passages = (_stored(reader.stored_fields(number)) for number in range(reader.doc_count_all()))
                    columns.write(folder / entry.columns, passages, _postings(reader))
    for path in folder.glob("columns-*"):
        if path.name not in {one.columns for one in segments}:
            shutil.rmtree(path)
    for path in folder.glob("*WRITELOCK"):
        path.unlink()
    return segments


def columns_of(segment: Any) -> str:
    """Return the name of the folder that holds the columns of a segment."""
    return f"columns-{segment.segment_id()}"


@contextlib.contextmanager
def _writer(folder: Path, **commit: Any) -> Iterator[Any]:
    with contextlib.closing(index.open_dir(str(folder))) as opened:
        with _names_of_its_own():
            writer = opened.writer(limitmb=WRITER_MEMORY_MB)
        try:
            yield writer
        except BaseException:
            writer.cancel()
            raise
        writer.commit(**(commit or {"merge": False}))


@contextlib.contextmanager
def _names_of_its_own() -> Iterator[None]:
    """Let Whoosh name a segment from fresh randomness: from a seeded `random` it would overwrite an older one."""
    state = random.getstate()
    random.seed()
    try:
        yield
    finally:
        random.setstate(state)


def _document(stored: StoredPassage) -> dict[str, Any]:
    texts = {name: TEXT_END.join(texts) for name, texts in stored.field_texts().items()}
    indexed = {f"_stored_{name}": text for name, text in texts.items() if SCHEMA[name].stored}
    indexed |= {name: stored.language + LANGUAGE_END + text for name, text in texts.items()}
    facts = {
        name: getattr(stored, name)
        for name in "heading_path anchor context url source language reviewed labels cautions page".split()
    }
    return {"passage_id": stored.passage_id, "article_id": stored.article_id, "facts": facts, **indexed}


def _stored(fields: Mapping[str, Any]) -> StoredPassage:
    return StoredPassage(
        passage_id=fields["passage_id"],
        article_id=fields["article_id"],
        article_title=fields["title"],
        text=fields["body"],
        **fields["facts"],
    )


def _postings(reader: Any) -> Iterator[columns.FieldPostings]:
    """Yield the postings of a segment, sorted by term and then by field; deleted passages are among them."""
    terms = sorted((term, NAMES.index(field)) for field, term in reader.all_terms() if field in NAMES)
    for term, field in terms:
        matcher = reader.postings(NAMES[field], term)
        documents, positions = [], []
        while matcher.is_active():
            documents.append(matcher.id())
            positions.append(matcher.value_as("positions"))
            matcher.next()
        yield columns.FieldPostings(term, field, documents, positions)
