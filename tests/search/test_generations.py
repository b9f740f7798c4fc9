"""One writer, generations that a dead writer left unfinished, and an index that is not there."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import search
from corpus.errors import OutageError
from corpus.library import Library
from search.engines.whoosh_engine import WhooshEngine
from search.generations import MANIFEST, POINTER, Generations
from tests.articles import article, small_library

DIE_AT = """
import os, sys, pathlib
import search
from corpus.library import Library
from tests.articles import article

def die(path, target):
    if sys.argv[2] == "rename" or pathlib.Path(target).name == "current.json":
        os._exit(9)
    return move(path, target)

home = pathlib.Path(sys.argv[1])
with Library.open(home) as library, search.open_home(home) as searcher:
    library.put(article("late", "Late", ("", "A late article of zincum.")))
    name = "rename" if sys.argv[2] == "rename" else "replace"
    move = getattr(pathlib.Path, name)
    setattr(pathlib.Path, name, die)
    search.catch_up(searcher, library)
"""


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as library:
        for one in small_library():
            library.put(one)
        yield library


def found(home: Path, text: str) -> int:
    with search.open_home(home) as searcher:
        return searcher.search(text).total


def folders(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "index").iterdir() if path.is_dir())


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("at", ["rename", "replace"])
def test_a_writer_that_dies_while_it_publishes_leaves_nothing(
    home: Path, library: Library, first: bool, at: str
) -> None:
    if not first:
        with search.open_home(home) as searcher:
            search.catch_up(searcher, library)
    before = folders(home) if not first else []
    assert subprocess.run([sys.executable, "-c", DIE_AT, str(home), at], check=False).returncode == 9
    assert folders(home) != before
    with search.open_home(home) as searcher:
        search.catch_up(searcher, library)
        assert searcher.search("zincum").total == 1
        assert searcher.state().damage is None
    assert len(folders(home)) == (1 if first else 2)
    assert not list((home / "index").glob(f"{POINTER}.*"))


def test_what_a_dead_writer_left_goes_also_when_there_is_nothing_to_catch_up(home: Path, library: Library) -> None:
    with search.open_home(home) as searcher:
        search.catch_up(searcher, library)
        (home / "index" / "building-0123456789ab").mkdir()
        assert search.catch_up(searcher, library) == 0
    assert len(folders(home)) == 1


def test_an_index_that_is_missing_is_built_from_the_library(home: Path, library: Library) -> None:
    assert found(home, "magnesium") == 3
    shutil.rmtree(home / "index")
    assert found(home, "magnesium") == 3


def test_a_search_in_an_empty_folder_writes_nothing(tmp_path: Path) -> None:
    assert found(tmp_path / "nothing", "magnesium") == 0
    assert not (tmp_path / "nothing").exists()


def test_changes_are_taken_onto_the_index_they_follow(home: Path, library: Library) -> None:
    """A writer that waited for another one looks again before it writes."""
    with search.open_home(home) as searcher, search.open_home(home) as other:
        search.catch_up(searcher, library)
        library.put(article("late", "Late", ("", "A late article of zincum.")))
        with other.engine.writing():
            waiting = threading.Thread(target=search.catch_up, args=(searcher, library))
            waiting.start()
            Generations(home / "index").set_aside()
        waiting.join()
    assert (found(home, "zincum"), found(home, "magnesium")) == (1, 3)


def test_a_second_writer_is_told_who_is_waited_for(
    home: Path, library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("search.generations._SILENT_WAIT", 0.01)
    failures = []

    def write() -> None:
        try:
            with WhooshEngine(home).writing(0.05):
                raise AssertionError
        except OutageError as error:
            failures.append(error)

    with WhooshEngine(home).writing(), caplog.at_level(logging.WARNING):
        second = threading.Thread(target=write)
        second.start()
        second.join()
    assert [error.code for error in failures] == ["busy"]
    assert str(os.getpid()) in str(failures[0])
    assert str(os.getpid()) in caplog.text


def test_the_lock_ends_with_its_process(home: Path, library: Library) -> None:
    script = """
import os, sys, pathlib
from search.engines.whoosh_engine import WhooshEngine
with WhooshEngine(pathlib.Path(sys.argv[1])).writing():
    os._exit(9)
"""
    subprocess.run([sys.executable, "-c", script, str(home)], check=False)
    with search.open_home(home) as searcher:
        assert search.catch_up(searcher, library, wait=False) == 5


def test_a_pointer_that_was_lost_is_told(home: Path, library: Library) -> None:
    assert found(home, "magnesium") == 3
    assert list((home / "index").glob(f"*/{MANIFEST}"))
    (home / "index" / POINTER).unlink()
    assert found(home, "magnesium") == 3
    with search.open_home(home) as searcher:
        assert POINTER in (searcher.state().damage or "")
