"""A disk that is full at the n-th write call of this process, for each n, and what is there then.

Run as a program: python -m tests.faults.full_disk FOLDER DOING FIRST STEP
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import search
from corpus import backup
from corpus.errors import OutageError
from corpus.library import Library
from tests.articles import article, small_library
from webapp import restoring

_CALLS = ("mkdir", "link", "rename", "replace", "fsync")


class Disk:
    """Fails at call `fails_at` of everything that takes space, counted from 1, and at all that come later."""

    def __init__(self, fails_at: int) -> None:
        self.calls = 0
        self._fails_at = fails_at

    def take(self) -> None:
        self.calls += 1
        if self.calls >= self._fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextlib.contextmanager
def full_at(number: int) -> Iterator[Disk]:
    """Let writes below `open` and the calls that change folders fail."""
    disk = Disk(number)
    whole: Any = io.open
    before = {name: getattr(os, name) for name in _CALLS}

    class File(io.FileIO):
        def write(self, data: Any, /) -> int:
            disk.take()
            return super().write(data)

    def opened(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if not set(mode) & set("wax+"):
            return whole(file, mode, *rest, **more)
        raw = io.BufferedWriter(File(file, mode.replace("b", "").replace("t", "")))
        return raw if "b" in mode else io.TextIOWrapper(raw, encoding="utf-8")

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **more: Any) -> Any:
            disk.take()
            return call(*args, **more)

        return wrapper

    builtins.open = io.open = opened  # type: ignore[assignment]
    for name, call in before.items():
        setattr(os, name, counted(call))
    try:
        yield disk
    finally:
        builtins.open = io.open = whole
        for name, call in before.items():
            setattr(os, name, call)


def doings(home: Path, file: Path) -> dict[str, Callable[[], object]]:
    """Return what is done while the disk fills, by name."""

    def index(do: Callable[[search.Searcher, Library], object]) -> Callable[[], object]:
        def opened() -> None:
            with Library.open(home) as library, search.open_home(home) as searcher:
                searcher.state()
                do(searcher, library)

        return opened

    return {
        "delta": index(search.catch_up),
        "rebuild": index(search.rebuild),
        "backup": lambda: backup.write(home, file),
        "restore": lambda: restoring.restore(home, file, True),
    }


def check(home: Path, doing: str) -> None:
    """The old state or, after a restore that had begun, the new one; then a disk with space again."""
    with search.open_home(home) as searcher, Library.open(home) as library:
        assert searcher.search("magnesium").total == 3, "the old state answers"
        assert searcher.state().damage is None
        assert library.count() in ((5, 6) if doing == "restore" else (6,))
        search.catch_up(searcher, library)
        assert searcher.search("zincum").total == library.count() - 5
    left = {path.name for path in (home / "index").iterdir() if path.is_file()} - {"current.json"}
    assert not left, left
    assert not list((home / "index").glob("building-*"))


def main(folder: Path, doing: str, first: int, step: int) -> None:
    whole, home, file = folder / "whole", folder / "home", folder / "desk.backup"
    with Library.open(whole) as library, search.open_home(whole) as searcher:
        for one in small_library():
            library.put(one)
        search.catch_up(searcher, library)
        if doing == "restore":
            backup.write(whole, file)
        library.put(article("late", "Late", ("", "A late article of zincum.")))
    number = first
    while True:
        shutil.copytree(whole, home)
        with full_at(number) as disk:
            try:
                doings(home, file)[doing]()
            except OutageError as error:
                if error.code != "disk_full":
                    raise
        if disk.calls < number:
            break
        restoring.resume(home)
        check(home, doing)
        if doing == "backup" and file.exists():
            backup.check(file)
        shutil.rmtree(home)
        number += step
    print(disk.calls)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
