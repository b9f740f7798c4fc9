"""Ends long work between two steps: what was begun is done, and what was done is kept."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from types import FrameType, TracebackType
from typing import TypeVar

Item = TypeVar("Item")


class Stopping:
    """Notes a first SIGTERM or Ctrl-C; a second one interrupts at once. Raises KeyboardInterrupt at the end of both."""

    def __init__(self) -> None:
        self._asked = False

    def __enter__(self) -> Stopping:
        self._before = {number: signal.signal(number, self._note) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._asked and error is None:
            raise KeyboardInterrupt

    def before_each(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items until asked to stop."""
        for item in items:
            if self._asked:
                raise KeyboardInterrupt
            yield item

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        signal.signal(number, signal.default_int_handler)
