"""A ZIP archive -> the files in it, as sources; nothing is ever unpacked to the disk."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import IO, cast

from corpus.errors import InputError
from ingest.sources import READ, SUFFIXES, Source, is_hidden

_MOST_FILES = 10_000
_MOST_BYTES = 4 * 1024**3  # unpacked
_MOST_RATIO = 200  # of a file's size to its packed one; text comes to 20
_SMALL = 1_000_000  # bytes; a file that is smaller may be packed as well as it likes
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_ARCHIVE = re.compile(r"\.(?:zip|7z|rar|tar|tgz|gz|bz2|xz|zst|jar|cab|iso|dmg)$", re.IGNORECASE)


def parts(source: Source) -> Iterator[Source]:
    """Yield each readable file of an archive; one that may do harm is a source that says why it is not read.

    InputError where the archive cannot be opened, or would unpack beyond measure. A part must be read before the next.
    """
    with source.open() as file:
        try:
            archive = zipfile.ZipFile(cast("IO[bytes]", file))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise InputError("It is damaged, or no ZIP archive.") from None
        with archive:
            found = False
            for part in _checked(archive, source):
                found = True
                yield part
            if not found:
                raise InputError(f"There is nothing to read in this archive. Answerdesk reads {READ}.")


def _checked(archive: zipfile.ZipFile, source: Source) -> Iterator[Source]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_FILES:
        raise InputError(
            f"It holds {len(entries):,} files; {_MOST_FILES:,} are the most. Cut it into smaller archives."
        )
    if sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise InputError(f"Unpacked, it would be larger than {_MOST_BYTES // 1024**3} GB.")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        why = _refusal(entry) or ("Another file in the archive has the same name." if name in seen else "")
        seen.add(name)
        if why:
            yield source.part(name, unusable=InputError(why))
        elif PurePosixPath(name).suffix.lower() in SUFFIXES and not any(map(is_hidden, name.split("/"))):
            yield source.part(name, opener=partial(archive.open, entry))


def _refusal(entry: zipfile.ZipInfo) -> str:
    """Say why a file is not read; "" where nothing speaks against it. Nothing larger than declared is ever unpacked."""
    name = entry.orig_filename
    if name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name) or "\0" in name:
        return "Its name leads out of the archive."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "It is a link."
    if _ARCHIVE.search(name):
        return "It is an archive in an archive. Unpack it, and name what is in it."
    if entry.flag_bits & 1:
        return "It has a password."
    if entry.compress_type not in _METHODS:
        return "It is packed in a way that cannot be read."
    if entry.file_size > max(_SMALL, _MOST_RATIO * entry.compress_size):
        return f"Unpacked, it would be more than {_MOST_RATIO} times as large, as no text is."
    return ""
