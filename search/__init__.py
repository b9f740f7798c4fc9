"""Search a home: `open_home(path).search(text, limit=10)` returns Results."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from corpus.errors import InputError, OutageError
from corpus.review import review_cutoffs, review_state
from corpus.settings import Settings
from search import answering, messages, querytext, ranking
from search.engine import DamagedError, Engine, EngineState, Snapshot
from search.fragments import Marker
from search.fusion import MODES
from search.keeping_up import ChangeLog, catch_up, rebuild
from search.model import Filters, Fragment, Hit, Query, Results
from search.red_flags import RedFlags
from search.semantic import MODEL_FOLDER, Semantic, Track, no_model
from search.suggest import Suggestion, Suggestions
from search.synonyms import SynonymFiles
from search.vocabulary import Vocabulary

if TYPE_CHECKING:  # answering needs no database driver
    from corpus.library import Library

__all__ = ["Results", "Searcher", "catch_up", "open_home", "rebuild"]

MOST_HITS = 50
LAST_PAGE = 100
NOT_EMBEDDED = "Not every passage is embedded yet: words alone found this. Run: answerdesk embed"
LONGEST_WAIT = 20.0  # seconds that a search waits for another thread or process that mends or builds the index
SUGGESTIONS = 8

SLOW = 0.1  # seconds

Answer = TypeVar("Answer")
Made = TypeVar("Made")


def open_home(home: Path | str, settings: Settings | None = None) -> Searcher:
    """Open the index of a home; one that holds nothing yet finds nothing.

    Raises:
        InputError: the home's settings do not parse, or name an engine that there is not.
    """
    home = Path(home)
    settings = settings or Settings.of_home(home)

    def library() -> Library | None:
        from corpus.changing import FILE_NAME
        from corpus.library import Library  # only to recover: answering needs no database driver

        url = settings.text("library")
        return Library.open(home, url) if url or (home / FILE_NAME).is_file() else None

    def identity() -> str:
        with library() or contextlib.nullcontext() as opened:
            return opened.identity if opened else ""

    semantic = Semantic(home, Path(settings.text("model") or home / MODEL_FOLDER))
    engine = _engine(home, settings, identity, semantic)
    return Searcher(engine, settings, library, home, semantic)


def _engine(home: Path, settings: Settings, identity: Callable[[], str], semantic: Semantic) -> Engine:
    """Make the engine that the settings name; each is imported only where it is used."""
    if settings.text("engine") == "whoosh":
        from search.engines.whoosh_engine import WhooshEngine

        return WhooshEngine(home)
    try:
        from search.engines.opensearch_engine import OpenSearchEngine
    except ModuleNotFoundError as error:
        if error.name != "opensearchpy":
            raise
        raise InputError(
            'The setting engine needs OpenSearch\'s client: pip install "answerdesk[opensearch]".'
        ) from None
    return OpenSearchEngine(settings, identity, semantic.known)


class _Derived(Generic[Made]):
    """What is made of a whole generation, anew when it changes; where that is slow, a twentieth of the time goes in."""

    def __init__(self, make: Callable[[Snapshot], Made]) -> None:
        self._make = make
        self._known: tuple[EngineState, Made, float] | None = None

    def of(self, snapshot: Snapshot) -> Made:
        known, started = self._known, time.monotonic()
        if known and (known[0] == snapshot.state or started < known[2]):
            return known[1]
        made = self._make(snapshot)
        took = time.monotonic() - started
        self._known = snapshot.state, made, started + (20 * took if took > SLOW else 0)
        return made


def _suggestions(snapshot: Snapshot) -> Suggestions:
    return Suggestions(one for one in snapshot.headings() if querytext.HIDDEN_LABEL not in one.labels)


class Searcher:
    """Answers questions from one engine. Safe to share between threads.

    What is found damaged or missing is rebuilt, from the Library that `library` opens where there is one, before the
    answer is given.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        library: Callable[[], AbstractContextManager[ChangeLog] | None] = lambda: None,
        home: Path | None = None,
        semantic: Semantic | None = None,
    ) -> None:
        self.engine = engine
        self.semantic = semantic
        self._synonyms = SynonymFiles(home)
        self._vocabulary = _Derived(Vocabulary.of)
        self._suggestions = _Derived(_suggestions)
        self._red_flags = _Derived(RedFlags)
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
        mode: str | None = None,
        explain: bool = False,
        exact: bool = False,
        only_hits: bool = False,
    ) -> Results:
        """Rank the passages that answer `text`; with `exact`, misspelled words are not mended.

        Without a `mode` it is hybrid where there is a model and every passage is embedded, else lexical. With
        `only_hits`, nothing is made of the hits: a message's questions are not answered one by one.

        Raises:
            InputError: too long, not text, an unknown filter, or a page, limit or mode that there is not.
            OutageError: the index is away.
        """
        started = time.perf_counter()
        if not 1 <= limit <= MOST_HITS:
            raise InputError(f"limit must be from 1 to {MOST_HITS}.", "bad_limit")
        if not 1 <= page <= LAST_PAGE:
            raise InputError(f"page must be from 1 to {LAST_PAGE}.", "bad_page")
        if mode not in (None, *MODES):
            raise InputError(f"mode must be one of: {', '.join(MODES)}.", "bad_mode")
        asked = querytext.parse_filters(filters or {}, review_cutoffs(self._settings))

        def answer(snapshot: Snapshot) -> Results:
            def parse(text: str) -> Query:
                return self._query(snapshot, text, asked, explain=explain, exact=exact)

            near = self.semantic.near(snapshot, mode) if self.semantic else None
            results = answering.results(
                snapshot,
                querytext.checked(text),
                parse,
                near,
                lambda: self._red_flags.of(snapshot),
                page=page,
                limit=limit,
                only_hits=only_hits,
            )
            if near:
                return replace(results, mode=mode or "hybrid")
            return results if mode in (None, "lexical") else replace(results, remarks=(*results.remarks, NOT_EMBEDDED))

        return replace(self._ask(answer), took_ms=(time.perf_counter() - started) * 1000)

    def _query(
        self,
        snapshot: Snapshot,
        text: str,
        filters: Filters | None = None,
        *,
        explain: bool = False,
        exact: bool = False,
    ) -> Query:
        vocabulary, synonyms = self._vocabulary.of(snapshot).at(snapshot), self._synonyms.current()
        return querytext.parse(text, filters, vocabulary=vocabulary, synonyms=synonyms, exact=exact, explain=explain)

    def embed(self, track: Track) -> int:
        """Embed what is not embedded yet; return how many texts that were.

        Raises:
            InputError: there is no model, or it cannot be used.
            OutageError: the index is away, or the disk failed.
        """
        if self.semantic is None:
            raise no_model()
        semantic, count = self.semantic, 0
        while done := self._ask(lambda snapshot: semantic.embed(snapshot, track)):
            count += done  # and what another process took in meanwhile
        return count

    def suggest(self, text: str, limit: int = SUGGESTIONS) -> list[Suggestion]:
        """Return titles and headings for what was typed so far, the best first.

        Raises:
            InputError: too long, or not text.
            OutageError: the index is away.
        """
        typed = querytext.checked(text)
        return self._ask(lambda snapshot: self._suggestions.of(snapshot).find(typed, limit))

    def passage(self, passage_id: str, text: str = "") -> Hit | None:
        """Return one passage as a hit of rank 1, marked for `text`; None when it is not there."""
        found = self._ask(
            lambda snapshot: (snapshot.passages([passage_id]).get(passage_id), self._query(snapshot, text))
        )
        stored, query = found
        if stored is None:
            return None
        cutoffs = review_cutoffs(self._settings)
        marked = Marker(query).fragments(stored.text, stored.language) or (Fragment(stored.text, False),)
        state = review_state(stored.reviewed, stored.labels, cutoffs)
        return Hit(1, 0.0, stored, marked, state, ranking.link(stored))

    def marker(self, text: str) -> Marker:
        """Return what marks, in any text, the words that a search for `text` looks for."""
        wanted = messages.read(querytext.checked(text)).search
        return self._ask(lambda snapshot: Marker(self._query(snapshot, wanted)))

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
            snapshot = self.engine.snapshot()
            if snapshot.state.generation is None:
                self._build_missing()
                snapshot = self.engine.snapshot()
            return use(snapshot)
        except DamagedError as damage:
            with self._alone():
                if self._recoveries == recoveries:  # else another thread did, meanwhile
                    with self.engine.writing(LONGEST_WAIT):
                        self.recover(damage)
                    self._recoveries += 1
        return use(self.engine.snapshot())

    @property
    def recovering(self) -> bool:
        """Tell whether the index is being mended or built by this searcher now."""
        return self._recovering.locked()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the one thread that recovers; the others wait, but not for ever."""
        if not self._recovering.acquire(timeout=LONGEST_WAIT):
            raise OutageError("The index is being built. Try again in a minute.", "index_missing")
        try:
            yield
        finally:
            self._recovering.release()

    def recover(self, damage: DamagedError) -> None:
        """Mend the index, from the Library if it must be.

        Raises:
            DamagedError: there is no Library to rebuild it from.
        """
        if self.engine.recover(damage):
            return
        opened = self._library()
        if opened is None:
            raise damage
        with opened as library:
            self.engine.rebuild(library.articles(), library.change, damage)

    def _build_missing(self) -> None:
        """Build the index where there is none but a Library that holds something."""
        opened = self._library()
        if opened is not None:
            with self._alone(), opened as library:
                if library.change:
                    with self.engine.writing(LONGEST_WAIT):
                        catch_up(self, library)

    def close(self) -> None:
        """Let go of files."""
        self.engine.close()

    def __enter__(self) -> Searcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
