"""A home as the web front end holds it: one Searcher and one Library, opened when they are first needed."""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import search
from corpus.review import ReviewState, review_cutoffs, review_state
from corpus.settings import Settings
from webapp import words

if TYPE_CHECKING:  # a search answers without the Library and its driver
    from corpus.library import Library
    from webapp.listing import Overview


class OpenHome:
    """Opens the Searcher and the Library once; after an outage the next request tries again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = Settings.of_home(home)
        self._lock = threading.Lock()
        self.overview: tuple[tuple[int, datetime.date], Overview] | None = None
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
        """Lend the Library; where its file was replaced, the new one."""
        from corpus.library import Library

        with self._lock:
            if self._library is None or self._library_file != self._file_identity():
                self._close_library()
                self._library = Library.open(self.home, self.settings.text("library"))
                self._library_file = self._file_identity()
            lent = self._library
        yield lent

    def close(self) -> None:
        with self._lock:
            if self._searcher is not None:
                self._searcher.close()
                self._searcher = None
            self._close_library()

    def review(self, reviewed: str | None, labels: Sequence[str]) -> tuple[ReviewState, str]:
        """Return an article's review state as of today, and its words."""
        cutoffs = review_cutoffs(self.settings)
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
