"""Every kind of file damaged in every way, and two writers started at once."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from pathlib import Path

import search
from corpus.errors import InputError, OutageError
from corpus.library import Library
from tests.faults import desk
from tests.faults.desk import Damage
from webapp.opened import OpenHome
from webapp.status import status

_ARTICLES = 12
_WAYS = ("flip", "halve", "remove")


def spoil(folder: Path, damage: Damage) -> int:
    """Damage each kind of file of a home; a search finds everything, and nothing that is wrong. Return how many."""
    whole = folder / "whole"
    _two_writers(folder, whole, damage)
    with Library.open(whole) as library:  # a delta and deletions too
        article = library.get(desk.article_id(3))
    assert article is not None
    desk.write(folder / "docs1", 3, 2)
    desk.run(whole, "ingest", folder / "docs1")
    kinds = {re.sub(r"[0-9a-z_]{12,}", "*", path.relative_to(whole).as_posix()): path for path in _files(whole)}
    for kind, path in kinds.items():
        for way in _WAYS:
            home = folder / "home"
            shutil.copytree(whole, home)
            _spoil(home / path.relative_to(whole), way)
            _look(home, f"{kind}, {way}", kind.startswith("library.sqlite3"), damage)
            shutil.rmtree(home)
    return len(kinds) * len(_WAYS)


def _two_writers(folder: Path, home: Path, damage: Damage) -> None:
    writers = []
    for part in range(2):
        docs = folder / f"docs{part}"
        docs.mkdir()
        for number in range(_ARTICLES):
            if number % 2 == part:
                desk.write(docs, number, 1)
        command = [*desk.COMMAND, "--home", str(home), "ingest", str(docs)]
        writers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
    for writer in writers:
        _, errors = writer.communicate(timeout=600)
        if writer.returncode:
            damage.add("unreadable", f"one of two writers ended with {writer.returncode}: {errors[-300:]}")
    found = desk.versions(home, range(_ARTICLES), damage, "two writers")
    if set(found.values()) != {1}:
        damage.add("lost", f"two writers: {found}")
    desk.look_around(home, damage, "two writers")


def _files(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file() and path.suffix != ".lock")


def _spoil(path: Path, way: str) -> None:
    data = path.read_bytes()
    path.unlink()
    middle = len(data) // 2
    if way == "flip":
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else b"")
    elif way == "halve":
        path.write_bytes(data[:middle])


def _look(home: Path, when: str, library: bool, damage: Damage) -> None:
    """A damaged library is told in words and the index answers on; of all else nothing is seen but by `status`."""
    try:
        with search.open_home(home) as searcher:
            searcher.verify()
            for number in range(_ARTICLES):
                hits = searcher.search("stamp", limit=50, filters={"article": [desk.article_id(number)]}).hits
                if desk.version_of([hit.passage.text for hit in hits]) != (2 if number == 3 else 1):
                    damage.add("lost", f"{when}: {desk.article_id(number)}")
    except (OutageError, InputError) as error:
        damage.add("unreadable", f"{when}: {error}")
    try:
        with contextlib.closing(OpenHome(home)) as opened:
            status(opened)
    except OutageError as error:
        if not library:
            damage.add("unreadable", f"{when}: {error}")
