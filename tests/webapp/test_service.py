"""The desk as a service: how it ends, what it logs, and whether it says the truth about itself."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import search
from corpus.changing import changing, is_changing, last_change
from corpus.library import Library
from search.generations import POINTER
from tests.articles import article, small_library
from tests.browser.desk import COMMAND
from tests.servers.desks import serving_by
from webapp import health
from webapp.app import create_app
from webapp.logs import log_requests

SLOW = """
import sys, time
from webapp import api, cli
def slow():
    time.sleep(float(sys.argv[1]))
    return api.jsonify({"slow": True})
api.blueprint.record(lambda state: state.app.add_url_rule("/slow", "slow", slow))
cli.main(sys.argv[2:])
"""


def serving(home: Path, seconds: float = 0.0) -> AbstractContextManager[tuple[subprocess.Popen[str], str]]:
    """Run `serve` with one more address, /slow, which takes so long."""
    return serving_by(SLOW, str(seconds), home)


def fetch(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=30) as response:
        return json.load(response)


def ended(process: subprocess.Popen[str], number: int) -> str:
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    return errors


@pytest.fixture
def filled(home: Path) -> Path:
    with Library.open(home) as library, search.open_home(home) as searcher:
        for one in small_library():
            library.put(one)
        search.catch_up(searcher, library)
    return home


@pytest.fixture
def app(filled: Path) -> Iterator[Flask]:
    app = create_app(filled)
    yield app
    app.extensions["answerdesk"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def codes(client: FlaskClient, status: int) -> list[str]:
    response = client.get("/readyz")
    assert response.status_code == status, response.get_json()
    assert response.get_json()["status"] == ("ready" if status == 200 else "not ready")
    return [problem["code"] for problem in response.get_json()["problems"]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_that_have_begun_are_ended(filled: Path, number: int) -> None:
    with serving(filled, 2.0) as (process, address):
        answers: list[Any] = []
        asking = threading.Thread(target=lambda: answers.append(fetch(f"{address}slow")))
        asking.start()
        time.sleep(0.7)
        ended(process, number)
        asking.join()
        assert answers == [{"slow": True}]


def test_a_request_that_does_not_end_is_not_waited_for(filled: Path) -> None:
    with serving(filled, 60.0) as (process, address):
        host, port = address.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(0.7)
            ended(process, signal.SIGTERM)


def test_the_log_is_json_without_what_was_asked(filled: Path) -> None:
    with serving(filled) as (process, address):
        fetch(f"{address}api/v1/search?q=swollen+secretword")
        data = b'{"q": "a message with secretword"}'
        headers = {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(f"{address}api/v1/search", data, headers), timeout=30):
            pass
        with pytest.raises(urllib.error.HTTPError), urllib.request.urlopen(f"{address}secretword?secretword"):
            pass
        errors = ended(process, signal.SIGTERM)
    assert "secretword" not in errors
    lines = [json.loads(line) for line in errors.splitlines()]
    requests = [(line["method"], line["route"], line["status"]) for line in lines if line["event"] == "request"]
    assert requests == [("GET", "/api/v1/search", 200), ("POST", "/api/v1/search", 200), ("GET", None, 404)]
    assert {"time", "level", "logger", "ms"} <= lines[0].keys()


def test_what_goes_wrong_is_logged_without_its_words() -> None:
    script = """
import logging, sys
from webapp import logs
logs.set_up()
try:
    raise ValueError("secret" + "word")  # Python 3.13 shows the line itself, as it may
except ValueError:
    logging.getLogger("waitress").exception("Exception while serving %s", "/secret" + "word")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    line = json.loads(done.stderr)
    assert "secretword" not in done.stderr
    assert (line["logger"], line["error"]) == ("waitress", "ValueError")


def test_requests_are_logged_with_their_pattern(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    log_requests(app)
    with caplog.at_level("INFO"):
        app.test_client().get("/articles/magnesium?passage=magnesium.food.1")
        app.test_client().get("/healthz")
    assert [record.facts["route"] for record in caplog.records] == ["/articles/<article_id>"]  # type: ignore[attr-defined]


def test_a_desk_that_is_well_is_ready(client: FlaskClient) -> None:
    assert codes(client, 200) == []


def test_an_index_that_nobody_brings_up_to_the_library_is_told(client: FlaskClient, filled: Path) -> None:
    with Library.open(filled) as library, changing(filled):
        library.put(article("late", "Late", ("", "A late article of zincum.")))
        assert codes(client, 200) == []
    assert codes(client, 503) == ["index_behind"]


def test_a_library_that_cannot_be_read_is_told(client: FlaskClient, filled: Path) -> None:
    for name in ("library.sqlite3-wal", "library.sqlite3-shm"):
        (filled / name).unlink(missing_ok=True)
    (filled / "library.sqlite3").unlink()
    (filled / "library.sqlite3").write_bytes(b"no database" * 1000)
    assert codes(client, 503) == ["library_damaged"]
    assert client.get("/api/v1/search?q=magnesium").get_json()["total"] == 3


def test_an_index_that_is_missing_is_built_again(client: FlaskClient, filled: Path) -> None:
    shutil.rmtree(filled / "index")
    assert codes(client, 200) == []
    assert client.get("/api/v1/search?q=magnesium").get_json()["total"] == 3


def test_an_index_by_a_newer_version_is_told(client: FlaskClient, filled: Path) -> None:
    (filled / "index" / POINTER).write_text('{"format": 99}')
    assert codes(client, 503) == ["newer_home"]


def test_a_disk_that_is_nearly_full_is_told(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(total=10 << 30, free=100 << 20))
    assert codes(client, 503) == ["disk_nearly_full"]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(total=40 << 20, free=30 << 20))
    assert codes(client, 200) == []


def test_a_home_on_a_network_file_system_gets_a_warning(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path}/my\\040desks nfs4 rw 0 0\n/dev/b {tmp_path}/b xfs rw 0 0\n"
    )
    (tmp_path / "my desks" / "one").mkdir(parents=True)
    assert health.network_file_system(tmp_path / "my desks" / "one", mounts) == "nfs4"
    assert health.network_file_system(tmp_path / "b", mounts) is None
    assert health.network_file_system(tmp_path, tmp_path / "missing") is None


def test_a_line_of_synonyms_that_says_nothing_is_told(client: FlaskClient, filled: Path) -> None:
    (filled / "synonyms.txt").write_text("# ours\nhotline = service line\na, b\n\nx =>\n", encoding="utf-8")
    (problem,) = client.get("/readyz").get_json()["problems"]
    assert (problem["code"], problem["file"]) == ("synonyms_malformed", "synonyms.txt")
    assert "line 3, 5." in problem["message"]


def test_who_changes_the_library_is_known_without_opening_it(filled: Path, tmp_path: Path) -> None:
    assert last_change(filled) == 5
    assert last_change(tmp_path / "nothing") is None
    assert not is_changing(tmp_path / "nothing")
    with changing(filled), changing(filled):
        assert is_changing(filled)
    assert not is_changing(filled)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_ingest_ends_after_the_article_and_what_was_done_is_found(home: Path, tmp_path: Path, number: int) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for count in range(600):
        (docs / f"a{count}.md").write_text(f"# Article {count}\n\nAbout zincum, number {count}.\n")
    command = [*COMMAND, "--home", str(home), "ingest", str(docs), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(10)]
        process.send_signal(number)
        rest, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.strip()) == (130, "answerdesk: stopped")
    told = [json.loads(line) for line in [*lines, *rest.splitlines()]]
    assert 10 <= len(told) < 600
    with search.open_home(home) as searcher, Library.open(home) as library:
        assert searcher.search("zincum").total == library.count() == len(told)


def test_a_home_that_may_not_be_written_is_searched(filled: Path) -> None:
    with Library.open(filled) as library:
        library.put(article("late", "Late", ("", "A late article of zincum.")))
    if not shutil.which("mount") or subprocess.run(["mount", "--bind", filled, filled], check=False).returncode:
        pytest.skip("a folder can be mounted read-only only by root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", filled], check=True)
        for words, status in (("search calf", 0), ("articles", 0), ("status", 0), ("rebuild", 3), ("ingest x.md", 3)):
            done = subprocess.run([*COMMAND, *words.split()], capture_output=True, text=True, check=False)
            assert (words, done.returncode) == (words, status)
            assert "Traceback" not in done.stderr
        with serving(filled) as (_, address):
            assert fetch(f"{address}api/v1/search?q=magnesium")["total"] == 3
    finally:
        subprocess.run(["umount", "-l", filled], check=True)
