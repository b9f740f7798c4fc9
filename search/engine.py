"""The seam: what every engine does. All that makes a ranking ours stands above it and is shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.article import Article, Change
from search.model import Candidates, Query, StoredPassage


@dataclass(frozen=True, slots=True)
class EngineState:
    """What an engine holds: its generation, the last change that it contains, and its size.

    `generation` is None where nothing was built yet.
    """

    generation: str | None
    change: int
    created: str | None
    articles: int
    passages: int


class Snapshot(Protocol):
    """One generation, unchanged while it is held: a search uses one from start to end."""

    @property
    def state(self) -> EngineState:
        """What this generation holds."""

    def candidates(self, query: Query, k: int) -> Candidates:
        """Find the best `k` passages, the exact total and facet counts; with `query.explain`, score parts."""

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        """Serve passages by id; an id that is not there is left out."""

    def terms(self, prefix: str) -> Mapping[str, int]:
        """Return the indexed words that start with `prefix`, with the number of passages that have each."""


class Engine(Protocol):
    """Takes changes and hands out snapshots.

    Raises:
        OutageError: from any method, when the index or its server is away or of a newer version.
    """

    def apply(self, changes: Iterable[Change], number: int) -> None:
        """Take changes in order; afterwards the engine contains the Library up to change `number`."""

    def rebuild(self, articles: Iterable[Article], number: int) -> None:
        """Replace everything by `articles`, the Library as it stands at change `number`."""

    def snapshot(self) -> Snapshot:
        """Return the live generation."""

    def close(self) -> None:
        """Let go of files and connections."""
