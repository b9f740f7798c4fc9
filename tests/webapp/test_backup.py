"""Backup and restore, as people run them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import search
from corpus.backup import FORMAT
from corpus.library import Library
from corpus.settings import Settings
from tests.articles import article, small_library
from webapp.cli import main

DIE = """
import os, sys
import corpus.backup, search
from webapp.cli import main
where, name = sys.argv.pop(1).split(":")
setattr({"backup": corpus.backup, "search": search}[where], name, lambda *args: os._exit(9))
main(sys.argv[1:])
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def found(home: Path, text: str) -> int:
    result = run("--home", home, "search", text, "--json")
    assert result.exit_code == 0, result.output
    return int(json.loads(result.stdout)["total"])


def leftovers(home: Path) -> set[str]:
    kept = {"index", "index.lock", "index.writer.json", "library.sqlite3", "answerdesk.toml", "synonyms.txt"}
    return {path.name for path in home.iterdir()} - kept


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as library:
        for one in small_library():
            library.put(one)
        yield library


@pytest.fixture
def file(tmp_path: Path, home: Path, library: Library) -> Path:
    (home / "answerdesk.toml").write_text("review_months = 12\n")
    result = run("backup", tmp_path / "desk.backup")
    assert result.exit_code == 0, result.output
    return tmp_path / "desk.backup"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A home with an article of its own and a file that the backup does not have."""
    other = tmp_path / "other"
    with Library.open(other) as library:
        library.put(article("old", "Old", ("", "What was there: zincum.")))
    (other / "synonyms.txt").write_text("a, b\n")
    return other


def test_a_backup_holds_articles_versions_and_settings(tmp_path: Path, library: Library, file: Path) -> None:
    assert not list(tmp_path.glob(".*"))
    result = run("--home", tmp_path / "new", "restore", file)
    assert (result.exit_code, result.stdout) == (0, "restored: 5 articles, 9 passages\n")
    assert Settings.of_home(tmp_path / "new").number("review_months") == 12
    with Library.open(tmp_path / "new") as restored:
        assert restored.change == library.change
        assert list(restored.articles()) == list(library.articles())
    assert found(tmp_path / "new", "magnesium") == 3


def test_a_backup_is_one_state_of_a_home_that_is_written(tmp_path: Path, home: Path, library: Library) -> None:
    """Two articles change together, one after the other: a backup never holds the second without the first."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        with Library.open(home) as own:
            while not stop.is_set():
                number += 1
                own.put(article("one", "One", ("", f"Number {number}.")))
                own.put(article("two", "Two", ("", f"Number {number}.")))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for count in range(5):
            assert run("backup", tmp_path / "desk.backup").exit_code == 0
            assert run("--home", tmp_path / f"r{count}", "restore", tmp_path / "desk.backup").exit_code == 0
            with Library.open(tmp_path / f"r{count}") as restored:
                bodies = [restored.get(name) for name in ("one", "two")]
                numbers = [int(body.text.split()[-1].strip(".")) if body else 0 for body in bodies]
            assert numbers[0] - numbers[1] in (0, 1)
    finally:
        stop.set()
        writer.join()


def test_a_home_that_holds_something_is_replaced_only_by_force(file: Path, other: Path) -> None:
    refused = run("--home", other, "restore", file)
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert found(other, "zincum") == 1
    assert run("--home", other, "restore", "--force", file).exit_code == 0
    assert (found(other, "zincum"), found(other, "magnesium")) == (0, 3)
    assert not (other / "synonyms.txt").exists()
    assert not leftovers(other)


def test_a_running_searcher_sees_what_was_restored(file: Path, other: Path) -> None:
    with search.open_home(other) as searcher, Library.open(other) as library:
        assert searcher.search("zincum").total == 1
        assert run("--home", other, "restore", "--force", file).exit_code == 0
        assert searcher.search("magnesium").total == 3
        assert library.count() == 5


def test_a_library_that_is_damaged_can_be_replaced(file: Path, other: Path) -> None:
    (other / "library.sqlite3").write_bytes(b"no database" * 1000)
    assert run("--home", other, "restore", file).exit_code == 2
    assert run("--home", other, "restore", "--force", file).exit_code == 0
    assert found(other, "magnesium") == 3


def test_a_damaged_library_is_not_backed_up(tmp_path: Path, home: Path, library: Library) -> None:
    library.close()
    data = bytearray((home / "library.sqlite3").read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    (home / "library.sqlite3").write_bytes(data)
    result = run("backup", tmp_path / "desk.backup")
    assert result.exit_code == 3
    assert "damaged" in result.stderr
    assert not (tmp_path / "desk.backup").exists()


def test_a_damaged_backup_changes_nothing(file: Path, other: Path) -> None:
    data = file.read_bytes()
    places = [0, len(data) - 1, *random.sample(range(len(data)), 20)]
    damaged = [data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :] for place in places]
    for one in (*damaged, data[: len(data) // 2], b"", b"PK", data + b"more"):
        file.write_bytes(one)
        result = run("--home", other, "restore", "--force", file)
        assert result.exit_code == 1
        assert "damaged" in result.stderr
        assert not leftovers(other)
    assert found(other, "zincum") == 1


def test_a_backup_by_a_newer_version_is_refused(
    file: Path, other: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.backup.FORMAT", FORMAT + 1)
    assert run("backup", file).exit_code == 0
    monkeypatch.undo()
    result = run("--home", other, "restore", "--force", file)
    assert result.exit_code == 3
    assert "newer" in result.stderr


def test_what_is_no_backup_is_not_replaced(tmp_path: Path, library: Library) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    assert run("backup", tmp_path / "notes.txt").exit_code == 2
    assert (tmp_path / "notes.txt").read_text() == "notes"
    assert run("backup", tmp_path / "no-folder" / "desk.backup").exit_code == 2


def test_an_empty_home_has_nothing_to_back_up(tmp_path: Path) -> None:
    assert run("--home", tmp_path / "nothing", "backup", tmp_path / "desk.backup").exit_code == 2
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("point", "restored"),
    [
        ("backup:unpack", False),
        ("backup:_is_whole", False),
        ("backup:put_in_place", True),
        ("backup:_copy", True),
        ("search:rebuild", True),
        ("backup:clear", True),
    ],
)
def test_a_restore_that_dies_leaves_the_old_or_the_new(file: Path, other: Path, point: str, restored: bool) -> None:
    assert found(other, "zincum") == 1
    command = [sys.executable, "-c", DIE, point, "--home", str(other), "restore", "--force", str(file)]
    assert subprocess.run(command, check=False).returncode == 9
    assert (found(other, "zincum"), found(other, "magnesium")) == ((0, 3) if restored else (1, 0))
    assert (other / "answerdesk.toml").exists() == restored
    assert not leftovers(other)


@pytest.mark.parametrize("next_start", ["status", "backup {}/second.backup"])
def test_a_backup_that_dies_leaves_what_the_next_start_removes(
    tmp_path: Path, home: Path, file: Path, next_start: str
) -> None:
    command = [sys.executable, "-c", DIE, "backup:_is_whole", "--home", str(home), "backup", str(file)]
    assert subprocess.run(command, check=False).returncode == 9
    assert (tmp_path / ".answerdesk-backup.part").exists()
    assert run(*next_start.format(tmp_path).split()).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} - {"second.backup"} == {"desk.backup", "home"}
    assert "backup.part" not in leftovers(home)
    assert zipfile.ZipFile(file).testzip() is None
