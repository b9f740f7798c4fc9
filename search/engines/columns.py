"""Columns: the postings of one Whoosh segment as arrays, so that a query adds up whole columns at once.

A cache beside the index: deleted, they are decoded from it again, with the same hits.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from search.fields import NAMES
from search.model import StoredPassage

Ints = npt.NDArray[np.int64]

# A position is the word's place in its field plus the field's number times this.
FIELD_STRIDE = 1 << 28
_ARRAYS = ("postings", "documents", "counts", "position_starts", "positions", "lengths", "article_of")


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What filters and facets look at."""

    article_id: str
    source: str
    language: str
    reviewed: str | None
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """The postings of one word in one field: `documents` rise, `positions` holds one array a document."""

    term: str
    field: int
    documents: Sequence[int]
    positions: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Postings:
    """The passages that have a word: their numbers (rising) and how often, a row a field."""

    documents: npt.NDArray[np.int32]
    counts: npt.NDArray[np.uint16]


class Columns:
    """The arrays of one segment, memory-mapped from `folder`."""

    def __init__(self, folder: Path) -> None:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        self._postings = arrays["postings"]
        self._documents = arrays["documents"]
        self._counts = arrays["counts"]
        self._position_starts = arrays["position_starts"]
        self._positions = arrays["positions"]
        self.lengths: npt.NDArray[np.int32] = arrays["lengths"]
        self.article_of: npt.NDArray[np.int32] = arrays["article_of"]
        words = (folder / "terms.txt").read_text(encoding="utf-8").split("\n")
        self.terms = {word: number for number, word in enumerate(words) if word}
        stored = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
        self.passage_ids: list[str] = stored["passage_ids"]
        self.articles = [ArticleFacts(**{**facts, "labels": tuple(facts["labels"])}) for facts in stored["articles"]]

    def __len__(self) -> int:
        return len(self.passage_ids)

    def postings(self, term: str) -> Postings:
        """Return the postings of `term`; they are empty for a word that is not there."""
        number = self.terms.get(term)
        first, last = (0, 0) if number is None else (self._postings[number], self._postings[number + 1])
        return Postings(self._documents[first:last], self._counts[:, first:last])

    def positions(self, term: str) -> Iterator[tuple[int, Ints]]:
        """Yield (document, positions) for each passage that has `term`."""
        number = self.terms.get(term)
        if number is None:
            return
        found = self.postings(term)
        start = int(self._position_starts[number])
        for document, count in zip(found.documents, found.counts.sum(axis=0, dtype=np.int64), strict=True):
            yield int(document), self._positions[start : start + count].astype(np.int64)
            start += int(count)


def write(folder: Path, passages: Iterable[StoredPassage], postings: Iterable[FieldPostings]) -> None:
    """Write the columns of a segment: its passages in order, its postings sorted by term, then by field."""
    passage_ids: list[str] = []
    articles: dict[str, int] = {}
    facts: list[dict[str, Any]] = []
    article_of: list[int] = []
    for stored in passages:
        passage_ids.append(stored.passage_id)
        if stored.article_id not in articles:
            articles[stored.article_id] = len(facts)
            facts.append(asdict(facts_of(stored)))
        article_of.append(articles[stored.article_id])
    arrays = _arrays(len(passage_ids), postings)
    building = folder.with_name(f"{folder.name}.{uuid.uuid4().hex[:8]}")
    building.mkdir()
    (building / "terms.txt").write_text("\n".join(arrays.pop("terms")), encoding="utf-8")
    for name, values in {**arrays, "article_of": np.array(article_of, np.int32)}.items():
        np.save(building / f"{name}.npy", values)
    (building / "passages.json").write_text(
        json.dumps({"passage_ids": passage_ids, "articles": facts}, ensure_ascii=False), encoding="utf-8"
    )
    try:
        building.rename(folder)
    except OSError:  # another process decoded the same segment meanwhile
        shutil.rmtree(building)


def facts_of(stored: StoredPassage) -> ArticleFacts:
    """Return the facts of a passage's article."""
    return ArticleFacts(stored.article_id, stored.source, stored.language, stored.reviewed, stored.labels)


def _arrays(size: int, postings: Iterable[FieldPostings]) -> dict[str, Any]:
    terms: list[str] = []
    starts, position_starts = [0], [0]
    documents: list[npt.NDArray[np.int32]] = []
    counts: list[npt.NDArray[np.uint16]] = []
    positions: list[npt.NDArray[np.uint32]] = []
    lengths = np.zeros((len(NAMES), size), np.int32)
    for term, fields in groupby(postings, key=lambda one: one.term):
        having: Mapping[int, FieldPostings] = {one.field: one for one in fields}
        there = np.unique(np.concatenate([np.asarray(one.documents, np.int32) for one in having.values()]))
        own = np.zeros((len(NAMES), len(there)), np.uint16)
        places: list[list[int]] = [[] for _ in there]
        for field, one in having.items():
            at = np.searchsorted(there, np.asarray(one.documents, np.int32))
            own[field, at] = [len(found) for found in one.positions]
            for number, found in zip(at.tolist(), one.positions, strict=True):
                places[number].extend(field * FIELD_STRIDE + place for place in found)
        lengths[:, there] += own
        terms.append(term)
        documents.append(there)
        counts.append(own)
        flat = np.fromiter((place for found in places for place in found), np.uint32)
        positions.append(flat)
        starts.append(starts[-1] + len(there))
        position_starts.append(position_starts[-1] + len(flat))
    return {
        "terms": terms,
        "postings": np.array(starts, np.int64),
        "documents": np.concatenate([np.zeros(0, np.int32), *documents]),
        "counts": np.concatenate([np.zeros((len(NAMES), 0), np.uint16), *counts], axis=1),
        "position_starts": np.array(position_starts, np.int64),
        "positions": np.concatenate([np.zeros(0, np.uint32), *positions]),
        "lengths": lengths,
    }
