"""Three OpenSearch nodes and PostgreSQL, killed and started again while articles are taken in and searched for."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import search
from corpus.library import Library
from corpus.settings import Settings
from tests.faults import desk
from tests.faults.desk import Damage
from tests.servers.desks import fetch, serving
from tests.servers.opensearch import OpenSearch
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import folder_of_its_own

NUMBERS = range(40)  # of the articles
_NODES = 3
_SEARCHERS = 2  # threads
_WORKS = (0, 1, 3)  # what an ingest may end with: the Library's server may be away
_HEAP = "320m"


@dataclass
class Load:
    """What was taken in, by article, and searched for, until `stop`."""

    home: Path
    docs: Path
    chance: random.Random
    damage: Damage
    stop: threading.Event = field(default_factory=threading.Event)
    written: dict[int, int] = field(default_factory=dict)  # the version that the source holds
    told: dict[int, int] = field(default_factory=dict)  # the one that was acknowledged last
    ingests: int = 0
    killed_ingests: int = 0
    searches: int = 0
    tried_again: int = 0

    def take_in(self, version: int, numbers: list[int], kill_after: float | None) -> None:
        """Ingest a new version of some articles, and note what is acknowledged."""
        for number in numbers:
            desk.write(self.docs, number, version)
            self.written[number] = version
        command = [*desk.COMMAND, "--home", str(self.home), "ingest", str(self.docs), "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            timer = threading.Timer(kill_after or 0, process.kill)
            if kill_after is not None:
                timer.start()
            out, errors = process.communicate(timeout=600)
            timer.cancel()
        self.ingests += 1
        self.killed_ingests += process.returncode < 0
        if process.returncode not in (*_WORKS, *([-9] if kill_after is not None else [])):
            self.damage.add("unreadable", f"an ingest ended with {process.returncode}: {errors[-300:]}")
        for line in out.split("\n")[:-1]:  # what has no line end was not told
            row = json.loads(line)
            if row.get("state") in ("new", "changed") and row["article_id"].startswith("article-"):
                number = int(row["article_id"].removeprefix("article-"))
                self.told[number] = self.written[number]

    def keep_taking_in(self) -> None:
        version = 1
        while not self.stop.is_set():
            version += 1
            numbers = self.chance.sample(NUMBERS, self.chance.randint(1, 8))
            self.take_in(version, numbers, self.chance.uniform(0.3, 3) if self.chance.random() < 0.1 else None)

    def keep_searching(self, address: str) -> None:
        while not self.stop.wait(0.05):
            wanted = desk.article_id(self.searches % len(NUMBERS))
            asked = f"{address}api/v1/search?q=stamp&article={wanted}&limit=50"
            self.searches += 1
            status, answer = fetch(asked)
            if status != 200:
                self.tried_again += 1
                status, answer = fetch(asked)
            if status != 200 or not answer["hits"]:
                self.damage.add("read_errors", f"{wanted}: {status} {answer.get('error')}")


def outlive(
    folder: Path, seconds: float, chance: random.Random, damage: Damage, programs: Path | None = None
) -> dict[str, int]:
    """Kill servers for so long, under load; return how often what was done. At the end the index is the Library.

    `programs` is where those of OpenSearch were laid out.
    """
    home, docs = folder / "home", folder / "docs"
    home.mkdir()
    docs.mkdir()
    with folder_of_its_own() as nodes, folder_of_its_own() as place, contextlib.ExitStack() as stack:
        postgresql = PostgreSQL(place)
        stack.callback(postgresql.stop, "immediate")
        cluster = OpenSearch(nodes, _NODES, _HEAP, programs)
        stack.callback(cluster.stop)
        settings = {"engine": cluster.index(), "library": postgresql.database()}
        (home / "answerdesk.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in settings.items()))
        load = Load(home, docs, random.Random(chance.random()), damage)
        load.take_in(1, list(NUMBERS), None)
        cluster.wait_for(_NODES, "green")
        with serving(home) as address:
            asking = [threading.Thread(target=load.keep_searching, args=(address,)) for _ in range(_SEARCHERS)]
            threads = [threading.Thread(target=load.keep_taking_in), *asking]
            for thread in threads:
                thread.start()
            try:
                counts = _kill(cluster, postgresql, seconds, chance)
            finally:
                load.stop.set()
                for thread in threads:
                    thread.join()
        _compare(load, Settings.of_home(home))
    return {
        **counts,
        "ingests": load.ingests,
        "ingests_killed": load.killed_ingests,
        "articles_told": len(load.told),
        "searches": load.searches,
        "searches_tried_again": load.tried_again,
    }


def _kill(cluster: OpenSearch, postgresql: PostgreSQL, seconds: float, chance: random.Random) -> dict[str, int]:
    """Kill the node that manages the others, PostgreSQL, any node and PostgreSQL, in turn; never two nodes at once."""
    nodes = databases = turn = 0
    end = time.monotonic() + seconds
    while turn < 2 or time.monotonic() < end:
        node = _manager(cluster) if turn % 3 == 0 else chance.randrange(_NODES) if turn % 3 == 2 else None
        if node is not None:
            cluster.kill(node)
            nodes += 1
            time.sleep(chance.uniform(0, 5))
        if turn % 3:
            postgresql.stop(chance.choice(["fast", "immediate"]))
            databases += 1
            time.sleep(chance.uniform(0, 3))
            postgresql.start()
        if node is not None:
            cluster.start(node)
            cluster.wait_for(_NODES, "green")
        time.sleep(chance.uniform(0, 5))
        turn += 1
    return {"nodes_killed": nodes, "databases_stopped": databases}


def _manager(cluster: OpenSearch) -> int:
    manager: str = cluster.ask("GET", "/_cat/cluster_manager?format=json")[0]["node"]
    return int(manager.removeprefix("node-"))


def _compare(load: Load, settings: Settings) -> None:
    """Bring the index up to the Library, and note what is not the same or less than was acknowledged."""
    damage, home = load.damage, load.home
    with search.open_home(home) as searcher, Library.open(home, settings.text("library")) as library:
        search.catch_up(searcher, library)
        state = searcher.state()
        for _ in range(_NODES):  # each time other copies may answer
            found = desk.versions(home, NUMBERS, damage, "at the end")
            for number, version in load.told.items():
                if found.get(number, 0) < version:
                    damage.add("lost", f"{desk.article_id(number)} is {found.get(number)}, {version} was acknowledged")
        passages = sum(one.passages for one in library.list(limit=1000))
        if (state.articles, state.passages, state.change) != (library.count(), passages, library.change):
            damage.add("mixed", f"the index holds {state}, the library {library.count()} articles, {passages} passages")
