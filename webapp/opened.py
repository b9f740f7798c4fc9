"""A home as the web front end holds it: one Searcher, and the Library opened when a page needs it."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Sequence
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
    """Opens the Searcher once, when it is first needed; after an outage the next request tries again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = Settings.of_home(home)
        self._lock = threading.Lock()
        self.overview: tuple[tuple[int, datetime.date], Overview] | None = None
        self._searcher: search.Searcher | None = None

    def searcher(self) -> search.Searcher:
        with self._lock:
            if self._searcher is None:
                self._searcher = search.open_home(self.home, self.settings)
            return self._searcher

    def library(self) -> Library:
        """Open the Library; the caller closes it."""
        from corpus.library import Library

        return Library.open(self.home, self.settings.text("library"))

    def close(self) -> None:
        with self._lock:
            if self._searcher is not None:
                self._searcher.close()
                self._searcher = None

    def review(self, reviewed: str | None, labels: Sequence[str]) -> tuple[ReviewState, str]:
        """Return an article's review state as of today, and its words."""
        cutoffs = review_cutoffs(self.settings)
        state = review_state(reviewed, labels, cutoffs)
        return state, words.review(state, reviewed, labels, cutoffs)
