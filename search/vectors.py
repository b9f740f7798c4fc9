"""Vectors on disk: one file a model, a record a text, found by the key of the text.

Values are int8 with a scale a record: against float32, cosines differ by .002 at most, and nDCG@10 over six collections
by -.0007. Records are appended as they are made, so that what was embedded stays so; one that is not what was written
is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from search.model import StoredPassage

Keys = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Values = npt.NDArray[np.int8]

_BLOCK = 512  # records looked at together: as floats they fit a processor's cache


def text_of(stored: StoredPassage) -> str:
    """Return what is embedded of a passage: its text in its context."""
    return "\n".join(filter(None, (stored.article_title, " › ".join(stored.heading_path), stored.text)))


def key_of(text: str) -> int:
    """Return the key of a text: 64 bits of its hash, never 0."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) or 1


class VectorFile:
    """The file of one model's vectors, each of `size` values. One process writes, any number read."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self._record = np.dtype([("check", "<u4"), ("key", "<u8"), ("scale", "<f4"), ("values", "i1", (size,))])

    def stamp(self) -> tuple[int, int, int]:
        """Return how many whole records there are, and what else changes with the file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return 0, 0, 0
        return found.st_size // self._record.itemsize, found.st_ino, found.st_mtime_ns

    def read(self) -> VectorTable:
        """Map the file as it is now; a record that was cut off at the end is left out."""
        count, *_ = self.stamp()
        if not count:
            return VectorTable(np.zeros(0, self._record))
        return VectorTable(np.memmap(self.path, self._record, "r", shape=(count,)).view(np.ndarray))

    def append(self, keys: Sequence[int], vectors: Floats) -> npt.NDArray[Any]:
        """Add vectors, and return their records; they are on disk when this returns."""
        records = np.zeros(len(keys), self._record)
        records["key"] = keys
        records["values"], records["scale"] = as_bytes(vectors)
        records["check"] = _checks(records)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.truncate(file.tell() // self._record.itemsize * self._record.itemsize)
            _write(file, records)
        return records

    def keep(self, records: npt.NDArray[Any]) -> None:
        """Write the file anew with these records of it alone; who has it open reads on in the old one."""
        part = self.path.with_suffix(".part")
        with part.open("wb") as file:
            _write(file, records)
        part.replace(self.path)


class VectorTable:
    """The records of a file as they were when it was read."""

    def __init__(self, records: npt.NDArray[Any]) -> None:
        self.records = records
        whole = np.flatnonzero(records["check"] == _checks(records))
        keys = records["key"][whole]
        order = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[order], whole[order]

    def rows(self, keys: Keys) -> Rows:
        """Return the row of each key, -1 where there is none."""
        at = np.searchsorted(self._keys, keys)
        there = np.append(self._keys, 0)[at] == keys
        found: Rows = np.where(there, np.append(self._rows, -1)[at], -1)
        return found

    def values_of(self, keys: Sequence[int]) -> list[Values | None]:
        """Return the values at each key, None where there are none."""
        return [self.records["values"][row] if row >= 0 else None for row in self.rows(np.array(keys, np.uint64))]

    def products(self, vectors: Floats) -> Floats:
        """Return the inner products of vectors with that of every row: all are looked at, none is guessed."""
        found = np.empty((len(self.records), len(vectors)), np.float32)
        floats = np.empty((_BLOCK, vectors.shape[1]), np.float32)
        for start in range(0, len(found), _BLOCK):
            block = self.records["values"][start : start + _BLOCK]
            np.copyto(floats[: len(block)], block)
            np.dot(floats[: len(block)], vectors.T, out=found[start : start + _BLOCK])
        found *= self.records["scale"][:, None]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The vectors that are known of a model, for an index that holds vectors itself."""

    model: str
    size: int
    table: VectorTable


def as_bytes(vectors: Floats) -> tuple[Values, Floats]:
    """Return vectors as bytes, and what each of them has to be multiplied by."""
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / 127
    values: Values = np.rint(vectors / scales[:, None]).astype(np.int8)
    return values, scales


def _write(file: Any, records: npt.NDArray[Any]) -> None:
    file.write(records.tobytes())
    file.flush()
    os.fsync(file.fileno())


def _checks(records: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    """Return a checksum of each record."""
    size, first = records.dtype.itemsize, records.dtype["check"].itemsize
    data = np.ascontiguousarray(records).view(np.uint8).data
    starts = range(0, len(data), size)
    return np.fromiter((zlib.crc32(data[at + first : at + size]) for at in starts), np.uint32, len(records))
