"""Reads over HTTP and by new processes, while another process adds, changes and removes articles without pause."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.faults import desk
from tests.faults.desk import Damage

ARTICLES = 30
_THREADS = 3
_EVERY = 50  # a read by a new process, over so many over HTTP
_LEAST_GENERATIONS = 3  # to come meanwhile, however slow the machine

WRITE = """
import pathlib, random, sys
import search
from corpus.library import Library
from ingest import markdown
from tests.faults import desk

home, chance, version = pathlib.Path(sys.argv[1]), random.Random(int(sys.argv[2])), 1
with Library.open(home) as library, search.open_home(home) as searcher:
    while True:
        version += 1
        for number in chance.sample(range(int(sys.argv[3])), chance.randint(1, 4)):
            if chance.random() < 0.2:
                library.remove([desk.article_id(number)], keep_out=False)
            else:
                library.put(markdown.read(desk.text(number, version), source=f"{sys.argv[4]}/a{number}.md"))
        search.catch_up(searcher, library)
        print(searcher.state().generation, flush=True)
"""


def read(folder: Path, reads: int, chance: random.Random, damage: Damage) -> tuple[int, int]:
    """Read so often, or more; return how many reads there were, and how many generations came meanwhile."""
    home, docs, log = folder / "home", folder / "docs", folder / "generations"
    docs.mkdir()
    for number in range(ARTICLES):
        desk.write(docs, number, 1)
    desk.run(home, "ingest", docs)
    with _started(home, "serve", "--port", "0") as server, log.open("w") as generations:
        assert server.stdout is not None
        address = next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
        command = [
            sys.executable,
            "-c",
            WRITE,
            str(home),
            str(chance.random() * 1e9).partition(".")[0],
            str(ARTICLES),
            str(docs),
        ]
        with subprocess.Popen(command, stdout=generations, stderr=subprocess.PIPE, text=True) as writer:
            try:
                done = came = 0
                while writer.poll() is None and (not done or came < _LEAST_GENERATIONS):
                    done += _read_all(home, address.removeprefix("http://").rstrip("/"), reads, damage)
                    came = log.read_text().count("\n")
                if writer.poll() is not None and writer.stderr:
                    damage.add("read_errors", f"the writer ended: {writer.stderr.read()[-500:]}")
            finally:
                writer.kill()
        return done, came


def _read_all(home: Path, address: str, reads: int, damage: Damage) -> int:
    new_processes = max(2, reads // _EVERY)
    counts = [(reads - new_processes) // _THREADS] * _THREADS
    counts[0] += reads - new_processes - sum(counts)
    threads = [threading.Thread(target=_over_http, args=(address, count, damage)) for count in counts]
    for thread in threads:
        thread.start()
    for number in range(new_processes):
        wanted = desk.article_id(number % ARTICLES)
        done = desk.run(home, "search", "stamp", "--filter", f"article={wanted}", "--limit", "50", "--json")
        if done.returncode:
            damage.add("read_errors", f"a search ended with {done.returncode}: {done.stderr[-300:]}")
        else:
            _check(wanted, json.loads(done.stdout), damage)
    for thread in threads:
        thread.join()
    return reads


def _over_http(address: str, count: int, damage: Damage) -> None:
    connection = http.client.HTTPConnection(address, timeout=60)
    for number in range(count):
        wanted = desk.article_id((number * 7) % ARTICLES)
        try:
            connection.request("GET", f"/api/v1/search?q=stamp&article={wanted}&limit=50")
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            damage.add("read_errors", f"{type(error).__name__}: {error}")
            connection.close()
            continue
        if response.status != 200:
            damage.add("read_errors", f"{response.status}: {body[:300]!r}")
        else:
            _check(wanted, json.loads(body), damage)
    connection.close()


def _check(article_id: str, results: dict[str, object], damage: Damage) -> None:
    hits = results["hits"]
    assert isinstance(hits, list)
    if desk.version_of([hit["text"] for hit in hits if hit["article_id"] == article_id]) is None:
        damage.add("mixed", f"{article_id}: {[hit['passage_id'] for hit in hits]}")


@contextlib.contextmanager
def _started(home: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [*desk.COMMAND, "--home", str(home), *words]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    with process:
        try:
            yield process
        finally:
            process.terminate()
