"""Search a home: `open_home(path).search(text, limit=10)` returns Results."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

from corpus.article import Article, Change
from corpus.errors import InputError
from corpus.review import review_cutoffs, review_state
from corpus.settings import Settings
from search import querytext, ranking
from search.engine import DamagedError, Engine, EngineState, Snapshot
from search.fragments import fragments
from search.model import Fragment, Hit, Results

__all__ = ["Results", "Searcher", "catch_up", "open_home", "rebuild"]

MOST_HITS = 50
LAST_PAGE = 100
MODES = ("lexical",)

Answer = TypeVar("Answer")


class ChangeLog(Protocol):
    """What an index is kept in step with: the Library."""

    @property
    def change(self) -> int: ...
    def articles(self) -> Iterator[Article]: ...
    def changes_since(self, number: int) -> Iterable[Change]: ...


def open_home(home: Path | str, settings: Settings | None = None) -> Searcher:
    """Open the index of a home; one that holds nothing yet finds nothing.

    Raises:
        InputError: the home's settings do not parse, or name an engine that there is not.
    """
    home = Path(home)
    settings = settings or Settings.of_home(home)
    if settings.text("engine") != "whoosh":
        raise InputError(f"The setting engine must be whoosh, not {settings.text('engine')!r}.")
    from search.engines.whoosh_engine import WhooshEngine  # only where it is used: another engine needs no whoosh

    def library() -> AbstractContextManager[ChangeLog]:
        from corpus.library import Library  # only to recover: answering needs no database driver

        return Library.open(home, settings.text("library"))

    return Searcher(WhooshEngine(home), settings, library)


class Searcher:
    """Answers questions from one engine. Safe to share between threads.

    What is found damaged is decoded or rebuilt, from the Library that `library` opens, before the answer is given.
    """

    def __init__(
        self, engine: Engine, settings: Settings, library: Callable[[], AbstractContextManager[ChangeLog]] | None = None
    ) -> None:
        self.engine = engine
        self._settings = settings
        self._library = library
        self._recovering = threading.Lock()
        self._recoveries = 0

    def search(
        self,
        text: str,
        *,
        limit: int = 10,
        page: int = 1,
        filters: Mapping[str, Sequence[str]] | None = None,
        mode: str = "lexical",
        explain: bool = False,
    ) -> Results:
        """Rank the passages that answer `text`.

        Raises:
            InputError: too long, not text, an unknown filter, or a page, limit or mode that there is not.
            OutageError: the index is away.
        """
        started = time.perf_counter()
        if not 1 <= limit <= MOST_HITS:
            raise InputError(f"limit must be from 1 to {MOST_HITS}.", "bad_limit")
        if not 1 <= page <= LAST_PAGE:
            raise InputError(f"page must be from 1 to {LAST_PAGE}.", "bad_page")
        if mode not in MODES:
            raise InputError(f"mode must be one of: {', '.join(MODES)}.", "bad_mode")
        asked = querytext.parse_filters(filters or {}, review_cutoffs(self._settings))
        query = querytext.parse(text, asked, explain=explain)
        found, hits = self._ask(lambda snapshot: ranking.page_of_hits(snapshot, query, page=page, limit=limit))
        return Results(
            query=query.text,
            page=page,
            limit=limit,
            total=found.total,
            took_ms=(time.perf_counter() - started) * 1000,
            hits=tuple(hits),
            remarks=query.remarks,
            facets=ranking.facets(found),
            nothing_found=found.total == 0,
        )

    def passage(self, passage_id: str, text: str = "") -> Hit | None:
        """Return one passage as a hit of rank 1, marked for `text`; None when it is not there."""
        stored = self._ask(lambda snapshot: snapshot.passages([passage_id]).get(passage_id))
        if stored is None:
            return None
        cutoffs = review_cutoffs(self._settings)
        marked = fragments(stored.text, querytext.parse(text)) or (Fragment(stored.text, False),)
        state = review_state(stored.reviewed, stored.labels, cutoffs)
        return Hit(1, 0.0, stored, marked, state, ranking.link(stored))

    def state(self) -> EngineState:
        """Tell what the index holds."""
        return self._ask(lambda snapshot: snapshot.state)

    def verify(self) -> None:
        """Read the whole index once, and recover what is damaged."""
        self._ask(lambda snapshot: snapshot.verify())

    def _ask(self, use: Callable[[Snapshot], Answer]) -> Answer:
        """Use one generation from start to end; where it is damaged, recover and use what there is then."""
        recoveries = self._recoveries
        try:
            return use(self.engine.snapshot())
        except DamagedError as damage:
            with self._recovering:
                if self._recoveries == recoveries:  # else another thread did, meanwhile
                    self.recover(damage)
                    self._recoveries += 1
        return use(self.engine.snapshot())

    def recover(self, damage: DamagedError) -> None:
        """Mend the index, from the Library if it must be.

        Raises:
            DamagedError: there is no Library to rebuild it from.
        """
        if self.engine.recover(damage):
            return
        if self._library is None:
            raise damage
        with self._library() as library:
            self.engine.rebuild(library.articles(), library.change, damage)

    def close(self) -> None:
        """Let go of files."""
        self.engine.close()

    def __enter__(self) -> Searcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def catch_up(searcher: Searcher, library: ChangeLog) -> int:
    """Bring the index up to the Library's last change; return how many changes that took."""
    state = searcher.state()
    number = library.change
    try:
        _take_changes(searcher, library, state, number)
    except DamagedError as damage:
        searcher.recover(damage)
        _take_changes(searcher, library, searcher.state(), number)
    return abs(number - state.change)


def _take_changes(searcher: Searcher, library: ChangeLog, state: EngineState, number: int) -> None:
    if state.generation is None:
        rebuild(searcher, library)
    elif state.change < number:
        searcher.engine.apply(library.changes_since(state.change), number)
    elif state.change > number:  # the Library was replaced by an older one
        rebuild(searcher, library)


def rebuild(searcher: Searcher, library: ChangeLog) -> None:
    """Build the index anew from the Library and swap it in; searches go on meanwhile."""
    number = library.change
    searcher.engine.rebuild(library.articles(), number)
