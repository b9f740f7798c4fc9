"""Desks that share a library in PostgreSQL: what one takes in the others show, and what they do while it is away."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.library import Library
from tests.articles import article, small_library
from tests.browser.desk import COMMAND
from tests.servers.desks import fetch, serving, within
from tests.servers.postgresql import PostgreSQL

SOON = 2.0  # seconds in which every desk shows a new article


@pytest.fixture
def url(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> str:
    url = postgresql.database()
    with Library.open(Path(), url) as library:
        for one in small_library():
            library.put(one)
    monkeypatch.setenv("ANSWERDESK_LIBRARY", url)
    return url


def test_what_one_desk_takes_in_the_others_show(tmp_path: Path, url: str) -> None:
    with serving(tmp_path / "one") as one, serving(tmp_path / "other") as other:
        (tmp_path / "seeds.md").write_text("# Seeds\n\nPumpkin seeds are rich in zinc.\n")
        done = subprocess.run([*COMMAND, "--home", str(tmp_path / "third"), "ingest", str(tmp_path / "seeds.md")])
        assert done.returncode == 0
        for desk in (one, other):
            assert within(SOON, lambda: fetch(f"{desk}api/v1/search?q=pumpkin")[1]["total"] == 1)  # noqa: B023


def test_while_postgresql_is_away_searches_are_answered(tmp_path: Path, url: str, postgresql: PostgreSQL) -> None:
    with serving(tmp_path / "one") as desk:
        assert fetch(f"{desk}readyz") == (200, {"status": "ready", "problems": []})
        postgresql.stop()
        try:
            assert within(5, lambda: fetch(f"{desk}readyz")[0] == 503)
            assert [one["code"] for one in fetch(f"{desk}readyz")[1]["problems"]] == ["library_away"]
            status, results = fetch(f"{desk}api/v1/search?q=magnesium")
            assert (status, results["total"]) == (200, 3)
            assert [remark for remark in results["remarks"] if "read-only" in remark]
            status, error = fetch(f"{desk}api/v1/articles/magnesium")
            assert (status, error["error"]["code"]) == (503, "library_away")
        finally:
            postgresql.start()
        assert within(5, lambda: fetch(f"{desk}readyz")[0] == 200)
        assert fetch(f"{desk}api/v1/search?q=magnesium")[1]["remarks"] == []
        with Library.open(tmp_path, url) as library:
            library.put(article("seeds", "Seeds", ("", "Pumpkin.")))
        assert within(SOON, lambda: fetch(f"{desk}api/v1/search?q=pumpkin")[1]["total"] == 1)


def test_a_silent_server_holds_up_no_search(tmp_path: Path, url: str, postgresql: PostgreSQL) -> None:
    with serving(tmp_path / "one") as desk:
        assert fetch(f"{desk}api/v1/search?q=magnesium")[1]["total"] == 3
        postgresql.pause()
        try:
            asking = [
                threading.Thread(target=fetch, args=(f"{desk}api/v1/articles/magnesium",), daemon=True)
                for _ in range(12)
            ]
            for thread in asking:
                thread.start()
            time.sleep(0.5)
            assert fetch(f"{desk}api/v1/search?q=magnesium")[0] == 200
        finally:
            postgresql.resume()
        for thread in asking:
            thread.join()
        assert within(10, lambda: fetch(f"{desk}api/v1/articles/magnesium")[0] == 200)


def test_a_desk_starts_while_postgresql_is_away(tmp_path: Path, url: str, postgresql: PostgreSQL) -> None:
    with serving(tmp_path / "one"):
        pass
    postgresql.stop()
    try:
        with serving(tmp_path / "one") as desk:
            assert fetch(f"{desk}api/v1/search?q=magnesium")[1]["total"] == 3
    finally:
        postgresql.start()


def test_what_was_acknowledged_survives_a_crash_of_the_server(url: str, postgresql: PostgreSQL) -> None:
    acknowledged: list[str] = []

    def put() -> None:
        with Library.open(Path(), url) as library, contextlib.suppress(Exception):
            for number in range(10_000):
                library.put(article(f"a{number}", "Load", ("", f"Number {number}.")))
                acknowledged.append(f"a{number}")

    thread = threading.Thread(target=put)
    thread.start()
    within(20, lambda: len(acknowledged) > 50)
    postgresql.stop("immediate")
    thread.join()
    postgresql.start()
    with Library.open(Path(), url) as library:
        there = {one.id for one in library.articles()}
        numbers = [change.number for change in library.changes_since(0)]
    assert {*acknowledged} <= there
    assert len(there) - len(small_library()) - len(acknowledged) in (0, 1)  # the last may have been kept, unsaid
    assert numbers == sorted({*numbers})


def test_of_many_who_remove_an_article_at_once_one_does(url: str) -> None:
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        desks = [stack.enter_context(Library.open(Path(), url)) for _ in range(8)]
        for number, one in enumerate(small_library(), 1):
            removed = pool.map(lambda desk: desk.remove([one.id], keep_out=True), desks)  # noqa: B023
            assert sorted(removed) == [0, 0, 0, 0, 0, 0, 0, 1]
            assert desks[0].change == len(small_library()) + number
            assert len(list(desks[0].versions(one.id))) == 1


def test_backup_and_restore_leave_a_database_to_its_own_tools(tmp_path: Path, url: str) -> None:
    (tmp_path / "file").write_text("")
    for command in ("backup", "restore"):
        done = subprocess.run([*COMMAND, command, str(tmp_path / "file")], capture_output=True, text=True)
        assert (done.returncode, "migrate-library" in done.stderr) == (2, True)


def test_a_library_is_moved_by_one_command(tmp_path: Path, postgresql: PostgreSQL, url: str) -> None:
    command = [*COMMAND, "migrate-library", url, str(tmp_path / "there")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "copied and compared: 5 articles, 0 earlier versions, up to change 5\n"
    assert subprocess.run(command, capture_output=True).returncode == 2
