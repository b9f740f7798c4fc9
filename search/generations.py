"""Generations on disk: built beside, verified, swapped by an atomic pointer, retired when they are no longer live.

`current.json` names the live generation and the digest of its manifest; `<generation>/manifest.json` lists every file
with its size and the checksums of its blocks, so that what was not written by us is never read.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import logging
import os
import shutil
import socket
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from corpus.changing import newer_home
from corpus.errors import OutageError, disk_outage
from search.engine import DamagedError
from search.engines.blocks import checksums

FORMAT = 5  # raised when an older Answerdesk could not read what this one writes
POINTER = "current.json"
MANIFEST = "manifest.json"
BUILDING = "building-"
DAMAGED = "damaged-"
NOTE = "damage.json"
_SILENT_WAIT = 1.0  # seconds, before it is said who is waited for

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment of the index: the folder of its columns, and the numbers of its deleted passages."""

    columns: str
    deleted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """A finished generation, as its manifest has it; `files` maps a path to its size and checksums."""

    id: str
    change: int
    created: str
    segments: tuple[SegmentEntry, ...]
    files: dict[str, dict[str, Any]] = field(repr=False)
    format: int = FORMAT

    def sums(self, folder: str) -> dict[str, Sequence[int]]:
        """Return the checksums of the files of one folder, by file name."""
        start = f"{folder}/"
        return {name[len(start) :]: entry["sums"] for name, entry in self.files.items() if name.startswith(start)}


class Generations:
    """The generations under one folder. Any number of processes read; one at a time writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = str(root / POINTER)  # a path made anew takes longer than to look at it
        self._lock = FileLock(root.parent / "index.lock")
        self._holder = root.parent / "index.writer.json"

    def live(self) -> Generation | None:
        """Return the live generation, or None where nothing was built yet.

        Raises:
            DamagedError: the pointer or the manifest is not what was written.
            OutageError: a newer Answerdesk wrote it.
        """
        try:
            pointer = json.loads((self.root / POINTER).read_bytes())
        except FileNotFoundError:
            if any(self.root.glob(f"*/{MANIFEST}")):
                raise DamagedError(f"{POINTER}: it is missing") from None
            return None
        except (OSError, ValueError):
            raise DamagedError(f"{POINTER}: it cannot be read") from None
        if not isinstance(pointer, dict) or not isinstance(pointer.get("format"), int):
            raise DamagedError(f"{POINTER}: it does not name a generation")
        if pointer["format"] > FORMAT:
            raise newer_home()
        if pointer["format"] < FORMAT:
            return None  # an older Answerdesk built it: it is built again
        return self._read_manifest(pointer)

    def _read_manifest(self, pointer: dict[str, Any]) -> Generation:
        name = pointer.get("generation")
        try:
            data = (self.root / str(name) / MANIFEST).read_bytes()
        except OSError:
            raise DamagedError(f"{MANIFEST}: it is missing") from None
        if hashlib.sha256(data).hexdigest() != pointer.get("manifest"):
            raise DamagedError(f"{MANIFEST}: it is not what was written")
        fields = json.loads(data)
        segments = tuple(SegmentEntry(one["columns"], tuple(one["deleted"])) for one in fields.pop("segments"))
        return Generation(segments=segments, **fields)

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes whenever another generation goes live; cheap enough to ask at every search."""
        try:
            found = os.stat(self._pointer)
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def folder(self, generation: Generation) -> Path:
        return self.root / generation.id

    def check(self, generation: Generation) -> None:
        """Check the files of a generation outside its columns against their checksums.

        Raises:
            DamagedError: one is missing or is not what was written.
        """
        for name, entry in generation.files.items():
            if "/" not in name:
                path = self.folder(generation) / name
                if not path.is_file() or checksums(path) != entry["sums"]:
                    raise DamagedError(f"{name}: it is not what was written")

    @contextlib.contextmanager
    def writing(self, wait: float) -> Iterator[None]:
        """Be the one writer: the lock ends with its process. A thread that is the writer already may enter again.

        Raises:
            OutageError: another process was writing for all of `wait` (the message says which), or the disk failed.
        """
        if self._lock.is_locked:
            yield
            return
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with self._locked(wait):
                who = {"process": os.getpid(), "host": socket.gethostname()}
                self._holder.write_text(json.dumps(who), encoding="utf-8")
                self._sweep()
                yield
        except Timeout:
            raise OutageError(f"{self._writer()} is writing to this home. Try again later.", "busy") from None
        except OSError as error:
            raise disk_outage(error, self.root.parent) from error

    def _locked(self, wait: float) -> contextlib.AbstractContextManager[object]:
        try:
            return self._lock.acquire(timeout=min(wait, _SILENT_WAIT))
        except Timeout:
            if wait <= _SILENT_WAIT:
                raise
        _log.warning("%s is writing to this home. Waiting for it, at most %d seconds.", self._writer(), wait)
        return self._lock.acquire(timeout=wait - _SILENT_WAIT)

    def _writer(self) -> str:
        try:
            who = json.loads(self._holder.read_text(encoding="utf-8"))
            return f"Process {who['process']} on {who['host']}"
        except (OSError, ValueError, KeyError):
            return "Another process"

    @contextlib.contextmanager
    def building(self, start: Generation | None) -> Iterator[Path]:
        """Give a folder to build in, with hard links to the files of `start`; it is gone when the building fails."""
        folder = self.root / f"{BUILDING}{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        try:
            for name in start.files if start else ():
                there = folder / name
                there.parent.mkdir(exist_ok=True)
                os.link(self.folder(start) / name, there)  # type: ignore[arg-type]
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(
        self,
        folder: Path,
        *,
        change: int,
        segments: Sequence[SegmentEntry],
        start: Generation | None = None,
    ) -> Generation:
        """Make a built folder the live generation: files first, then the manifest, then the pointer, each on disk.

        The generation before it stays until the next one, for those who read it.
        """
        known = start.files if start else {}
        files: dict[str, dict[str, Any]] = {}
        fresh: list[Path] = []
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            files[name] = known.get(name) or {"size": path.stat().st_size, "sums": checksums(path)}
            if name not in known:
                fresh.append(path)
        _sync_all(fresh)
        name = f"{change:012d}-{folder.name.removeprefix(BUILDING)}"
        created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        generation = Generation(name, change, created, tuple(segments), files)
        manifest = json.dumps(asdict(generation)).encode()
        _write(folder / MANIFEST, manifest)
        _sync_all([folder, *(path for path in folder.iterdir() if path.is_dir())])
        digest = hashlib.sha256(manifest).hexdigest()
        kept = [name, *self._pointed()[:1]]
        pointer = {"format": FORMAT, "generation": name, "manifest": digest, "before": kept[1:]}
        coming = self.root / f"{POINTER}.{folder.name}"
        _write(coming, json.dumps(pointer).encode())  # first: it tells what is unfinished from a lost pointer
        folder.rename(self.root / name)
        _sync(self.root)
        coming.replace(self.root / POINTER)
        _sync(self.root)
        self._sweep()
        return generation

    def set_aside(self) -> None:
        """Take the damaged live generation out of the way: what was found damaged never reaches a result."""
        (self.root / POINTER).unlink(missing_ok=True)
        self._remove_damaged()
        for manifest in self.root.glob(f"*/{MANIFEST}"):
            manifest.parent.rename(self.root / f"{DAMAGED}{manifest.parent.name}")
            (self.root / f"{DAMAGED}{manifest.parent.name}" / MANIFEST).unlink()

    def note_damage(self, what: str | None) -> None:
        """Remember what was found damaged; without it, forget what was remembered and set aside."""
        if what is None:
            (self.root / NOTE).unlink(missing_ok=True)
            self._remove_damaged()
        else:
            when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            _write(self.root / NOTE, json.dumps({"what": what, "when": when}).encode())

    def damage(self) -> str | None:
        """Return what was found damaged, and when, as a sentence."""
        try:
            note = json.loads((self.root / NOTE).read_bytes())
            return f"The index was damaged ({note['what']}, found {note['when']}) and has been rebuilt."
        except (OSError, ValueError, KeyError):
            return None

    def _remove_damaged(self) -> None:
        for folder in self.root.glob(f"{DAMAGED}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def _pointed(self) -> list[str]:
        """Return the names of the live generation and the one before; none where the pointer cannot be read."""
        try:
            pointer = json.loads((self.root / POINTER).read_bytes())
            return [str(pointer["generation"]), *map(str, pointer["before"])]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def left_over(self) -> list[Path]:
        """Return what a writer that died left behind: generations too, where it is known which ones live."""
        unfinished = list(self.root.glob(f"{POINTER}.*"))
        kept = self._pointed()
        if not kept and ((self.root / POINTER).exists() or not unfinished):
            return [*self.root.glob(f"{BUILDING}*"), *unfinished]
        folders = (path for path in self.root.iterdir() if path.is_dir())
        dead = (path for path in folders if path.name not in kept and not path.name.startswith(DAMAGED))
        return [*dead, *unfinished]  # in this order: while one is unfinished, a lost pointer is no damage

    def _sweep(self) -> None:
        """Remove what is left over. Only the writer may call this."""
        for path in self.left_over():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_all(paths: Sequence[Path]) -> None:
    """Sync at once: a disk takes hardly longer for many than for one."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
