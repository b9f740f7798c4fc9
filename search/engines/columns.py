"""Columns: all that one segment of the index holds, as arrays, so that a query adds up whole columns at once."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from search.engines.article_table import ArticleFacts, ArticleTable, Numbers
from search.engines.blocks import Blobs, BlockArray
from search.fields import NAMES
from search.model import Place, StoredPassage, places
from search.vectors import Keys

# Where a word stands: the passage's number times the one, the field's times the other, and the place in the field.
FIELD_STRIDE = 1 << 28
PASSAGE_STRIDE = 1 << 32

_PASSAGE = msgspec.json.Decoder(StoredPassage)
_FACTS = msgspec.json.Decoder(list[ArticleFacts])


class Columns:
    """The arrays of one segment, memory-mapped from `folder`; `sums` are the checksums of its files, by name.

    Raises:
        DamagedError: from any method, when a file is not what was written.
    """

    def __init__(self, folder: Path, sums: Mapping[str, Sequence[int]]) -> None:
        self.sums = sums
        self._arrays: list[BlockArray] = []

        def array(name: str) -> BlockArray:
            self._arrays.append(BlockArray(folder, name, sums))
            return self._arrays[-1]

        self.terms = Blobs(array("terms"), array("terms-starts"))
        self._posting_starts = array("posting-starts")
        self._position_starts = array("position-starts")
        self._documents = array("documents")
        self._counts = array("counts")
        self._count_kinds = array("count-kinds").read().reshape(-1, len(NAMES)).T.astype(np.int32)
        self._positions = array("positions")
        self.lengths = np.stack([array(f"lengths-{name}").read().astype(np.int32) for name in NAMES])
        self.article_of = array("articles-of").read().astype(np.int32)
        articles = int(self.article_of[-1]) + 1 if len(self.article_of) else 0
        self._article_starts = np.searchsorted(self.article_of, np.arange(articles + 1))
        self._text_keys = array("text-keys")
        self._ids = Blobs(array("ids"), array("ids-starts"))
        self._spellings = array("spellings")
        self._spelling_counts = array("spelling-counts")
        self._stored = Blobs(array("stored"), array("stored-starts"))
        self.articles = ArticleTable(_FACTS.decode(array("articles").read().tobytes()))

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

    def stored(self, number: int) -> StoredPassage:
        """Return a passage as a hit shows it."""
        return _PASSAGE.decode(self._stored[number])

    @functools.cached_property
    def headings(self) -> list[Place]:
        """The titles and headings of the articles, deleted or not."""
        found = list(places(map(self.stored, range(len(self)))))
        self._stored.release()  # all passages were read for it, and few of them are shown soon
        return found

    def __len__(self) -> int:
        return len(self.article_of)

    def postings(self, term: str) -> tuple[Numbers, npt.NDArray[np.int32]]:
        """Return the passages that have `term` (numbers, rising) and how often, a row a field."""
        number = self.terms.find(term.encode())
        first, last = (0, 0) if number is None else self._posting_starts.read(number, number + 2).tolist()
        return self._documents.read(first, last).astype(np.int64), self._count_kinds[:, self._counts.read(first, last)]

    def places(self, term: str) -> Numbers:
        """Return where `term` stands, rising: see `PASSAGE_STRIDE`."""
        number = self.terms.find(term.encode())
        if number is None:
            return np.zeros(0, np.int64)
        documents, counts = self.postings(term)
        first, last = self._position_starts.read(number, number + 2).tolist()
        starts = documents[:, None] * PASSAGE_STRIDE + np.arange(len(NAMES)) * FIELD_STRIDE
        return np.repeat(starts.ravel(), counts.T.ravel()) + self._positions.read(first, last).astype(np.int64)

    def spellings(self) -> dict[str, int]:
        """Return the words as they are written, in lower case, and how often; those of deleted passages with them."""
        words = self._spellings.read().tobytes().decode()
        return dict(zip(words.split("\n"), self._spelling_counts.read().tolist(), strict=False))

    def verify(self) -> None:
        """Check every block that was not read yet."""
        for array in self._arrays:
            array.read()
            array.release()

    def words(self, prefix: str) -> Iterator[str]:
        """Yield the terms that start with `prefix`."""
        wanted = prefix.encode()
        for number in range(self.terms.first_from(wanted), len(self.terms)):
            term = self.terms.taken(number)
            if not term.startswith(wanted):
                return
            yield term.decode()
