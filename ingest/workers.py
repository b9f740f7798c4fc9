"""Reads many sources at once, in processes of their own; what comes out is as if they were read one by one."""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TypeVar

from corpus.article import Article
from corpus.errors import InputError
from corpus.machine import processors

Job = TypeVar("Job")

PAYS_FROM = 64  # sources; a process takes as long to start as 20 pages take to read
LARGE = 1_000_000  # bytes of a source that is always read in a process, where its time is bounded
SECONDS = 300  # of processor time for one source; 50 MB take about a third of it
_MOST_MEMORY = 4 * 1024**3  # of one process; a page of nothing but tags takes 120 times its size
_MOST_BYTES = 64_000_000  # that wait to be read, and so are held twice


class Workers:
    """Processes that `understand`, as many as there are processors; they start when there is enough to read.

    A source that ends its process, or takes more than `seconds` of its time, is left out; no other source is.
    """

    def __init__(self, understand: Callable[..., Article], seconds: int = SECONDS) -> None:
        self._understand = understand
        self._seconds = seconds
        self._count = processors()
        self._pool: ProcessPoolExecutor | None = None
        self._seen = self._bytes_waiting = 0

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def begin(self, name: str, data: bytes, *how: str, apart: bool = False) -> Callable[[], Article]:
        """Begin to read a source, and return what waits for its Article and raises what `understand` does.

        `apart`: in a process even where none would pay.
        """
        self._seen += 1
        if self._seen <= PAYS_FROM and len(data) < LARGE and not apart:
            return lambda: self._understand(name, data, *how)
        future = self._submit(name, data, *how)
        self._bytes_waiting += len(data)

        def article() -> Article:
            self._bytes_waiting -= len(data)
            try:
                return future.result()
            except BrokenProcessPool:  # by this source, or by one that was read at the same time
                return self._read_alone(name, data, *how)

        return article

    def in_order(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """Yield the jobs in their order; as their iterator is ahead by a few, what it begins goes on meanwhile."""
        waiting: deque[Job] = deque()
        for job in jobs:
            waiting.append(job)
            while len(waiting) > 4 * self._count or (waiting and self._bytes_waiting > _MOST_BYTES):
                yield waiting.popleft()
        yield from waiting

    def _submit(self, *what: str | bytes) -> Future[Article]:
        try:
            self._pool = self._pool or self._new_pool(self._count)
            return self._pool.submit(_work, self._understand, self._seconds, *what)
        except BrokenProcessPool:
            self._close()
            return self._submit(*what)

    def _read_alone(self, *what: str | bytes) -> Article:
        with self._new_pool(1) as pool:
            try:
                return pool.submit(_work, self._understand, self._seconds, *what).result()
            except BrokenProcessPool:
                raise _too_much(self._seconds) from None

    def _new_pool(self, count: int) -> ProcessPoolExecutor:
        # Not forked: a copy of a process with threads may hang.
        return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_set_up)

    def _close(self) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _too_much(seconds: int) -> InputError:
    words = f"Reading it took longer than {seconds} seconds, or too much memory. Cut it into smaller files."
    return InputError(words, "too_much")


def _set_up() -> None:
    logging.disable()  # what matters comes back as an exception
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    if most == resource.RLIM_INFINITY or most > _MOST_MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, most))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # to end without a traceback
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _work(understand: Callable[..., Article], seconds: int, *what: str | bytes) -> Article:
    signal.setitimer(signal.ITIMER_PROF, seconds)  # ends this process, whatever it is doing
    try:
        return understand(*what)
    except MemoryError:
        raise _too_much(seconds) from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
