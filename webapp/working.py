"""Long work that a page began: one piece at a time, in a thread of its own, with progress and a way to stop it."""

from __future__ import annotations

import itertools
import logging
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from corpus.errors import InputError, OutageError

Item = TypeVar("Item")

_AT_ONCE = 1.5  # seconds within which most work is done: then a page shows its outcome straight away
_LONGEST_END = 8.0  # seconds
_log = logging.getLogger(__name__)


class StoppedError(Exception):
    """Somebody asked the work to stop."""


@dataclass
class Job:
    """A piece of work: how far it is, what came of it so far, and the `problem` that ended it."""

    kind: str
    number: int
    stage: str = ""
    done: int = 0
    total: int = 0
    result: Any = None
    problem: str = ""
    running: bool = True
    stopping: bool = False

    def track(self, items: Iterable[Item], stage: str, total: int) -> Iterator[Item]:
        """Yield items and count them, of `total` where that is not 0, until somebody asks to stop."""
        self.stage, self.done, self.total = stage, 0, total
        for item in items:
            if self.stopping:
                raise StoppedError
            yield item
            self.done += 1


class Work:
    """The piece of work at hand, or the last one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._thread: threading.Thread | None = None
        self.job: Job | None = None

    def begin(self, kind: str, do: Callable[[Job], None]) -> None:
        """Begin a piece of work, and wait a moment for its end. InputError while there is another one."""
        with self._lock:
            if self.job and self.job.running:
                raise InputError("Something else is being done. Wait until it is, or stop it.", "working")
            self.job = Job(kind, next(self._numbers))
            self._thread = threading.Thread(target=_run, args=(self.job, do), daemon=True)
            self._thread.start()
        self._thread.join(_AT_ONCE)

    def forget(self) -> None:
        """Let go of what the last piece of work left."""
        with self._lock:
            if self.job and not self.job.running:
                self.job = None

    def stop(self, seconds: float = _AT_ONCE) -> None:
        """Ask the work to stop, and wait a moment for it."""
        if self.job and self._thread:
            self.job.stopping = True
            self._thread.join(seconds)

    def close(self) -> None:
        """Stop the work because everything ends."""
        self.stop(_LONGEST_END)


def _run(job: Job, do: Callable[[Job], None]) -> None:
    try:
        do(job)
    except StoppedError:
        job.problem = "It was stopped."
    except (InputError, OutageError) as error:
        job.problem = str(error)
    except Exception as error:  # without its message, which may quote an article
        where = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s failed: %s\n%s", job.kind, type(error).__name__, where)
        job.problem = "Something went wrong on our side. The log says where."
    finally:
        job.running = False
