"""The index is kept in step with the Library, by its change numbers."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from corpus.article import Article, Change
from corpus.errors import OutageError
from search.engine import WAIT_FOR_WRITER, DamagedError, Engine

if TYPE_CHECKING:
    from search import Searcher

_log = logging.getLogger(__name__)


class ChangeLog(Protocol):
    """What an index is kept in step with: the Library."""

    @property
    def change(self) -> int: ...
    def articles(self) -> Iterator[Article]: ...
    def changes_since(self, number: int) -> Iterable[Change]: ...


def catch_up(searcher: Searcher, library: ChangeLog, *, wait: bool = True) -> int:
    """Bring the index up to the Library's last change; return how many changes that took.

    Without `wait`, only where no other process writes to the index now.

    Where the engine's server is away, a warning says so and the next one catches up.

    Raises:
        OutageError: another process is writing, or the disk failed; the index stays as it was.
    """
    try:
        return _caught_up(searcher, library, wait)
    except OutageError as error:
        if error.code != "engine_away":
            raise
        _log.warning("%s The library holds everything; the index follows when it is back.", error)
        return 0


def _caught_up(searcher: Searcher, library: ChangeLog, wait: bool) -> int:
    engine = searcher.engine
    try:
        state = engine.snapshot().state
        if state.generation is not None and state.change == library.change:
            with contextlib.suppress(OutageError), engine.writing(0):
                pass  # entering sweeps what a writer that died left behind
            return 0
    except DamagedError:
        pass  # it is mended below, by the one writer
    with engine.writing(WAIT_FOR_WRITER if wait else 0):
        try:
            return _take_changes(engine, library)
        except DamagedError as damage:
            searcher.recover(damage)
            return _take_changes(engine, library)


def _take_changes(engine: Engine, library: ChangeLog) -> int:
    state, number = engine.snapshot().state, library.change
    if state.generation is None or state.change > number:  # more: the Library was replaced by an older one
        engine.rebuild(library.articles(), number)
    elif state.change < number:
        engine.apply(library.changes_since(state.change), number)
    return abs(number - state.change)


def rebuild(searcher: Searcher, library: ChangeLog) -> None:
    """Build the index anew from the Library and swap it in; searches go on meanwhile."""
    with searcher.engine.writing():
        searcher.engine.rebuild(library.articles(), library.change)
