"""The passages that have a word, a phrase or a prefix: all segments of a generation together, as if they were one."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from search.engines.article_table import Numbers
from search.engines.best import Mask
from search.engines.columns import FIELD_STRIDE, PASSAGE_STRIDE, Columns
from search.fields import NAMES
from search.model import Clause
from search.scoring import Counted

# Clauses that are kept once they were asked for: at most so many, and no more than fit in some 500 MB. Those of
# MedQuAD's questions take 1.9 bytes for each passage of the library, at 400,000 passages.
CLAUSES_KEPT = 4096
PASSAGES_KEPT = 260_000_000


@dataclass(frozen=True, slots=True)
class Segment:
    """The columns of one Whoosh segment and the numbers of its deleted passages."""

    columns: Columns
    deleted: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """The passages that have a clause: their numbers over all segments, and the counts, narrow ones, a row a field."""

    documents: Numbers
    counts: npt.NDArray[np.integer[Any]]
    counted: Counted


class Postings:
    """Passages are numbered through all segments; `alive` tells those that are not deleted."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        sizes = [len(segment.columns) for segment in segments]
        self.starts = [sum(sizes[:n]) for n in range(len(sizes))]
        self.alive: Mask = np.ones(sum(sizes), bool)
        for start, segment in zip(self.starts, segments, strict=True):
            self.alive[[start + number for number in segment.deleted]] = False
        self._has_deleted = not self.alive.all()
        self.kept = min(CLAUSES_KEPT, PASSAGES_KEPT // max(len(self.alive), 1))
        self._match = functools.lru_cache(self.kept)(self._find)

    def match(self, clause: Clause) -> Match:
        """Return the passages that have a clause."""
        return self._match(clause.words, clause.kind == "prefix", clause.field)

    def match_row(self, *words: str) -> Match:
        """Return the passages that have a word, or several in a row."""
        return self._match(words, False, None)

    def mask(self, matches: Iterable[Match]) -> Mask:
        """Tell which passages are in one of `matches`."""
        mask = np.zeros(len(self.alive), bool)
        for match in matches:
            mask[match.documents] = True
        return mask

    def _find(self, words: tuple[str, ...], is_prefix: bool, field: str | None) -> Match:
        documents, counts = self._any_of(words) if is_prefix else self._row(words)
        if field is not None:
            counts = np.where(np.array([[name == field] for name in NAMES]), counts, 0)
            there = counts.any(axis=0)
            documents, counts = documents[there], counts[:, there]
        fields = tuple(np.count_nonzero(counts, axis=1).tolist())
        counted = Counted(fields, len(documents), int(counts.sum()))
        return Match(documents, counts.astype(np.min_scalar_type(counts.max(initial=0))), counted)

    def _row(self, words: Sequence[str]) -> tuple[Numbers, Numbers]:
        return self._postings(words[0]) if len(words) == 1 else self._phrase(words)

    def _any_of(self, terms: Sequence[str]) -> tuple[Numbers, Numbers]:
        total = np.zeros((len(NAMES), len(self.alive)), np.int64)
        for term in terms:
            documents, counts = self._postings(term)
            total[:, documents] += counts
        documents = np.flatnonzero(total.any(axis=0))
        return documents, total[:, documents]

    def _postings(self, term: str) -> tuple[Numbers, Numbers]:
        found = [segment.columns.postings(term) for segment in self._segments]
        documents = [own + start for start, (own, _) in zip(self.starts, found, strict=True)]
        return self._without_deleted(
            np.concatenate([np.zeros(0, np.int64), *documents]),
            np.concatenate([np.zeros((len(NAMES), 0), np.int32), *(counts for _, counts in found)], axis=1),
        )

    def _without_deleted(self, documents: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
        if self._has_deleted:
            alive = self.alive[documents]
            documents, counts = documents[alive], counts[:, alive]
        return documents, counts

    def _phrase(self, words: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Count a phrase: the places where each word stands as far from the first as in the phrase."""
        documents = [np.zeros(0, np.int64)]
        counts = [np.zeros((len(NAMES), 0), np.int64)]
        for start, segment in zip(self.starts, self._segments, strict=True):
            found = segment.columns.places(words[0])
            for distance, word in enumerate(words):
                if word and distance and len(found):
                    found = found[_are_among(found + distance, segment.columns.places(word))]
            own, at = np.unique(found // PASSAGE_STRIDE, return_inverse=True)
            fields = found % PASSAGE_STRIDE // FIELD_STRIDE
            documents.append(own + start)
            counts.append(np.stack([np.bincount(at[fields == n], minlength=len(own)) for n in range(len(NAMES))]))
        return self._without_deleted(np.concatenate(documents), np.concatenate(counts, axis=1))


def _are_among(values: Numbers, ordered: Numbers) -> Mask:
    """Tell which values are in an array that rises."""
    at = np.searchsorted(ordered, values)
    there: Mask = np.append(ordered, -1)[at] == values
    return there
