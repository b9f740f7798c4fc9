"""Columns: the postings of one Whoosh segment as arrays, so that a query adds up whole columns at once.

A cache beside the index: deleted, they are decoded from it again, byte for byte.
"""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from search.analysis import written_words
from search.engines.article_table import ArticleFacts, ArticleTable, Numbers, facts_of
from search.engines.blocks import Blobs, BlockArray
from search.fields import NAMES
from search.model import Place, StoredPassage, places
from search.vectors import Keys, key_of, text_of

# The files of a segment's columns, and what they hold.
FILES: dict[str, npt.DTypeLike] = {
    "terms": np.uint8,
    "terms-starts": np.int64,
    "posting-starts": np.int64,
    "position-starts": np.int64,
    "documents": np.int32,
    **{f"counts-{name}": np.uint16 for name in NAMES},
    "positions": np.uint32,
    **{f"lengths-{name}": np.int32 for name in NAMES},
    "articles-of": np.int32,
    "text-keys": np.uint64,
    "articles": np.uint8,
    "ids": np.uint8,
    "ids-starts": np.int64,
    "spellings": np.uint8,
    "spelling-counts": np.int32,
    "stored": np.uint8,
    "stored-starts": np.int64,
}

# A position is the word's place in its field plus the field's number times this.
FIELD_STRIDE = 1 << 28
PASSAGE_STRIDE = 1 << 32

_PASSAGE = msgspec.json.Decoder(StoredPassage)
_FACTS = msgspec.json.Decoder(list[ArticleFacts])


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """The postings of one word in one field: `documents` rise, `positions` holds one array a document."""

    term: bytes
    field: int
    documents: Sequence[int]
    positions: Sequence[Sequence[int]]


class Columns:
    """The arrays of one segment, memory-mapped from `folder`; `sums` are the checksums of its files, by name.

    Raises:
        DamagedError: from any method, when a file is not what was written.
    """

    def __init__(self, folder: Path, sums: dict[str, Sequence[int]]) -> None:
        self.sums = sums
        arrays = {name: BlockArray(folder, name, dtype, sums) for name, dtype in FILES.items()}
        self._arrays = arrays.values()
        self.terms = Blobs(arrays["terms"], arrays["terms-starts"])
        self._posting_starts = arrays["posting-starts"]
        self._position_starts = arrays["position-starts"]
        self._documents = arrays["documents"]
        self._counts = [arrays[f"counts-{name}"] for name in NAMES]
        self._positions = arrays["positions"]
        self.lengths = np.stack([arrays[f"lengths-{name}"].read() for name in NAMES])
        self.article_of: npt.NDArray[np.int32] = arrays["articles-of"].read()
        articles = int(self.article_of[-1]) + 1 if len(self.article_of) else 0
        self._article_starts = np.searchsorted(self.article_of, np.arange(articles + 1))
        self._text_keys = arrays["text-keys"]
        self._ids = Blobs(arrays["ids"], arrays["ids-starts"])
        self._spellings = arrays["spellings"]
        self._spelling_counts = arrays["spelling-counts"]
        self._stored = Blobs(arrays["stored"], arrays["stored-starts"])
        self.articles = ArticleTable(_FACTS.decode(arrays["articles"].read().tobytes()))

    @property
    def text_keys(self) -> Keys:
        """The keys of the passages' texts, by which their vectors are found."""
        return self._text_keys.read()

    def passage_id(self, number: int) -> str:
        """Return the id of a passage."""
        return self._ids.taken(number).decode()

    def number_of(self, passage_id: str) -> int | None:
        """Return the number of a passage, deleted or not."""
        own = self.numbers_of_article(passage_id.partition(".")[0])
        return next((number for number in own if self.passage_id(number) == passage_id), None)

    def numbers_of_article(self, article_id: str) -> range:
        """Return the numbers of an article's passages, deleted or not; they follow one another."""
        article = self.articles.numbers.get(article_id)
        if article is None:
            return range(0)
        return range(int(self._article_starts[article]), int(self._article_starts[article + 1]))

    def per_article(self, mask: npt.NDArray[np.bool_]) -> Numbers:
        """Return how many passages of each article are in a mask of all passages."""
        before = np.zeros(len(mask) + 1, np.int64)
        np.cumsum(mask, out=before[1:])
        return np.diff(before[self._article_starts])

    def stored(self, number: int) -> StoredPassage:
        """Return a passage as a hit shows it."""
        return _PASSAGE.decode(self._stored[number])

    @functools.cached_property
    def headings(self) -> list[Place]:
        """The titles and headings of the articles, deleted or not."""
        return list(places(map(self.stored, range(len(self)))))

    def __len__(self) -> int:
        return len(self.article_of)

    def postings(self, term: str) -> tuple[npt.NDArray[np.int32], list[npt.NDArray[np.uint16]]]:
        """Return the passages that have `term` (numbers, rising) and how often, an array a field."""
        number = self.terms.find(term.encode())
        first, last = (0, 0) if number is None else self._posting_starts.read(number, number + 2).tolist()
        return self._documents.read(first, last), [counts.read(first, last) for counts in self._counts]

    def places(self, term: str) -> Numbers:
        """Return where `term` stands, rising: the passage's number times `PASSAGE_STRIDE` plus the position."""
        number = self.terms.find(term.encode())
        if number is None:
            return np.zeros(0, np.int64)
        documents, counts = self.postings(term)
        first, last = self._position_starts.read(number, number + 2).tolist()
        starts: Numbers = documents.astype(np.int64) * PASSAGE_STRIDE
        starts = np.repeat(starts, np.sum(counts, axis=0, dtype=np.int64))
        return starts + self._positions.read(first, last).astype(np.int64)

    def spellings(self) -> dict[str, int]:
        """Return the words as they are written, in lower case, and how often; those of deleted passages with them."""
        words = self._spellings.read().tobytes().decode("utf-8", "surrogatepass")
        return dict(zip(words.split("\n"), self._spelling_counts.read().tolist(), strict=False))

    def verify(self) -> None:
        """Check every block that was not read yet."""
        for array in self._arrays:
            array.read()

    def words(self, prefix: str) -> Iterator[str]:
        """Yield the terms that start with `prefix`."""
        wanted = prefix.encode()
        for number in range(self.terms.first_from(wanted), len(self.terms)):
            term = self.terms.taken(number)
            if not term.startswith(wanted):
                return
            yield term.decode()


class _Files:
    """The files of one folder, all of which grow together."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._files = {name: stack.enter_context((folder / f"{name}.bin").open("wb")) for name in FILES}

    def add(self, name: str, values: Any) -> None:
        """Append bytes or numbers."""
        self._files[name].write(values if isinstance(values, bytes) else np.asarray(values, FILES[name]).tobytes())


def write(folder: Path, passages: Iterable[StoredPassage], postings: Iterable[FieldPostings]) -> None:
    """Write the columns of a segment: its passages in order, its postings sorted by term, then by field.

    Streams: memory holds one word's postings at a time, the passages' ids and lengths, and the articles' facts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        files = _Files(folder, stack)
        size = _write_passages(files, passages)
        _write_postings(files, postings, size)


def _write_passages(files: _Files, passages: Iterable[StoredPassage]) -> int:
    ids: list[bytes] = []
    articles: dict[str, int] = {}
    facts: list[ArticleFacts] = []
    starts = [0]
    spellings: Counter[str] = Counter()
    for stored in passages:
        spellings.update(written_words(text for texts in stored.field_texts().values() for text in texts))
        ids.append(stored.passage_id.encode())
        if stored.article_id not in articles:
            articles[stored.article_id] = len(facts)
            facts.append(facts_of(stored))
        files.add("articles-of", [articles[stored.article_id]])
        files.add("text-keys", [key_of(text_of(stored))])
        data = msgspec.json.encode(stored)
        files.add("stored", data)
        starts.append(starts[-1] + len(data))
    files.add("stored-starts", starts)
    files.add("spellings", "\n".join(spellings).encode("utf-8", "surrogatepass"))
    files.add("spelling-counts", list(spellings.values()))
    files.add("ids", b"".join(ids))
    files.add("ids-starts", np.cumsum([0, *map(len, ids)]))
    files.add("articles", msgspec.json.encode(facts))
    return len(ids)


def _write_postings(files: _Files, postings: Iterable[FieldPostings], size: int) -> None:
    lengths = np.zeros((len(NAMES), size), np.int32)
    term_starts, posting_starts, position_starts = [0], [0], [0]
    for term, fields in groupby(postings, key=lambda one: one.term):
        having: Mapping[int, FieldPostings] = {one.field: one for one in fields}
        documents = np.unique(np.concatenate([np.asarray(one.documents, np.int32) for one in having.values()]))
        counts = np.zeros((len(NAMES), len(documents)), np.uint16)
        places: list[list[int]] = [[] for _ in documents]
        for field, one in having.items():
            at = np.searchsorted(documents, np.asarray(one.documents, np.int32))
            counts[field, at] = [len(found) for found in one.positions]
            for number, found in zip(at.tolist(), one.positions, strict=True):
                places[number].extend(field * FIELD_STRIDE + place for place in found)
        lengths[:, documents] += counts
        flat = [place for found in places for place in found]
        files.add("terms", term)
        files.add("documents", documents)
        files.add("positions", flat)
        for name, own in zip(NAMES, counts, strict=True):
            files.add(f"counts-{name}", own)
        term_starts.append(term_starts[-1] + len(term))
        posting_starts.append(posting_starts[-1] + len(documents))
        position_starts.append(position_starts[-1] + len(flat))
    files.add("terms-starts", term_starts)
    files.add("posting-starts", posting_starts)
    files.add("position-starts", position_starts)
    for name, column in zip(NAMES, lengths, strict=True):
        files.add(f"lengths-{name}", column)
