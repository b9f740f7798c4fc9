"""A home as the web front end holds it: one Searcher and one Library, opened when they are first needed."""

from __future__ import annotations

import contextlib
import datetime
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import search
from corpus.errors import OutageError
from corpus.review import ReviewState, review_cutoffs, review_state
from corpus.settings import Settings
from webapp import words
from webapp.working import Work

_READ_ONLY = "The library is away, and the desk is read-only until it is back. The index still answers."
_AT_ONCE = 4  # threads that use the Library: when its server falls silent, the others still search
_WAIT = 5.0  # seconds for a turn
_TRY_AGAIN = 1.5  # seconds after a server was away

if TYPE_CHECKING:  # a search answers without the Library and its driver
    from corpus.library import Library
    from search.semantic import Track
    from webapp.asking import Asked
    from webapp.listing import Overview


class OpenHome:
    """Opens the Searcher and the Library once; after an outage the next request tries again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = Settings.of_home(home)
        self.work = Work()
        self._lock = threading.Lock()
        self._library_lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._outage: tuple[float, OutageError] | None = None
        self.is_away = False  # the Library, as far as is known
        self.overview: tuple[tuple[int, datetime.date], Overview] | None = None
        self._cutoffs: tuple[datetime.date | None, Mapping[str, datetime.date]] = None, {}
        self._searcher: search.Searcher | None = None
        self._library: Library | None = None
        self._library_file: tuple[int, int] | None = None

    def searcher(self) -> search.Searcher:
        with self._lock:
            if self._searcher is None:
                self._searcher = search.open_home(self.home, self.settings)
            return self._searcher

    @contextlib.contextmanager
    def library(self) -> Iterator[Library]:
        """Lend the Library; where its file was replaced, the new one. A server that is away is not asked for a while.

        Raises:
            OutageError: the Library is away, or too many wait for it.
        """
        outage = self._outage
        if outage and time.monotonic() < outage[0] + _TRY_AGAIN:
            raise outage[1]
        if not self._turns.acquire(timeout=_WAIT):
            raise OutageError("The library's server does not answer. Check that it runs.", "library_away")
        try:
            yield self._opened_library()
            self._outage, self.is_away = None, False
        except OutageError as error:
            if error.code == "library_away" and self.settings.text("library"):
                self._outage, self.is_away = (time.monotonic(), error), True
            raise
        finally:
            self._turns.release()

    def search(self, asked: Asked) -> search.Results:
        """Answer from the index; while the Library's server is away, a remark says so."""
        results = self.searcher().search(
            asked.text,
            limit=asked.limit,
            page=asked.page,
            filters=asked.filters,
            mode=asked.mode,
            explain=asked.explain,
            exact=asked.exact,
        )
        return replace(results, remarks=(*results.remarks, _READ_ONLY)) if self.is_away else results

    def embed_new(self, track: Track) -> None:
        """Embed what was taken in, where there is a model. InputError when it cannot be used."""
        semantic = self.searcher().semantic
        if semantic and semantic.model():
            self.searcher().embed(track)

    def _opened_library(self) -> Library:
        from corpus.library import Library

        with self._library_lock:
            if self._library is None or self._library_file != self._file_identity():
                self._close_library()
                self._library = Library.open(self.home, self.settings.text("library"))
                self._library_file = self._file_identity()
            return self._library

    def close(self) -> None:
        self.work.close()
        with self._lock:
            if self._searcher is not None:
                self._searcher.close()
                self._searcher = None
        with self._library_lock:
            self._close_library()

    def review(self, reviewed: str | None, labels: Sequence[str]) -> tuple[ReviewState, str]:
        """Return an article's review state as of today, and its words."""
        today = datetime.date.today()
        if self._cutoffs[0] != today:
            self._cutoffs = today, review_cutoffs(self.settings, today)
        cutoffs = self._cutoffs[1]
        state = review_state(reviewed, labels, cutoffs)
        return state, words.review(state, reviewed, labels, cutoffs)

    def _close_library(self) -> None:
        if self._library is not None:
            self._library.close()
            self._library = None

    def _file_identity(self) -> tuple[int, int] | None:
        from corpus.changing import FILE_NAME

        try:
            found = (self.home / FILE_NAME).stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
