"""The product at one size, in one engine: `python -m tests.benchmarks.sizes DIR SIZE [--opensearch URL] [--json]`.

With a server, the index is in OpenSearch, beside an index of its own that is filled and asked as OpenSearch's manual
says; without, it is the embedded one. Articles are mixed from those of DIR, a collection in BEIR layout.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import search
from corpus.errors import OutageError
from corpus.settings import Settings
from search.model import StoredPassage
from tests.benchmarks.__main__ import Row, check, compared, line, process_rows, row
from tests.benchmarks.answering import resident
from tests.benchmarks.opensearch import INDEX, OpenSearch
from tests.benchmarks.ours import Client, Ours
from tests.benchmarks.workload import Workload, times

CLIENTS = (1, 8)
OWN_INDEX = "answerdesk-benchmark-own"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sizes", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("size", type=int)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--opensearch", metavar="URL", help="a server on this machine")
    given = parser.parse_args()
    workload = Workload(given.folder, given.size)
    with tempfile.TemporaryDirectory() as work:
        found = (
            clustered(workload, Path(work), given.opensearch) if given.opensearch else embedded(workload, Path(work))
        )
        for one in found:
            print(json.dumps(one) if given.json else line(one), flush=True)


def embedded(workload: Workload, work: Path) -> Iterator[Row]:
    ours = Ours(workload, work)
    yield row("build", ours.size, ours.size / ours.build_seconds, "passages/s")
    yield row("building", ours.size, most_resident() / 1e6, "MB")
    check_answers(lambda text: [hit.passage for hit in ours.search(text).hits], workload)
    for clients in CLIENTS:
        taken = times_of(lambda number: ours.search, workload.queries, clients)
        yield from compared(f"search{clients}", ours.size, taken, None, None)
    yield from process_rows(ours, workload)


def clustered(workload: Workload, work: Path, address: str) -> Iterator[Row]:
    client, size = Client(address), workload.size
    started = perf_counter()
    bare = OpenSearch(workload.passages(), address, merge=False)
    bare_seconds = perf_counter() - started
    engine = f"opensearch+{address.rstrip('/')}/{OWN_INDEX}"
    with search.open_home(work, Settings({"engine": engine})) as searcher, contextlib.ExitStack() as stack:
        stack.callback(client.send, "DELETE", f"/{OWN_INDEX}-*")
        stack.callback(bare.remove)
        started = perf_counter()
        searcher.engine.rebuild(workload.articles(), 1)
        seconds = perf_counter() - started
        if searcher.state().passages != size:
            raise SystemExit(f"The index holds {searcher.state().passages} of {size} passages.")
        yield row("build", size, size / seconds, "passages/s", "bulk", size / bare_seconds)
        yield row("build", size, size / seconds, "passages/s", "bulk, ready", size / bare.bulk_seconds)
        yield row("building", size, most_resident() / 1e6, "MB")
        stored = [_stored(client, index) / 1e6 for index in (f"/{OWN_INDEX}", INDEX)]
        yield row("disk", size, stored[0], "MB", "bare", stored[1])
        failed: list[str] = []

        def ask(text: str) -> list[StoredPassage]:
            try:
                return [hit.passage for hit in searcher.search(text).hits]
            except OutageError:
                failed.append(text)
                return []

        check_answers(ask, workload)
        check("opensearch", workload.queries, (bare.search(text)[1] for text in workload.queries))
        for clients in CLIENTS:
            own = times_of(lambda number: ask, workload.queries, clients)
            asking = [bare.another() for _ in range(clients)]
            other = times_of(lambda number: asking[number].search, workload.queries, clients)  # noqa: B023
            yield from compared(f"search{clients}", size, own, "bare", other)
        yield row("failed", size, len(failed), "searches")
        yield row("answering", size, resident() / 1e6, "MB")
        yield row("server", size, _server(client) / 1e6, "MB")


def check_answers(ask: Callable[[str], list[StoredPassage]], workload: Workload) -> None:
    found = map(ask, workload.queries)
    texts = ([(one.article_title, *one.heading_path, one.text) for one in passages] for passages in found)
    check("answerdesk", workload.queries, texts)


def times_of(ask: Callable[[int], Callable[[str], Any]], queries: list[str], clients: int) -> list[float]:
    """Return how many milliseconds each query took, of so many clients that ask at once, once each was asked."""
    taken: list[float] = []
    threads = [
        threading.Thread(target=lambda own=number: taken.extend(times(ask(own), queries[own::clients], 1)))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def most_resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux


def _stored(client: Client, index: str) -> int:
    stored: int = json.loads(client.send("GET", f"{index}/_stats/store"))["_all"]["primaries"]["store"]["size_in_bytes"]
    return stored


def _server(client: Client) -> int:
    """Return the resident memory of the server's process, which is on this machine."""
    [node] = json.loads(client.send("GET", "/_nodes/process"))["nodes"].values()
    return resident(Path(f"/proc/{node['process']['id']}/status"))


if __name__ == "__main__":
    main()
