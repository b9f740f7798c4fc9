"""Search a home: `open_home(path).search(text, limit=10)` returns Results."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from corpus.article import Article, Change
from corpus.errors import InputError
from corpus.review import review_cutoffs, review_state
from corpus.settings import Settings
from search import querytext, ranking
from search.engine import Engine, EngineState
from search.fragments import fragments
from search.model import Fragment, Hit, Results

__all__ = ["Results", "Searcher", "catch_up", "open_home", "rebuild"]

MOST_HITS = 50
LAST_PAGE = 100
MODES = ("lexical",)


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

    return Searcher(WhooshEngine(home), settings)


class Searcher:
    """Answers questions from one engine. Safe to share between threads."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self._settings = settings

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
        found, hits = ranking.page_of_hits(self.engine.snapshot(), query, page=page, limit=limit)
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
        stored = self.engine.snapshot().passages([passage_id]).get(passage_id)
        if stored is None:
            return None
        cutoffs = review_cutoffs(self._settings)
        marked = fragments(stored.text, querytext.parse(text)) or (Fragment(stored.text, False),)
        state = review_state(stored.reviewed, stored.labels, cutoffs)
        return Hit(1, 0.0, stored, marked, state, ranking.link(stored))

    def state(self) -> EngineState:
        """Tell what the index holds."""
        return self.engine.snapshot().state

    def close(self) -> None:
        """Let go of files."""
        self.engine.close()

    def __enter__(self) -> Searcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class ChangeLog(Protocol):
    """What an index is kept in step with: the Library."""

    @property
    def change(self) -> int: ...
    def articles(self) -> Iterator[Article]: ...
    def changes_since(self, number: int) -> Iterable[Change]: ...


def catch_up(searcher: Searcher, library: ChangeLog) -> int:
    """Bring the index up to the Library's last change; return how many changes that took."""
    state = searcher.state()
    number = library.change
    if state.generation is None:
        rebuild(searcher, library)
    elif state.change < number:
        searcher.engine.apply(library.changes_since(state.change), number)
    elif state.change > number:  # the Library was replaced by an older one
        rebuild(searcher, library)
    return abs(number - state.change)


def rebuild(searcher: Searcher, library: ChangeLog) -> None:
    """Build the index anew from the Library and swap it in; searches go on meanwhile."""
    number = library.change
    searcher.engine.rebuild(library.articles(), number)
