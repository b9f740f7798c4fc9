"""The seam: what every engine does. All that makes a ranking ours stands above it and is shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from corpus.article import Article, Change
from corpus.errors import OutageError
from search.fusion import Meaning
from search.model import Candidates, Place, Query, StoredPassage
from search.vectors import Keys, Values

WAIT_FOR_WRITER = 600.0  # seconds, which it takes to build some 400,000 passages


class DamagedError(OutageError):
    """A part of the index is missing or is not what was written; `what` names it."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"The index is damaged ({what}). Run: answerdesk rebuild", "index_damaged")


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
    damage: str | None = None  # what was found damaged and then rebuilt


class Snapshot(Protocol):
    """One generation, unchanged while it is held: a search uses one from start to end."""

    @property
    def state(self) -> EngineState:
        """What this generation holds."""

    def candidates(self, query: Query, k: int, meaning: Meaning | None = None) -> Candidates:
        """Find the best `k` passages, the exact total and facet counts; with `query.explain`, score parts.

        With `meaning`, which only a `Numbered` or `Embedded` one is given, what is near counts too (`search.fusion`).
        """

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        """Serve passages by id; an id that is not there is left out."""

    def verify(self) -> None:
        """Read everything once.

        Raises:
            DamagedError: something is not what was written.
        """

    def terms(self, prefix: str) -> Mapping[str, int]:
        """Return the indexed words that start with `prefix`, with the number of passages that have each."""

    def frequency(self, *words: str) -> int:
        """Return how many passages have an indexed word, or several in a row."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the articles, sorted."""

    def headings(self) -> Iterator[Place]:
        """Yield every article's title and headings."""

    def spellings(self) -> Mapping[str, int]:
        """Return the words as they are written, in lower case, and how often; some may be gone by now."""


@runtime_checkable
class Numbered(Snapshot, Protocol):
    """A snapshot that can find by meaning: its passages have numbers, and their texts keys to find vectors by."""

    @property
    def keys(self) -> Keys:
        """The key of each passage's text, by number; 0 where no passage is."""

    def at(self, number: int) -> StoredPassage:
        """Serve the passage of a number."""


@runtime_checkable
class Embedded(Snapshot, Protocol):
    """A snapshot that can find by meaning: its index holds the vectors itself."""

    def missing(self, model: str) -> int:
        """Return how many passages have no vector of this model."""

    def lacking(self, model: str, most: int) -> list[StoredPassage]:
        """Return some of those, as they are now."""

    def take(self, model: str, size: int, vectors: Sequence[tuple[StoredPassage, Values]]) -> None:
        """Take vectors of `size` values into the live index; what has changed since is left out."""


class Engine(Protocol):
    """Takes changes and hands out snapshots.

    Raises:
        OutageError: from any method, when the index or its server is away or of a newer version.
    """

    def writing(self, wait: float = WAIT_FOR_WRITER) -> AbstractContextManager[None]:
        """Be the one writer from looking at the state to the end of `apply` or `rebuild`, which are so by themselves.

        Raises:
            OutageError: another one was writing for all of `wait`, in seconds, or the disk failed.
        """

    def apply(self, changes: Iterable[Change], number: int) -> None:
        """Take changes, at most one an article; afterwards the engine contains the Library up to `number`."""

    def rebuild(self, articles: Iterable[Article], number: int, damage: DamagedError | None = None) -> None:
        """Replace everything by `articles`, the Library as it stands at change `number`.

        With `damage`, the state tells of it from now on; without, it tells of none.
        """

    def snapshot(self) -> Snapshot:
        """Return the live generation."""

    def recover(self, damage: DamagedError) -> bool:
        """Return True where `damage` is no more, mended by now; else set it aside and return False: then rebuild."""

    def close(self) -> None:
        """Let go of files and connections."""
