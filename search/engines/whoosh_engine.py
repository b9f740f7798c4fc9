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
from search import analysis
from search.engine import DamagedError, EngineState
from search.engines import columns
from search.engines.blocks import checksums
from search.engines.columns import Columns
from search.engines.ranker import Ranker, Segment
from search.fields import NAMES
from search.generations import WAIT_FOR_WRITER, Generation, Generations, SegmentEntry
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
        self._live: tuple[object, WhooshSnapshot] | None = None

    def writing(self, wait: bool = True) -> contextlib.AbstractContextManager[None]:
        return self._generations.writing(WAIT_FOR_WRITER if wait else 0.0)

    def apply(self, changes: Iterable[Change], number: int) -> None:
        with self.writing():
            live = self._generations.live()
            if live is None or live.change < number:
                self._build(live, ((change.article_id, change.article) for change in changes), number)

    def rebuild(self, articles: Iterable[Article], number: int, damage: DamagedError | None = None) -> None:
        with self.writing():
            self._build(None, ((article.id, article) for article in articles), number)
            self._generations.note_damage(damage.what if damage else None)
        self.close()

    def _build(self, start: Generation | None, articles: Iterable[tuple[str, Article | None]], number: int) -> None:
        before = None
        if start:
            self._generations.check(start, ".toc")
            before = WhooshSnapshot(self._generations.folder(start), start)
        with self._generations.building(start) as folder:
            opened = index.open_dir(str(folder)) if start else index.create_in(str(folder), SCHEMA)
            try:
                _write(opened, before, articles)
                if _is_fragmented(opened):
                    if start:
                        self._generations.check(start, ".seg")
                    _fold(opened)
                segments = _write_columns(opened, folder)
            finally:
                opened.close()
            sums = {one.columns: _sums(folder / one.columns, one.columns, start) for one in segments}
            built = Ranker([Segment(Columns(folder / one.columns, sums[one.columns]), one.deleted) for one in segments])
            self._generations.publish(
                folder, change=number, articles=built.articles, passages=len(built), segments=segments, start=start
            )

    def snapshot(self) -> WhooshSnapshot:
        stamp = self._generations.stamp()
        live = self._live
        if live is not None and live[0] == stamp:
            return live[1]
        with self._loading:
            if self._live is None or self._live[0] != stamp:
                self._live = self._open()
            return self._live[1]

    def _open(self) -> tuple[object, WhooshSnapshot]:
        """Open the live generation; one that is retired while it is opened has a successor."""
        while True:
            stamp = self._generations.stamp()
            try:
                generation = self._generations.live()
                if generation is None:
                    return stamp, WhooshSnapshot(None, None)
                folder = self._generations.folder(generation)
                return stamp, WhooshSnapshot(folder, generation, self._generations.damage())
            except DamagedError:
                if self._generations.stamp() == stamp:
                    raise

    def recover(self, damage: DamagedError) -> bool:
        with self.writing():
            try:
                self._decode_columns()
                self._open()[1].verify()
            except DamagedError:
                self._generations.set_aside()
                return False
            finally:
                self.close()
        return True

    def _decode_columns(self) -> None:
        """Write missing or damaged columns of the live generation anew from its Whoosh index."""
        generation = self._generations.live()
        if generation is None:
            return
        self._generations.check(generation, "")
        folder = self._generations.folder(generation)
        for one in generation.segments:
            try:
                Columns(folder / one.columns, generation.sums(one.columns)).verify()
            except DamagedError:
                shutil.rmtree(folder / one.columns, ignore_errors=True)
        opened = index.open_dir(str(folder))
        try:
            _write_columns(opened, folder)
        finally:
            opened.close()

    def close(self) -> None:
        with self._loading:
            self._live = None


class WhooshSnapshot:
    """One generation, read from its columns; the files stay mapped, and so there, while it is held."""

    def __init__(self, folder: Path | None, generation: Generation | None, damage: str | None = None) -> None:
        segments = []
        if folder and generation:
            for one in generation.segments:
                segments.append(Segment(Columns(folder / one.columns, generation.sums(one.columns)), one.deleted))
        self.ranker = Ranker(segments)
        self.state = EngineState(
            generation=generation.id if generation else None,
            change=generation.change if generation else 0,
            created=generation.created if generation else None,
            articles=self.ranker.articles,
            passages=len(self.ranker),
            damage=damage,
        )

    def candidates(self, query: Query, k: int) -> Candidates:
        return self.ranker.candidates(query, k)

    def terms(self, prefix: str) -> Mapping[str, int]:
        return self.ranker.terms(prefix)

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        numbers = {key: self.ranker.number_of(key) for key in ids}
        return {key: self.ranker.stored(number) for key, number in numbers.items() if number is not None}

    def verify(self) -> None:
        self.ranker.verify()


def _write(opened: Any, before: WhooshSnapshot | None, articles: Iterable[tuple[str, Article | None]]) -> None:
    """Write a delta: the passages of changed articles, and which older passages are deleted."""
    with _names_of_its_own():
        writer = opened.writer(limitmb=WRITER_MEMORY_MB)
    try:
        for article_id, article in articles:
            for number in before.ranker.numbers_of_article(article_id) if before else ():
                writer.delete_document(number)
            for stored in stored_passages(article) if article else ():
                writer.add_document(**_document(stored))
    except BaseException:
        writer.cancel()
        raise
    writer.commit(merge=False)


def _fold(opened: Any) -> None:
    """Write everything into one segment."""
    with _names_of_its_own():
        writer = opened.writer(limitmb=WRITER_MEMORY_MB)
    writer.commit(optimize=True)


def _write_columns(opened: Any, folder: Path) -> list[SegmentEntry]:
    """Decode the columns that are missing, remove those without a segment, and list the segments in order."""
    segments: list[SegmentEntry] = []
    reader = opened.reader()
    try:
        for leaf, _ in reader.leaf_readers():
            segment = leaf.segment()
            if segment is None:  # an index without a passage
                continue
            entry = SegmentEntry(f"columns-{segment.segment_id()}", tuple(sorted(segment.deleted_docs())))
            segments.append(entry)
            if not (folder / entry.columns).is_dir():
                passages = (_stored(leaf.stored_fields(number)) for number in range(leaf.doc_count_all()))
                columns.write(folder / entry.columns, passages, _postings(leaf))
    finally:
        reader.close()
    for path in folder.glob("columns-*"):
        if path.name not in {one.columns for one in segments}:
            shutil.rmtree(path)
    for path in folder.glob("*WRITELOCK"):
        path.unlink()
    return segments


def _sums(folder: Path, name: str, start: Generation | None) -> dict[str, Sequence[int]]:
    """Return the checksums of a columns folder: the known ones of a file that is shared, fresh ones otherwise."""
    return (start.sums(name) if start else {}) or {path.name: checksums(path) for path in folder.iterdir()}


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
