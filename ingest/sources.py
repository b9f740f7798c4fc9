"""What people name on the command line -> the files to read."""

from __future__ import annotations

import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from corpus.errors import InputError

SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".docx": "docx",
    ".docm": "docx",
    ".pdf": "pdf",
    ".jsonl": "records",
    ".ndjson": "records",
    ".json": "records",
    ".csv": "records",
    ".tsv": "records",
    ".zip": "zip",
}
_BY_NAME = {".json", ".zip"}  # read where it is named itself: in a folder, most are settings and the like
CONTAINERS = {"records", "zip", "web"}  # what holds many articles
DOCUMENTS = {"docx", "pdf"}  # what is always read in a process of its own: their readers meet every trick there is
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)  # what a part of an archive may raise
GONE = "gone"  # code of the error of a page that its server says is no longer there
LEFT_OUT = "left_out"  # code of an error that is no failure: a person decided so
READ = (
    "HTML (.html), Markdown (.md), plain text (.txt), PDF (.pdf), Word (.docx), "
    "records (.csv, .json, .jsonl) and ZIP archives of these (.zip)"
)
SENT = "sent"  # begins the keys of files that were sent to a page
_WEB = ("http://", "https://", "ftp://")


@dataclass(frozen=True, slots=True)
class Source:
    """One file or a part of one to read, or the reason why there is none.

    `source` is its name as people see it, `key` its identity (an absolute path), `argument` what was named to find it.
    A part opens by `opener`, lies in `container` (a key) and at `path`, and `shown_as` is its article's source. A page
    has the `validators` by which its server tells whether it was modified, or the `digest` of one that was not.
    """

    source: str
    key: str
    argument: str
    path: Path | None = None
    unusable: InputError | None = None
    kind: str = ""
    opener: Callable[[], BinaryIO] | None = None
    container: str = ""
    shown_as: str = ""
    validators: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def part(self, name: str, **facts: Any) -> Source:
        """Return a part of this source, which is a container."""
        return replace(
            self,
            source=f"{self.source}/{name}",
            key=f"{self.key}/{name}",
            container=self.container or self.key,
            **{"kind": "", "opener": None, **facts},
        )

    def open(self) -> BinaryIO:
        """Open it. InputError when it is missing or not a file."""
        if self.unusable:
            raise self.unusable
        try:
            if self.opener:
                return self.opener()
            if not self.path or not stat.S_ISREG(self.path.stat().st_mode):  # a pipe or a device would wait for ever
                raise InputError("It is not a file.")
            return self.path.open("rb")
        except OSError as error:
            raise InputError(_why_not(error)) from None

    def data(self, most_mb: int) -> bytes:
        """Read it. InputError when it cannot be opened, is empty, or larger than `most_mb` megabytes."""
        most = most_mb * 1024 * 1024
        try:
            with self.open() as file:
                data = file.read(most + 1)
        except OSError as error:
            raise InputError(_why_not(error)) from None
        except DAMAGED:
            raise InputError("It is damaged.") from None
        if len(data) > most:
            raise InputError(f"It is larger than {most_mb} MB, the setting max_document_mb.")
        if not data:
            raise InputError("It is empty.")
        return data


@dataclass(frozen=True, slots=True)
class Web:
    """How the web is read: hosts that may be private, the pause in seconds, and what is remembered of earlier times.

    `recall` returns the digest and the validators of a page that need not be read again unless it was modified, `known`
    the addresses of articles below one.
    """

    allowed: Collection[str] = ()
    pause: float = 1.0
    recall: Callable[[str], tuple[str, Mapping[str, str]] | None] = lambda url: None
    known: Callable[[str], Iterable[str]] = lambda root: ()


def kind_of(name: str) -> str:
    """Return the kind of a file by its name: text, where that says nothing."""
    return SUFFIXES.get(PurePosixPath(name).suffix.lower(), "text")


def count(sources: Sequence[Source]) -> int:
    """Return how many articles these sources may hold; 0 where that is unknown."""
    return 0 if any((source.kind or kind_of(source.source)) in CONTAINERS for source in sources) else len(sources)


def sent(name: str, data: bytes) -> Source:
    """Return a file that was sent, not found: sent again under its name, it is the same source."""
    name = _readable(name.replace("\\", "/").rpartition("/")[2])
    key = f"{SENT}/{name}"
    if _is_foreign(Path(name)):
        return Source(name, key, name, unusable=InputError(_foreign(Path(name))))
    return Source(name, key, name, opener=partial(io.BytesIO, data))


def is_hidden(name: str) -> bool:
    """Tell whether a file or folder is none that people see: of the system, or a lock of Word's."""
    return name.startswith((".", "~$", "__MACOSX"))


def find(arguments: Sequence[str]) -> Iterator[Source]:
    """Yield what the arguments stand for, each file once, the files of a folder in a stable order."""
    seen: set[str] = set()
    for argument in arguments:
        for source in _find_one(argument):
            if source.key not in seen:
                seen.add(source.key)
                yield source


def root_key(argument: str) -> str:
    """Return the key of what an argument names; the keys of a folder's files, or a site's pages, lie below its own."""
    if argument.lower().startswith(_WEB):
        from ingest.crawl import scope
        from ingest.web import normal

        return scope(normal(argument) or argument)
    path = Path(argument)
    try:
        resolved = path.resolve() if os.path.isdir(path) else path.parent.resolve() / path.name
    except (OSError, ValueError, RuntimeError):
        resolved = path.absolute()
    return _readable(resolved)


def _find_one(argument: str) -> Iterator[Source]:
    def unusable(words: str) -> Source:
        return Source(_readable(argument), root_key(argument), argument, unusable=InputError(words))

    path = Path(argument)
    if argument.lower().startswith(_WEB):
        from ingest.web import normal  # where it is used: most ingests need none of it

        if url := normal(argument):
            yield Source(url, url, argument, kind="web")
        else:
            yield unusable("This is no address that can be fetched. Write it like https://example.com/help/.")
    elif "\0" in argument:
        yield unusable("There is no such file or folder.")
    elif os.path.isdir(path):
        found = False
        for source in _below(path, argument):
            found = True
            yield source
        if not found:
            yield unusable(f"There is nothing to read in this folder. Answerdesk reads {READ}.")
    elif _is_foreign(path) and os.path.exists(path):
        yield unusable(_foreign(path))
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
            if path.suffix.lower() in SUFFIXES.keys() - _BY_NAME and not is_hidden(name):
                yield Source(_readable(path), f"{root}/{_readable(path.relative_to(folder))}", argument, path)
    for error in errors:
        path = Path(os.fsdecode(error.filename))
        words = "This folder may not be read. Check its permissions."
        yield Source(_readable(path), root_key(str(path)), argument, unusable=InputError(words))


def _is_foreign(path: Path) -> bool:
    return bool(path.suffix) and path.suffix.lower() not in SUFFIXES


def _foreign(path: Path) -> str:
    return f"{path.suffix} files cannot be read. Answerdesk reads {READ}."


def _readable(path: Path | str) -> str:
    """Return a path as text that can be stored, also when its name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace").replace("\0", "\ufffd")


def _why_not(error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "There is no such file or folder."
    if isinstance(error, PermissionError):
        return "It may not be read. Check its permissions."
    return "It could not be read from the disk."
