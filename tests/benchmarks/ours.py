"""Answerdesk as it is measured: through its engine, as a library, as a process and over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from urllib.parse import quote, urlsplit

import search
from corpus.library import Library
from corpus.settings import Settings
from search import querytext
from search.engines.memory import MemoryEngine
from search.model import Query, StoredPassage
from search.synonyms import SynonymFiles
from search.vocabulary import Vocabulary
from tests.benchmarks.workload import Workload

TOP = 10


class Ours:
    """A home with the index of a workload."""

    def __init__(self, workload: Workload, home: Path) -> None:
        self.home = home
        self._searcher = search.open_home(home, Settings({}))
        started = perf_counter()
        self._searcher.engine.rebuild(workload.articles(), 1)
        self.build_seconds = perf_counter() - started
        self.snapshot = self._searcher.engine.snapshot()
        self.size = self.snapshot.state.passages
        self._vocabulary = Vocabulary.of(self.snapshot)

    def query(self, text: str) -> Query:
        filters = querytext.parse_filters({}, {})
        return querytext.parse(text, filters, vocabulary=self._vocabulary, synonyms=SynonymFiles().current())

    def hits(self, query: Query) -> list[StoredPassage]:
        found = self.snapshot.candidates(query, TOP)
        return list(self.snapshot.passages([one.passage_id for one in found.best]).values())

    def search(self, text: str) -> search.Results:
        return self._searcher.search(text)

    def disk(self) -> int:
        return sum(path.stat().st_size for path in (self.home / "index").rglob("*") if path.is_file())

    def check(self, workload: Workload, queries: Sequence[str]) -> None:
        """Compare with the engine that looks at every passage."""
        oracle = MemoryEngine()
        oracle.rebuild(workload.articles(), 1)
        for text in queries:
            query = self.query(text)
            found, wanted = self.snapshot.candidates(query, TOP), oracle.candidates(query, TOP)
            scores = zip(found.best, wanted.best, strict=True)
            if found.counts.total != wanted.counts.total or any(
                abs(one.score - other.score) > 1e-5 for one, other in scores
            ):
                raise SystemExit(f"The engine's answer to {text!r} is not the exhaustive one.")

    def answering(self, queries: Sequence[str]) -> tuple[float, float]:
        """Return the seconds from the start of a process to its first answer, and its megabytes after the last."""
        asked = self.home / "queries.json"
        asked.write_text(json.dumps(queries))
        started = perf_counter()
        command = [sys.executable, "-m", "tests.benchmarks.answering", str(self.home), str(asked)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            seconds = perf_counter() - started
            return seconds, int(process.stdout.readline()) / 1e6

    @contextlib.contextmanager
    def served(self, workload: Workload) -> Iterator[str]:
        """Serve the home, with its articles in the Library, and give the address."""
        with Library.open(self.home) as library:
            for article in workload.articles():
                library.put(article)
            self._searcher.engine.rebuild(workload.articles(), library.change)
        command = [sys.executable, "-c", "from webapp.cli import main; main()"]
        command += ["--home", str(self.home), "serve", "--port", "0"]
        with (self.home / "serve.log").open("w") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                assert process.stdout is not None
                yield next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
            finally:
                process.terminate()
                process.wait(30)


class Client:
    """One connection that asks one thing after another."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80)

    def get(self, path: str, text: str) -> bytes:
        return self.send("GET", f"{path}?q={quote(text)}")

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
        self._connection.request(method, path, body, {"Content-Type": kind} if body else {})
        response = self._connection.getresponse()
        data = response.read()
        if response.status not in (200, 201):
            raise SystemExit(f"{method} {path}: {response.status} {data[:300]!r}")
        return data


def pages_a_second(address: str, queries: Sequence[str], clients: int = 4) -> tuple[float, float]:
    """Return how many results pages a second the server makes for clients that each ask for pages of their own.

    And the milliseconds of processor time that asking for one page took here, beside the server.
    """
    host = urlsplit(address).netloc
    asked = [f"GET /search?q={quote(text)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() for text in queries]
    threads = [threading.Thread(target=_fetch, args=(host, asked[n::clients])) for n in range(clients)]
    started, used = perf_counter(), process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(queries) / (perf_counter() - started), (process_time() - used) / len(queries) * 1000


def _fetch(host: str, requests: Sequence[bytes]) -> None:
    """Send requests one after another and read the answers, at little cost to the processors that both share."""
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port))) as connection:
        for request in requests:
            connection.sendall(request)
            head, _, body = connection.recv(1 << 18).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 "), head
            left = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]) - len(body)
            while left:
                left -= len(connection.recv(1 << 18))
