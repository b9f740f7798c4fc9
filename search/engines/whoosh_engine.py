"""The embedded engine: a real Whoosh index on disk, read as columns. The only importer of whoosh."""

from __future__ import annotations

import contextlib
import random
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whoosh import index
from whoosh.analysis import Analyzer, Token
from whoosh.fields import ID, STORED, TEXT, Schema

from corpus.article import Article, Change
from corpus.errors import OutageError
from search import analysis
from search.engine import EngineState
from search.engines import columns
from search.engines.ranker import Ranker, Segment
from search.fields import NAMES
from search.generations import Generation, Generations
from search.model import Candidates, Query, StoredPassage, stored_passages

# A delta is a Whoosh segment. More of them, or more in them and among the deleted than this share of all passages,
# and the next change folds everything into one.
MOST_SEGMENTS = 8
FOLD_AT = 0.05

WRITER_MEMORY_MB = 256
TEXT_GAP = 1  # positions between two texts of one field, so that no phrase reaches across


class PassageAnalyzer(Analyzer):  # type: ignore[misc]
    """Our analysis as Whoosh asks for it: the index finds the same words for any program that opens it."""

    def __call__(self, value: str, positions: bool = False, mode: str = "", **_: Any) -> Iterator[Any]:
        token = Token(positions, removestops=True, mode=mode)
        token.boost = 1.0
        start = 0
        for text in value.split("\x1f"):
            last = start
            for found in analysis.tokens(text):
                token.text, token.pos = found.stem, start + found.position
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


class WhooshEngine:
    """Generations of a Whoosh index under `home`/index, with their columns beside them."""

    def __init__(self, home: Path) -> None:
        self._generations = Generations(home / "index")
        self._loading = threading.Lock()
        self._live: tuple[object, _WhooshSnapshot] | None = None

    def apply(self, changes: Iterable[Change], number: int) -> None:
        with self._generations.writing():
            live = self._generations.live()
            if live is None:
                self._build(None, ((change.article_id, change.article) for change in changes), number)
            elif live.change < number:
                self._build(live, ((change.article_id, change.article) for change in changes), number)

    def rebuild(self, articles: Iterable[Article], number: int) -> None:
        with self._generations.writing():
            self._build(None, ((article.id, article) for article in articles), number)

    def _build(self, start: Generation | None, articles: Iterable[tuple[str, Article | None]], number: int) -> None:
        with self._generations.building(start) as folder:
            opened = index.open_dir(str(folder)) if start else index.create_in(str(folder), SCHEMA)
            with _names_of_its_own():
                writer = opened.writer(limitmb=WRITER_MEMORY_MB)
            try:
                for article_id, article in articles:
                    writer.delete_by_term("article_id", article_id)
                    for stored in stored_passages(article) if article else ():
                        writer.add_document(**_document(stored))
            except BaseException:
                writer.cancel()
                opened.close()
                raise
            writer.commit(merge=False)
            if _is_fragmented(opened):
                with _names_of_its_own():
                    writer = opened.writer(limitmb=WRITER_MEMORY_MB)
                writer.commit(optimize=True)
            opened.close()
            passages, found = _verify(folder)
            self._generations.publish(folder, change=number, articles=found, passages=passages)

    def snapshot(self) -> _WhooshSnapshot:
        stamp = self._generations.stamp()
        live = self._live
        if live is not None and live[0] == stamp:
            return live[1]
        with self._loading:
            if self._live is None or self._live[0] != stamp:
                self._live = self._open()
            return self._live[1]

    def _open(self) -> tuple[object, _WhooshSnapshot]:
        """Open the live generation; one that is retired while it is opened has a successor."""
        for _ in range(10):
            stamp = self._generations.stamp()
            generation = self._generations.live()
            try:
                if generation is None:
                    return stamp, _WhooshSnapshot(None, None)
                return stamp, _WhooshSnapshot(self._generations.folder(generation), generation)
            except (OSError, index.EmptyIndexError):
                if self._generations.stamp() == stamp:
                    break
        raise OutageError("The index is damaged. Run: answerdesk rebuild", "index_damaged")

    def close(self) -> None:
        with self._loading:
            if self._live is not None:
                self._live[1].close()
            self._live = None


class _WhooshSnapshot:
    """One generation: the Whoosh index for what is stored, the columns for what is ranked."""

    def __init__(self, folder: Path | None, generation: Generation | None) -> None:
        self._lock = threading.Lock()  # Whoosh's readers share the place in their file
        self._reader: Any = index.open_dir(str(folder)).reader() if folder else None
        segments = []
        self.column_folders = []
        if self._reader is not None and folder is not None:
            for leaf, _ in self._reader.leaf_readers():
                if leaf.segment() is None:  # an index without a passage
                    continue
                there = folder / f"columns-{leaf.segment().segment_id()}"
                self.column_folders.append(there)
                segments.append(Segment(_columns_of(leaf, there), tuple(leaf.segment().deleted_docs())))
        self._ranker = Ranker(segments)
        self.articles = self._ranker.articles
        self.state = EngineState(
            generation=generation.id if generation else None,
            change=generation.change if generation else 0,
            created=generation.created if generation else None,
            articles=self.articles,
            passages=len(self._ranker),
        )

    def __len__(self) -> int:
        return len(self._ranker)

    def candidates(self, query: Query, k: int) -> Candidates:
        return self._ranker.candidates(query, k)

    def terms(self, prefix: str) -> Mapping[str, int]:
        return self._ranker.terms(prefix)

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        numbers = {key: number for key in ids if (number := self._ranker.number_of(key)) is not None}
        with self._lock:
            return {key: _stored(self._reader.stored_fields(number)) for key, number in numbers.items()}

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()


@contextlib.contextmanager
def _names_of_its_own() -> Iterator[None]:
    """Let Whoosh name a segment from fresh randomness: from a seeded `random` it would overwrite an older one."""
    state = random.getstate()
    random.seed()
    try:
        yield
    finally:
        random.setstate(state)


def _is_fragmented(opened: Any) -> bool:
    reader = opened.reader()
    try:
        sizes = [(leaf.doc_count_all(), leaf.doc_count()) for leaf, _ in reader.leaf_readers()]
    finally:
        reader.close()
    if len(sizes) < 2 and all(everything == alive for everything, alive in sizes):
        return False
    base = max(alive for _, alive in sizes)
    total = sum(everything for everything, _ in sizes)
    return len(sizes) > MOST_SEGMENTS or total - base > FOLD_AT * base


def _verify(folder: Path) -> tuple[int, int]:
    """Open what was built as a search would, columns included; return how many passages and articles it holds."""
    built = _WhooshSnapshot(folder, None)
    segments = {path.name for path in built.column_folders}
    passages, articles = len(built), built.articles
    built.close()
    for path in folder.glob("columns-*"):
        if path.name not in segments:
            shutil.rmtree(path)
    return passages, articles


def _document(stored: StoredPassage) -> dict[str, Any]:
    texts = {name: "\x1f".join(texts) for name, texts in stored.field_texts().items()}
    facts = {
        name: getattr(stored, name)
        for name in ("heading_path", "anchor", "context", "url", "source", "language", "reviewed", "labels", "cautions")
    }
    return {"passage_id": stored.passage_id, "article_id": stored.article_id, "facts": facts, **texts}


def _stored(fields: Mapping[str, Any]) -> StoredPassage:
    return StoredPassage(
        passage_id=fields["passage_id"],
        article_id=fields["article_id"],
        article_title=fields["title"],
        text=fields["body"],
        **fields["facts"],
    )


def _columns_of(reader: Any, folder: Path) -> columns.Columns:
    """Open a segment's columns; where they are missing, decode them from the index."""
    if not folder.is_dir():
        passages = (_stored(reader.stored_fields(number)) for number in range(reader.doc_count_all()))
        columns.write(folder, passages, _postings(reader))
    return columns.Columns(folder)


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
        yield columns.FieldPostings(term.decode("utf-8"), field, documents, positions)
