"""Files in blocks, each checked against its checksum before it is first read."""

from __future__ import annotations

import bisect
import functools
import mmap
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from search.engine import DamagedError

BLOCK = 1 << 18  # bytes


def checksums(path: Path) -> list[int]:
    """Return the CRC-32 of each block of a file."""
    sums = []
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            sums.append(zlib.crc32(block))
    return sums


_TYPES = ("u1", "u2", "u4", "u8")


def write_array(folder: Path, name: str, values: npt.ArrayLike) -> None:
    """Write whole numbers from 0 as the narrowest type that holds them all; the file's ending tells which."""
    numbers = np.asarray(values)
    highest = int(numbers.max(initial=0))
    kind = next(kind for kind in _TYPES if highest <= np.iinfo(kind).max)
    (folder / f"{name}.{kind}").write_bytes(numbers.astype(f"<{kind}").tobytes())


class BlockArray:
    """A memory-mapped array of whole numbers; a slice is checked block by block when it is first read.

    Args:
        folder: where the file is.
        name: the array's.
        sums: the CRC-32s of each file of the folder, by file name.

    Raises:
        DamagedError: here where the file's size cannot be right, and on reading blocks that are not what was written.
    """

    def __init__(self, folder: Path, name: str, sums: Mapping[str, Sequence[int]]) -> None:
        kind = next((kind for kind in _TYPES if f"{name}.{kind}" in sums), None)
        if kind is None:
            raise DamagedError(f"{name}: it is not in the manifest")
        self._path = path = folder / f"{name}.{kind}"
        self._sums = sums[path.name]
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else None
            self._array: npt.NDArray[Any] = np.frombuffer(self._map or b"", f"<{kind}")
        except (OSError, ValueError):  # ValueError: a size that is no multiple of the items'
            raise DamagedError(f"{path.name}: it is missing or cut off") from None
        if -(-size // BLOCK) != len(self._sums):
            raise DamagedError(f"{path.name}: its size is not what was written")
        self._bytes = self._array.view(np.uint8)
        self._unchecked = set(range(len(self._sums)))

    def __len__(self) -> int:
        return len(self._array)

    def read(self, first: int = 0, last: int | None = None) -> npt.NDArray[Any]:
        """Return the items from `first` up to `last`, once their blocks are known to be right."""
        if self._unchecked:
            width = self._array.itemsize
            stop = len(self._array) if last is None else last
            if stop > first:
                self._check(range(first * width // BLOCK, (stop * width - 1) // BLOCK + 1))
        return self._array[first:last]

    def release(self) -> None:
        """Give back the memory of what was read; what is read again comes from the file."""
        if self._map:
            self._map.madvise(mmap.MADV_DONTNEED)

    def _check(self, blocks: range) -> None:
        for number in blocks:
            if number in self._unchecked:
                if zlib.crc32(self._bytes[number * BLOCK : (number + 1) * BLOCK].tobytes()) != self._sums[number]:
                    raise DamagedError(f"{self._path.name}: block {number} is not what was written")
                self._unchecked.discard(number)


class Blobs:
    """Byte strings one after another, found by number: `data` holds them, `starts` where each begins."""

    def __init__(self, data: BlockArray, starts: BlockArray) -> None:
        self._data = data
        self._starts = starts

    def __len__(self) -> int:
        return max(len(self._starts) - 1, 0)

    def __getitem__(self, number: int) -> bytes:
        first, last = self._starts.read(number, number + 2).tolist()
        return self._data.read(first, last).tobytes()

    def release(self) -> None:
        """Give back the memory of what was read."""
        self._data.release()

    @functools.cached_property
    def _whole(self) -> tuple[bytes, memoryview]:
        """Everything, read once: a search takes its steps here, not through the files' blocks."""
        return self._data.read().tobytes(), self._starts.read().data

    def taken(self, number: int) -> bytes:
        """Return a string from what is held in memory: for short ones that are asked for often."""
        data, starts = self._whole
        return data[starts[number] : starts[number + 1]]

    def find(self, wanted: bytes) -> int | None:
        """Return the number of `wanted`; the strings are sorted."""
        number = self.first_from(wanted)
        return number if number < len(self) and self.taken(number) == wanted else None

    def first_from(self, wanted: bytes) -> int:
        """Return the number of the first string that does not come before `wanted`; they are sorted."""
        return bisect.bisect_left(range(len(self)), wanted, key=self.taken)
