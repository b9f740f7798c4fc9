"""Desks whose index is in OpenSearch: what they do while it is away, and how several write to one index."""

from __future__ import annotations

import http.server
import json
import os
import random
import shutil
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import search
from corpus.article import Article, Change
from corpus.errors import OutageError
from corpus.library import Library
from corpus.settings import Settings
from search.engines import opensearch_lease
from search.engines.opensearch_engine import OpenSearchEngine
from tests.articles import article, small_library
from tests.browser.desk import COMMAND, add_articles
from tests.contract.engine_contract import ask
from tests.faults import servers
from tests.faults.desk import Damage
from tests.needs import program
from tests.servers.desks import fetch, serving, within
from tests.servers.opensearch import OpenSearch

SEEDS = article("seeds", "Seeds", ("", "Pumpkin seeds are rich in zinc."))


@pytest.fixture
def engine_setting(opensearch: OpenSearch, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ANSWERDESK_ENGINE", opensearch.index())
    return os.environ["ANSWERDESK_ENGINE"]


@pytest.fixture
def engine(engine_setting: str) -> Iterator[OpenSearchEngine]:
    engine = OpenSearchEngine(Settings({"engine": engine_setting}))
    engine.rebuild(small_library(), 5)
    yield engine
    engine.close()


def total(engine: OpenSearchEngine, text: str) -> int:
    return engine.snapshot().candidates(ask(text), 10).counts.total


def test_desks_share_an_index(home: Path, engine_setting: str) -> None:
    add_articles(home, small_library())
    with serving(home) as one, serving(home) as other:
        assert fetch(f"{one}readyz") == (200, {"status": "ready", "problems": []})
        (home / "seeds.md").write_text("# Seeds\n\nPumpkin seeds are rich in zinc.\n")
        done = subprocess.run([*COMMAND, "ingest", str(home / "seeds.md")], capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
        for desk in (one, other):
            assert within(2, lambda: fetch(f"{desk}api/v1/search?q=pumpkin")[1]["total"] == 1)  # noqa: B023
    done = subprocess.run([*COMMAND, "status", "--json"], capture_output=True)
    status = json.loads(done.stdout)
    assert (status["engine"], status["problems"]) == (engine_setting, [])
    assert status["generation"]["change"] == status["library_change"]


def test_a_home_does_not_write_over_the_index_of_another(home: Path, tmp_path: Path, engine_setting: str) -> None:
    add_articles(home, small_library())
    (tmp_path / "seeds.md").write_text("# Seeds\n\nPumpkin seeds are rich in zinc.\n")
    for command in (["ingest", str(tmp_path / "seeds.md")], ["rebuild"]):
        done = subprocess.run([*COMMAND, "--home", str(tmp_path / "other"), *command], capture_output=True, text=True)
        assert (done.returncode, "was built from another library" in done.stderr) == (2, True)
    with search.open_home(home) as searcher:
        assert searcher.search("magnesium").total == 3
    shutil.copytree(home, tmp_path / "copy")
    assert subprocess.run([*COMMAND, "--home", str(tmp_path / "copy"), "rebuild"], capture_output=True).returncode == 0


def test_while_opensearch_is_away_articles_open_and_ingests_go_on(
    home: Path, engine_setting: str, opensearch: OpenSearch
) -> None:
    add_articles(home, small_library())
    with serving(home) as desk:
        assert fetch(f"{desk}api/v1/search?q=magnesium")[1]["total"] == 3
        opensearch.kill()
        try:
            status, answer = fetch(f"{desk}api/v1/search?q=magnesium")
            assert (status, answer["error"]["code"]) == (503, "engine_away")
            assert "Check that it runs" in answer["error"]["message"]
            assert [one["code"] for one in fetch(f"{desk}readyz")[1]["problems"]] == ["engine_away"]
            with urllib.request.urlopen(f"{desk}articles/magnesium?passage=magnesium.tablets.1&q=tablets") as page:
                assert 'id="passage"' in page.read().decode()
            (home / "seeds.md").write_text("# Seeds\n\nPumpkin seeds are rich in zinc.\n")
            done = subprocess.run([*COMMAND, "ingest", str(home / "seeds.md")], capture_output=True, text=True)
            assert (done.returncode, "The library holds everything" in done.stderr) == (0, True)
            with Library.open(home) as library:
                library.remove(["swelling"], keep_out=True)
        finally:
            opensearch.start(0)
            opensearch.wait_for(1)
        assert within(20, lambda: fetch(f"{desk}readyz")[0] == 200)
        assert within(5, lambda: fetch(f"{desk}api/v1/search?q=pumpkin")[1].get("total") == 1)
        assert fetch(f"{desk}api/v1/search?q=swollen")[1]["total"] == 0
        assert fetch(f"{desk}api/v1/search?q=magnesium")[1]["total"] == 3


def test_a_silent_server_holds_up_no_article(home: Path, engine_setting: str, opensearch: OpenSearch) -> None:
    add_articles(home, small_library())
    with serving(home) as desk:
        assert fetch(f"{desk}api/v1/search?q=magnesium")[1]["total"] == 3
        opensearch.pause()
        try:
            address = f"{desk}api/v1/search?q=magnesium"
            asking = [threading.Thread(target=fetch, args=(address,), daemon=True) for _ in range(12)]
            for thread in asking:
                thread.start()
            time.sleep(0.5)
            started = time.monotonic()
            assert fetch(f"{desk}api/v1/articles/magnesium")[0] == 200
            assert time.monotonic() - started < 8
            for thread in asking:
                thread.join()
            started = time.monotonic()
            assert fetch(address)[0] == 503  # it is not asked again by everybody
            assert time.monotonic() - started < 1
        finally:
            opensearch.resume()
        assert within(20, lambda: fetch(address)[0] == 200)


def test_one_writes_at_a_time(engine: OpenSearchEngine, engine_setting: str) -> None:
    other = OpenSearchEngine(Settings({"engine": engine_setting}))
    with engine.writing(), pytest.raises(OutageError, match=r"Process \d+ on .* is writing"), other.writing(0):
        pass
    with other.writing(0):
        pass
    other.close()


def test_a_writer_that_died_is_followed_by_the_next(
    engine: OpenSearchEngine, engine_setting: str, opensearch: OpenSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opensearch_lease, "LEASE", 2.0)
    program = f"""
import os
from corpus.settings import Settings
from search.engines.opensearch_engine import OpenSearchEngine
from tests.articles import small_library
def dying():
    yield from small_library()
    os._exit(9)
OpenSearchEngine(Settings({{"engine": {engine_setting!r}}})).rebuild(dying(), 9)
"""
    assert subprocess.run([COMMAND[0], "-c", program], cwd=Path(__file__).parents[2]).returncode == 9
    name = engine_setting.rpartition("/")[2]
    assert len(opensearch.ask("GET", f"/{name}-0*")) == 2
    engine.apply([Change(6, "seeds", SEEDS)], 6)
    assert (total(engine, "pumpkin"), total(engine, "magnesium")) == (1, 3)
    assert len(opensearch.ask("GET", f"/{name}-0*")) == 1  # what it had half-built is gone


def test_an_older_write_never_beats_a_newer_one(engine: OpenSearchEngine) -> None:
    stale = engine._indexes.live()
    assert stale
    engine.apply([Change(8, "magnesium", SEEDS_IN_ITS_PLACE), Change(9, "swelling", None)], 9)
    late = [
        Change(6, "magnesium", article("magnesium", "Magnesium", ("Old", "Zinc, once."))),
        Change(7, "swelling", small_library()[2]),
    ]
    engine._indexes.apply(stale, late, 7)
    engine._live = None
    assert (total(engine, "pumpkin"), total(engine, "swollen"), total(engine, "magnesium")) == (1, 0, 2)


SEEDS_IN_ITS_PLACE = article("magnesium", "Magnesium", ("Old", "Pumpkin seeds."))


def test_changes_taken_twice_are_there_once(engine: OpenSearchEngine) -> None:
    before = engine._indexes.live()
    assert before
    for _ in range(2):
        engine._indexes.apply(before, [Change(6, "seeds", SEEDS), Change(7, "swelling", None)], 7)
    engine._live = None
    state = engine.snapshot().state
    assert (total(engine, "pumpkin"), state.articles, state.passages, state.change) == (1, 5, 9, 7)


def test_a_rebuild_swaps_under_searches(engine: OpenSearchEngine) -> None:
    done = threading.Event()
    found: list[int] = []

    def keep_asking() -> None:
        while not done.is_set():
            found.append(total(engine, "magnesium"))

    thread = threading.Thread(target=keep_asking)
    thread.start()
    for number in range(6, 9):
        engine.rebuild(small_library(), number)
    done.set()
    thread.join()
    assert set(found) == {3}
    assert engine.snapshot().state.change == 8


def test_a_failed_rebuild_leaves_the_old_index_live(engine: OpenSearchEngine, opensearch: OpenSearch) -> None:
    def broken() -> Iterator[Article]:
        yield from small_library()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        engine.rebuild(broken(), 6)
    assert (engine.snapshot().state.change, total(engine, "magnesium")) == (5, 3)


def test_a_part_of_the_index_that_is_lost_is_an_outage(engine: OpenSearchEngine, opensearch: OpenSearch) -> None:
    live = engine._indexes.live()
    assert live
    nowhere = {"index.routing.allocation.require._name": "nowhere"}
    opensearch.ask("PUT", f"/{live.index}/_settings", nowhere)
    node = next(iter(opensearch.ask("GET", "/_nodes/_all/name")["nodes"].values()))["name"]
    move = {"cancel": {"index": live.index, "shard": 0, "node": node, "allow_primary": True}}
    opensearch.ask("POST", "/_cluster/reroute", {"commands": [move]})
    engine._live = None
    with pytest.raises(OutageError, match="lost a part"):
        engine.snapshot()
    opensearch.ask("PUT", f"/{live.index}/_settings", dict.fromkeys(nowhere))
    assert within(10, lambda: opensearch.ask("GET", f"/_cluster/health/{live.index}")["status"] != "red")
    assert total(engine, "magnesium") == 3


def test_certificates_are_verified_and_credentials_sent(tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("key.pem", "cert.pem")]
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    command = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", files[0], "-out", files[1]], check=True, capture_output=True)
    seen: list[str | None] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            allowed = seen[-1] in ("Basic ZGVzazpzQGNyZXQ=", "ApiKey abc")
            body = b'{"error": "alias [desk] missing", "status": 404}'
            self.send_response(404 if allowed else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("localhost", 0), Server)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"localhost:{server.server_address[1]}"

    def state(user: str = "", **settings: str) -> object:
        given = {"engine": f"opensearch+https://{user}{address}/desk", **settings}
        with search.open_home(tmp_path / "home", Settings(given)) as searcher:
            return searcher.engine.snapshot().state.generation

    assert state("desk:s%40cret@", engine_ca=files[1]) is None
    assert state(engine_ca=files[1], engine_api_key="abc") is None
    with pytest.raises(OutageError, match="refuses the user"):
        state(engine_ca=files[1])
    asked = len(seen)
    with pytest.raises(OutageError, match="certificate that is not trusted"):
        state("desk:s%40cret@")
    assert len(seen) == asked
    server.shutdown()
    server.server_close()


def test_servers_that_are_killed_cost_no_article_and_no_search(tmp_path: Path, opensearch: OpenSearch) -> None:
    damage = Damage()
    done = servers.outlive(tmp_path, 20, random.Random(), damage, opensearch.home)
    assert damage.notes == []
    assert min(done[name] for name in ("nodes_killed", "databases_stopped", "searches")) > 0
