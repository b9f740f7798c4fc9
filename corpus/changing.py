"""Whether a home's Library is being changed, and how far it is: told without opening it, to those who only search."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import OutageError, disk_outage

VERSION = 4  # of the tables, the last step in `migrations`; a library with a higher one is refused
FILE_NAME = "library.sqlite3"
_LOCK = "library.lock"


@contextlib.contextmanager
def changing(home: Path) -> Iterator[None]:
    """Tell others that the Library is changed here, and its index brought up afterwards; any number may at once.

    Raises:
        OutageError: the home may not be written, or the disk is full.
    """
    try:
        descriptor = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise disk_outage(error, home) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # it ends with this process
        yield
    finally:
        os.close(descriptor)


def is_changing(home: Path) -> bool:
    """Tell whether some process is `changing` the Library."""
    try:
        descriptor = os.open(home / _LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except OSError:
        return True
    finally:
        os.close(descriptor)


def last_change(home: Path) -> int | None:
    """Return the last change number of a Library in the home; None where it cannot be read, or is not there.

    Raises:
        OutageError: a newer version wrote it.
    """
    import sqlite3  # answering needs no database driver until somebody asks for the Library's state

    try:
        # Opened to write where it may: a mere reader, being the last, would leave SQLite's own files behind.
        address = f"{(home / FILE_NAME).resolve().as_uri()}?mode=rw"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=1)) as library:
            version, change = library.execute("SELECT version_num, change FROM alembic_version, library").fetchone()
    except (sqlite3.Error, TypeError):
        return None
    if int(version) > VERSION:
        raise newer_home()
    return int(change)


def newer_home() -> OutageError:
    words = "This home was written by a newer version of Answerdesk. Install that version, or use another home."
    return OutageError(words, "newer_home")
