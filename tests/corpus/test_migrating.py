"""A Library moves between SQLite and PostgreSQL, there and back, and stays what it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event

from corpus import migrating
from corpus.errors import InputError, OutageError
from corpus.feedback import Feedback
from corpus.library import Library
from corpus.schema import open_database
from tests.articles import article, small_library
from tests.servers.postgresql import PostgreSQL


def filled(home: Path) -> None:
    with Library.open(home) as library:
        for one in small_library():
            library.put(one, digest=f"digest of {one.id}", facts={"entered": {"url": "https://example.org/ü"}})
        library.put(article("magnesium", "Magnesium", ("", "Nuts. \U0001f95c")), digest="new")
        library.remove(["swelling"], keep_out=True)
        library.set_last_report({"counts": {"new": 5}})
        library.add_feedback(Feedback("gap", "carburettor", None, ""))


def told(home: Path, url: str = "") -> object:
    with Library.open(home, url) as library:
        versions = [(one.id, list(library.versions(one.id))) for one in small_library()]
        known = [library.known(one.key) for one in small_library()]
        changes = list(library.changes_since(0))
        return library.change, library.list(), changes, versions, known, library.last_report(), library.feedback()


def test_a_library_goes_to_postgresql_and_back(tmp_path: Path, postgresql: PostgreSQL) -> None:
    first, url, last = tmp_path / "first", postgresql.database(), tmp_path / "last"
    filled(first)
    counts = migrating.migrate(str(first), url)
    assert counts == {"articles": 4, "versions": 2, "feedback": 1, "change": 7}
    assert migrating.migrate(url, str(last)) == counts
    assert told(first) == told(tmp_path, url) == told(last)
    with Library.open(tmp_path, url) as library:
        library.put(article("after", "After", ("", "Text.")))
        assert library.change == 8


def test_what_holds_something_is_not_written_over(tmp_path: Path) -> None:
    filled(tmp_path / "one")
    filled(tmp_path / "other")
    with pytest.raises(InputError, match="holds something already"):
        migrating.migrate(str(tmp_path / "one"), str(tmp_path / "other"))


def test_a_library_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no library"):
        migrating.migrate(str(tmp_path / "nowhere"), str(tmp_path / "other"))
    assert not (tmp_path / "nowhere").exists()


def test_a_copy_that_differs_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoiling(home: Path, url: str) -> object:
        database = open_database(home, url)
        if home.name == "new":

            @event.listens_for(database, "before_cursor_execute", retval=True)
            def spoil(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> object:
                return ("SELECT 1", ()) if statement.startswith("INSERT INTO feedback") else (statement, parameters)

        return database

    filled(tmp_path / "old")
    monkeypatch.setattr(migrating, "open_database", spoiling)
    with pytest.raises(OutageError, match="Nothing was changed"):
        migrating.migrate(str(tmp_path / "old"), str(tmp_path / "new"))
    monkeypatch.undo()
    with Library.open(tmp_path / "new") as library:
        assert (library.change, library.count()) == (0, 0)
