"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from corpus.article import Article, Change

if TYPE_CHECKING:
    from corpus.library import Library

Item = TypeVar("Item")

_LINE_EVERY = 10  # seconds, where there is no terminal


def track(items: Iterable[Item], what: str, total: int = 0) -> Iterator[Item]:
    """Yield items, and show on stderr how many there were, how fast, and how long the rest takes."""
    return _with_bar(items, what, total) if sys.stderr.isatty() else _with_lines(items, what, total)


def _with_bar(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
    )
    # Results for a pipe must not go through the bar's console.
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        task = bar.add_task(what, total=total or None, rate="")
        for item in items:
            yield item
            speed = bar.tasks[task].speed
            bar.update(task, advance=1, rate=f"{speed:,.0f}/s" if speed else "")


def _with_lines(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    started = told = time.monotonic()
    for count, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - told >= _LINE_EVERY:
            told = now
            rate = count / (now - started)
            of, left = (f" of {total:,}", f", {(total - count) / rate:,.0f} s left") if total else ("", "")
            click.echo(f"{count:,}{of} {what}, {rate:,.0f}/s{left}", err=True)


class ShownLibrary:
    """A Library that shows how many of its articles the index has taken in."""

    def __init__(self, library: Library, track: Callable[..., Iterator[Any]] = track) -> None:
        self._library = library
        self._track = track

    @property
    def change(self) -> int:
        return self._library.change

    def articles(self) -> Iterator[Article]:
        return self._track(self._library.articles(), "articles indexed", self._library.count())

    def changes_since(self, number: int) -> Iterator[Change]:
        return self._track(self._library.changes_since(number), "changes indexed", self.change - number)
