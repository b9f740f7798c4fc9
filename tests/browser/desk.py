"""A running desk and a real browser, for tests and pictures."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import search
from corpus.article import Article
from corpus.library import Library
from tests.needs import missing, program

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COMMAND = [sys.executable, "-c", "from webapp.cli import main; main()"]
# In a container Chromium has neither a sandbox of its own nor much shared memory.
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@contextlib.contextmanager
def running_desk(home: Path, port: int = 0) -> Iterator[str]:
    """Run `answerdesk serve`, on a free port for 0; yield its address. An empty home gets the samples."""
    command = [*COMMAND, "--home", str(home), "serve", "--port", str(port)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            address = next((word for line in process.stdout for word in line.split() if word.startswith("http")), None)
            assert address is not None, "answerdesk serve ended without an address"
            yield address.rstrip("/")
        finally:
            process.terminate()


def add_articles(home: Path, articles: Iterable[Article]) -> None:
    """Put articles into a home, also one that is being served."""
    with Library.open(home) as library, search.open_home(home) as searcher:
        for article in articles:
            library.put(article)
        search.catch_up(searcher, library)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium, or skip the test where it or Playwright is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("needs Playwright: pip install -e .[dev]")
    path = program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()
