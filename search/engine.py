"""The seam: what every engine does. All that makes a ranking ours stands above it and is shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.article import Article, Change
from search.model import Candidates, Query, StoredPassage


@dataclass(frozen=True, slots=True)
class EngineState:
    """What an engine holds: the last change it contains and the size of its index."""

    generation: str | None
    change: int
    created: str | None
    articles: int
    passages: int


class Engine(Protocol):
    """Takes changes, finds candidates, serves passages, knows its words and its state."""

    def apply(self, changes: Iterable[Change], number: int) -> None:
        """Take changes in order; afterwards the engine contains the Library up to change `number`."""

    def rebuild(self, articles: Iterable[Article], number: int) -> None:
        """Replace everything by `articles`, the Library as it stands at change `number`."""

    def candidates(self, query: Query, k: int) -> Candidates:
        """Find the best `k` passages with the parts of their scores, the exact total and facet counts."""

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        """Serve passages by id; an id that is not there is left out."""

    def terms(self, prefix: str) -> Mapping[str, int]:
        """Return the index's words that start with `prefix`, with the number of passages that have each."""

    def state(self) -> EngineState:
        """Tell what the engine holds."""
