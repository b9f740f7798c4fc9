"""One file with everything of a home that cannot be made again, written while others work, verified before it is used.

The file is a zip of the Library, as one transaction sees it, and of the desk's files. Its comment, the last 64 bytes,
is the SHA-256 of all bytes before it. A restore unpacks and checks everything in a folder beside, names that ready (and
is carried out from here on, after a crash by whoever opens the home next), puts it in place and removes the folder.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.changing import FILE_NAME, VERSION
from corpus.errors import InputError, OutageError, disk_outage
from corpus.schema import connect, sqlite_outage

FORMAT = 1  # raised when an older Answerdesk could not restore what this one writes
DESK_FILES = ("*.toml", "*.txt")  # settings, and what the team wrote
DAMAGED = "damaged_backup"  # the code of the InputError
_ABOUT = "backup.json"
_PART = ".answerdesk-backup.part"
_NOTE = "backup.part"  # in the home, while a backup is written: leads to what is written
_UNPACKED, _READY = "restoring.part", "restoring"
_DIGEST_LENGTH = 64


def write(home: Path, file: Path) -> None:
    """Write everything of a home into `file`, which is replaced when it is a backup already.

    Raises:
        InputError: there is nothing to back up, or `file` is something else.
        OutageError: the disk or the Library failed, or another backup is written beside this one.
    """
    if not (home / FILE_NAME).is_file():
        raise InputError(f"There is nothing to back up in {home}.")
    if not file.parent.is_dir():
        raise InputError(f"There is no folder {file.parent}. Make it, or choose another one.")
    if file.exists() and not zipfile.is_zipfile(file):
        raise InputError(f"{file} is there already and is no backup. Choose another name.")
    with _failures(file.parent), _alone(file.parent.absolute() / _PART, home / _NOTE) as part:
        about = {
            "format": FORMAT,
            "library": VERSION,
            "version": importlib.metadata.version("answerdesk"),
            "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        }
        with zipfile.ZipFile(part / file.name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.comment = b"0" * _DIGEST_LENGTH
            archive.writestr(_ABOUT, json.dumps(about))
            for path in _desk_files(home):
                archive.writestr(path.name, path.read_bytes())
            with _failures(home):
                _copy(home / FILE_NAME, part / FILE_NAME)
                if not _is_whole(part / FILE_NAME):
                    raise OutageError(f"The library in {home} is damaged. Restore a backup.", "library_damaged")
            archive.write(part / FILE_NAME, FILE_NAME)
        with (part / file.name).open("r+b") as finished:
            digest = _digest(part / file.name)
            finished.seek(-_DIGEST_LENGTH, os.SEEK_END)
            finished.write(digest)
            finished.flush()
            os.fsync(finished.fileno())
        (part / file.name).replace(file)
        _sync(file.parent)


def sweep(home: Path) -> None:
    """Remove what a backup that died left beside its file."""
    note = home / _NOTE
    with contextlib.suppress(OutageError, OSError), _alone(note.readlink(), note):
        pass


def holds_something(home: Path) -> bool:
    """Tell whether a restore would replace anything; a Library that cannot be read counts."""
    if any(_desk_files(home)):
        return True
    if not (home / FILE_NAME).exists():
        return False
    try:
        with contextlib.closing(connect(home / FILE_NAME)) as library:
            return any(change for (change,) in library.execute("SELECT change FROM library"))
    except sqlite3.Error:
        return True


def check(file: Path) -> None:
    """Check that a backup is whole and can be read by this version.

    Raises:
        InputError: it is damaged, or no backup; the code is `DAMAGED`.
        OutageError: a newer version wrote it.
    """
    with _damage(file):
        with file.open("rb") as opened:
            opened.seek(max(file.stat().st_size - _DIGEST_LENGTH, 0))
            if opened.read() != _digest(file):
                raise ValueError
        with zipfile.ZipFile(file) as archive:
            about = json.loads(archive.read(_ABOUT))
            newer = about["format"] > FORMAT or about["library"] > VERSION
    if newer:
        raise OutageError(f"{file} was written by a newer version of Answerdesk. Install that version.", "newer_backup")


def unpack(home: Path, file: Path) -> None:
    """Unpack a backup that was checked beside what the home holds, check its Library, and name it ready."""
    with _failures(home):
        shutil.rmtree(home / _UNPACKED, ignore_errors=True)
        (home / _UNPACKED).mkdir(parents=True)
        with _damage(file), zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if name != Path(name).name:
                    raise ValueError
                with archive.open(name) as packed, (home / _UNPACKED / name).open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
                    unpacked.flush()
                    os.fsync(unpacked.fileno())
            if not _is_whole(home / _UNPACKED / FILE_NAME):
                raise ValueError
        _sync(home / _UNPACKED)
        (home / _UNPACKED).rename(home / _READY)
        _sync(home)


def put_in_place(home: Path) -> bool:
    """Put what is ready in place of what the home held; return whether there was anything.

    The Library is replaced in one transaction, also under those who have it open.
    """
    ready = home / _READY
    if not ready.exists():
        return False
    with _failures(home):
        if (ready / FILE_NAME).exists():
            _replace_library(ready / FILE_NAME, home)
            (ready / FILE_NAME).unlink()
        for path in _desk_files(home):
            if not (ready / path.name).exists():
                path.unlink()
        for path in _desk_files(ready):
            coming = ready / f"{path.name}.part"
            shutil.copyfile(path, coming)
            coming.replace(home / path.name)
        _sync(home)
    return True


def clear(home: Path) -> None:
    """Remove what a restore worked with. Only the one writer may call this."""
    if (home / _READY).exists():
        shutil.rmtree(home / _UNPACKED, ignore_errors=True)
        (home / _READY).rename(home / _UNPACKED)
    shutil.rmtree(home / _UNPACKED, ignore_errors=True)


def _desk_files(folder: Path) -> list[Path]:
    return sorted(path for pattern in DESK_FILES for path in folder.glob(pattern) if path.is_file())


def _copy(source: Path, target: Path) -> None:
    """Copy a SQLite database as it stands now, in one transaction on both sides."""
    with contextlib.closing(connect(source)) as old, contextlib.closing(connect(target)) as new:
        new.execute("PRAGMA synchronous = FULL")
        old.backup(new)


def _replace_library(source: Path, home: Path) -> None:
    try:
        _copy(source, home / FILE_NAME)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        for suffix in ("-wal", "-shm", ""):  # what is damaged cannot be written over
            (home / f"{FILE_NAME}{suffix}").unlink(missing_ok=True)
        _copy(source, home / FILE_NAME)


def _is_whole(file: Path) -> bool:
    with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)) as library:
        library.execute("SELECT change FROM library").fetchone()
        return bool(library.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))


def _digest(file: Path) -> bytes:
    """Return the SHA-256 of a file but for its last bytes, where it stands itself."""
    digest, left = hashlib.sha256(), file.stat().st_size - _DIGEST_LENGTH
    with file.open("rb") as opened:
        while left > 0 and (block := opened.read(min(left, 1 << 20))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest().encode()


@contextlib.contextmanager
def _alone(folder: Path, note: Path) -> Iterator[Path]:
    """Give an empty folder of our own, which is removed; what one that died left in it goes first."""
    folder.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        descriptor = os.open(folder, os.O_RDONLY)
        stack.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            words = f"Another backup is being written in {folder.parent}. Try again when it is done."
            raise OutageError(words, "busy") from None
        with contextlib.suppress(OSError):  # a home that may not be written is backed up too
            note.symlink_to(folder)
        stack.callback(_remove_note, note, folder)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for left in folder.iterdir():
            left.unlink()
        yield folder


def _remove_note(note: Path, folder: Path) -> None:
    with contextlib.suppress(OSError):  # it may be another backup's
        if note.readlink() == folder:
            note.unlink()


@contextlib.contextmanager
def _damage(file: Path) -> Iterator[None]:
    """Turn whatever a file that is no whole backup leads to into one sentence."""
    wrong: tuple[Any, ...] = (zipfile.BadZipFile, zlib.error, sqlite3.DatabaseError, ValueError, KeyError, TypeError)
    try:
        yield
    except (*wrong, EOFError, NotImplementedError):
        raise InputError(f"{file} is damaged, or is no backup. Nothing was changed.", DAMAGED) from None


@contextlib.contextmanager
def _failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise sqlite_outage(error, folder) from error
    except OSError as error:
        raise disk_outage(error, folder) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
