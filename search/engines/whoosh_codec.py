"""Columns as Whoosh reads them: a codec, its extension point for segments that are kept in another form."""

from __future__ import annotations

import bisect
import functools
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from search.engines.blocks import checksums
from search.engines.columns import FIELD_STRIDE, PASSAGE_STRIDE, Columns
from search.fields import NAMES

INDEX_NAME = "MAIN"  # Whoosh's own default


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
