"""A restore, from the check to the index: carried out by the one writer, and to its end also after a crash."""

from __future__ import annotations

import logging
from pathlib import Path

import search
from corpus.errors import InputError, OutageError
from search.generations import Generations

_log = logging.getLogger(__name__)


def restore(home: Path, file: Path, force: bool) -> None:
    """Make a home hold what a backup holds; while it is checked and unpacked, the home stays as it was.

    Raises:
        InputError: the backup is damaged, or the home holds something and there is no `force`.
        OutageError: a newer version wrote the backup, another process writes to the home, or the disk failed.
    """
    from corpus import backup

    backup.check(file)
    if not force and backup.holds_something(home):
        raise InputError(f"{home} holds something already. Add --force to replace it, or choose another home.")
    with search.open_home(home) as searcher, searcher.engine.writing():
        backup.unpack(home, file)
        _finish(home, searcher)


def resume(home: Path) -> None:
    """Sweep what a process that died left, and carry its restore to the end, unless another one is at it."""
    if (home / "backup.part").is_symlink():
        from corpus import backup  # with the Library's driver

        backup.sweep(home)
    interrupted = any(home.glob("restoring*"))
    if not interrupted and not Generations(home / "index").left_over():
        return
    try:
        with search.open_home(home) as searcher, searcher.engine.writing(0):  # entering sweeps
            if interrupted:
                _finish(home, searcher)
    except OutageError as error:
        if interrupted and error.code != "busy":
            _log.warning("A restore was interrupted and cannot be finished. %s", error)


def _finish(home: Path, searcher: search.Searcher) -> None:
    from corpus import backup
    from corpus.library import Library

    if backup.put_in_place(home):
        with Library.open(home) as library:
            search.rebuild(searcher, library)
    backup.clear(home)
