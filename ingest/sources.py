"""What people name on the command line -> the files to read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError

SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
}
READ = "HTML (.html), Markdown (.md) and plain text (.txt)"
_WEB = ("http://", "https://", "ftp://")


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, or the reason why there is none.

    `source` is its name as people see it, `key` its identity (an absolute path), `argument` what was named to find it.
    """

    source: str
    key: str
    argument: str
    path: Path | None = None
    unusable: str = ""

    def data(self, most_mb: int) -> bytes:
        """Read it. InputError when it is missing, empty, not a file, or larger than `most_mb` megabytes."""
        if self.path is None:
            raise InputError(self.unusable)
        most = most_mb * 1024 * 1024
        try:
            facts = self.path.stat()
            if not stat.S_ISREG(facts.st_mode):  # reading a pipe or a device would wait for ever
                raise InputError("It is not a file.")
            with self.path.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise InputError(_why_not(error)) from None
        if len(data) > most:
            raise InputError(f"It is larger than {most_mb} MB, the setting max_document_mb.")
        if not data:
            raise InputError("It is empty.")
        return data


def find(arguments: Sequence[str]) -> Iterator[Source]:
    """Yield what the arguments stand for, each file once, the files of a folder in a stable order."""
    seen: set[str] = set()
    for argument in arguments:
        for source in _find_one(argument):
            if source.key not in seen:
                seen.add(source.key)
                yield source


def root_key(argument: str) -> str:
    """Return the key of what an argument names; the keys of a folder's files lie below its own."""
    path = Path(argument)
    try:
        resolved = path.resolve() if os.path.isdir(path) else path.parent.resolve() / path.name
    except (OSError, ValueError, RuntimeError):
        resolved = path.absolute()
    return _readable(resolved)


def _find_one(argument: str) -> Iterator[Source]:
    def unusable(words: str) -> Source:
        return Source(_readable(argument), root_key(argument), argument, unusable=words)

    path = Path(argument)
    if argument.lower().startswith(_WEB):
        yield unusable("Pages cannot be read from the web yet. Save the page, and ingest the file.")
    elif "\0" in argument:
        yield unusable("There is no such file or folder.")
    elif os.path.isdir(path):
        found = False
        for source in _below(path, argument):
            found = True
            yield source
        if not found:
            yield unusable(f"There is nothing to read in this folder. Answerdesk reads {READ}.")
    elif path.suffix and path.suffix.lower() not in SUFFIXES and os.path.exists(path):
        yield unusable(f"{path.suffix} files cannot be read. Answerdesk reads {READ}.")
    else:
        yield Source(_readable(path), root_key(argument), argument, path)


def _below(folder: Path, argument: str) -> Iterator[Source]:
    """Yield the readable files in a folder and below; hidden ones and linked folders are left out."""
    root = root_key(argument)
    errors: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(place, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Source(_readable(path), f"{root}/{_readable(path.relative_to(folder))}", argument, path)
    for error in errors:
        path = Path(os.fsdecode(error.filename))
        words = "This folder may not be read. Check its permissions."
        yield Source(_readable(path), root_key(str(path)), argument, unusable=words)


def _readable(path: Path | str) -> str:
    """Return a path as text that can be stored, also when its name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace").replace("\0", "\ufffd")


def _why_not(error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "There is no such file or folder."
    if isinstance(error, PermissionError):
        return "It may not be read. Check its permissions."
    return "It could not be read from the disk."
