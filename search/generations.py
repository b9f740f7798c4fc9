"""Generations on disk: built beside, verified, swapped by an atomic pointer, retired when they are no longer live."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import OutageError

FORMAT = 1  # raised when an older Answerdesk could not read what this one writes
POINTER = "current.json"
BUILDING = "building-"
WAIT_FOR_WRITER = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Generation:
    """A finished generation: its folder's name, the last change it contains, when it was made, what it holds."""

    id: str
    change: int
    created: str
    articles: int
    passages: int
    format: int = FORMAT


class Generations:
    """The generations under one folder. Any number of processes read; one at a time writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = FileLock(root.parent / "index.lock")

    def live(self) -> Generation | None:
        """Return the live generation, or None where nothing was built yet.

        Raises:
            OutageError: the pointer cannot be read, or a newer Answerdesk wrote it.
        """
        try:
            data = json.loads((self.root / POINTER).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise OutageError(f"The index in {self.root} cannot be read ({error}). Run: answerdesk rebuild") from None
        if data.get("format", 0) > FORMAT:
            raise OutageError(
                "This home was written by a newer Answerdesk. Update Answerdesk, or choose another --home.",
                "newer_home",
            )
        return Generation(**data)

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes whenever another generation goes live; cheap enough to ask at every search."""
        try:
            found = (self.root / POINTER).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def folder(self, generation: Generation) -> Path:
        return self.root / generation.id

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer.

        Raises:
            OutageError: another process has been writing for too long.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with self._lock.acquire(timeout=WAIT_FOR_WRITER):
                yield
        except Timeout:
            raise OutageError("Another process is writing to this home. Wait for it, then try again.") from None

    @contextlib.contextmanager
    def building(self, start: Generation | None) -> Iterator[Path]:
        """Give a folder to build in, with hard links to the files of `start`; it is gone when the building fails."""
        self.sweep()
        folder = self.root / f"{BUILDING}{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        try:
            if start is not None:
                _link(self.folder(start), folder)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self, folder: Path, *, change: int, articles: int, passages: int) -> Generation:
        """Make a built folder the live generation; the one before it stays until the next, for those who read it."""
        created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        name = f"{change:012d}-{folder.name.removeprefix(BUILDING)}"
        generation = Generation(name, change, created, articles, passages)
        before = self.live()
        for file in folder.rglob("*"):
            if file.is_file():
                _sync(file)
        folder.rename(self.root / name)
        fresh = self.root / f"{POINTER}.{folder.name}"
        fresh.write_text(json.dumps(asdict(generation)), encoding="utf-8")
        _sync(fresh)
        fresh.replace(self.root / POINTER)
        _sync(self.root)
        self._retire({name, before.id if before else name})
        return generation

    def sweep(self) -> None:
        """Remove what a writer that died left half built. Only the writer may call this."""
        for folder in self.root.glob(f"{BUILDING}*"):
            shutil.rmtree(folder, ignore_errors=True)
        for file in self.root.glob(f"{POINTER}.*"):
            file.unlink(missing_ok=True)

    def _retire(self, kept: set[str]) -> None:
        for folder in self.root.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def _link(source: Path, target: Path) -> None:
    for file in source.rglob("*"):
        there = target / file.relative_to(source)
        if file.is_dir():
            there.mkdir(parents=True, exist_ok=True)
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            os.link(file, there)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
