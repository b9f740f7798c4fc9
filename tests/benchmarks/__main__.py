"""Measure beside the peers: `python -m tests.benchmarks DIR [--json]`, DIR a collection in BEIR layout."""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import venv
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.opensearch import OpenSearch
from tests.benchmarks.ours import Client, Ours, pages_a_second
from tests.benchmarks.peers import Bm25s, Fts5, Tantivy
from tests.benchmarks.workload import Passage, Workload, percentile, stems, times

SHARES = {"p50": 0.5, "p99": 0.99}
CHECKED = 6  # queries that are held against the exhaustive engine

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--large", type=int, default=400_000, help="passages to grow to; 0 leaves this out")
    parser.add_argument("--opensearch", metavar="URL", help="a server to compare with; it gets an index of its own")
    parser.add_argument("--no-whoosh", action="store_true", help="leave out stock Whoosh, which is slow")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for row in rows(given, Path(work)):
            print(json.dumps(row) if given.json else line(row), flush=True)


def row(name: str, size: int, ours: float, unit: str, peer: str | None = None, other: float | None = None) -> Row:
    ratio = None if other is None else round(ours / other, 3)
    numbers = {"ours": round(ours, 3), "peer_value": None if other is None else round(other, 3)}
    return {"name": name, "size": size, "peer": peer, **numbers, "unit": unit, "ratio": ratio}


def line(row: Row) -> str:
    beside = f"{row['peer']} {row['peer_value']}: {row['ratio']}" if row["peer"] else ""
    return f"{row['name']:12} {row['size']:7} {row['ours']:10} {row['unit']:11} {beside}"


def compared(name: str, size: int, ours: list[float], peer: str | None, other: list[float] | None) -> Iterator[Row]:
    for label, share in SHARES.items():
        value = None if other is None else percentile(other, share)
        yield row(f"{name}-{label}", size, percentile(ours, share), "ms", peer, value)


def check(peer: str, queries: list[str], found: Iterable[list[Any]]) -> None:
    """End the run where many queries find nothing, or more than a few hits have no word of theirs (stemmers differ)."""
    empty, strange, total = 0, 0, 0
    for text, hits in zip(queries, found, strict=True):
        empty += not hits
        strange += sum(stems(text).isdisjoint(stems(" ".join(hit))) for hit in hits)
        total += len(hits)
    if 50 * strange > total:
        raise SystemExit(f"{peer} answers with what has none of the words: {strange} of {total} hits.")
    if 10 * empty > len(queries):
        raise SystemExit(f"{peer} finds nothing for {empty} of {len(queries)} queries.")


def rows(given: argparse.Namespace, work: Path) -> Iterator[Row]:
    workload = Workload(given.folder)
    ours = Ours(workload, work / "ours")
    ours.check(workload, workload.queries[:CHECKED])
    passages = list(workload.passages())
    hits = yield from hits_rows(ours, workload, given.passes, work / "tantivy")
    for kind in (Fts5, Bm25s):
        peer = kind(passages, work)
        asked = [peer.query(text) for text in workload.queries]
        check(kind.__name__, workload.queries, map(peer.hits, asked))
        yield from compared("hits", ours.size, hits, kind.__name__.lower(), times(peer.hits, asked, 1))
    if not given.no_whoosh:
        told = run_stock_whoosh(work, passages, workload.queries)
        check("whoosh", workload.queries, told["found"])
        yield from compared("hits", ours.size, hits, "whoosh", told["times"])
        speeds = ours.size / ours.build_seconds, len(passages) / told["seconds"]
        yield row("build", ours.size, speeds[0], "passages/s", "whoosh", speeds[1])
    yield from process_rows(ours, workload)
    yield from served_rows(ours, workload, passages, given)
    if given.large:
        large_workload = Workload(given.folder, given.large)
        large = Ours(large_workload, work / "large")
        yield row("build", large.size, large.size / large.build_seconds, "passages/s")
        large_hits = yield from hits_rows(large, large_workload, given.passes, work / "large-tantivy")
        yield from process_rows(large, large_workload)
        yield row("growth", large.size, percentile(large_hits, 0.5) / percentile(hits, 0.5), "times")


def hits_rows(ours: Ours, workload: Workload, passes: int, folder: Path) -> Generator[Row, None, list[float]]:
    """Compare with tantivy, asked in the faster of two ways; return our times."""
    queries = workload.queries
    peer = Tantivy(workload.passages(), folder)
    own = [ours.query(text) for text in queries]
    check("answerdesk", queries, ([(h.article_title, *h.heading_path, h.text) for h in ours.hits(one)] for one in own))
    taken = times(ours.hits, own, passes)
    ways = [[make(text) for text in queries] for make in (peer.parsed, peer.flat)]
    for asked in ways:
        check("tantivy", queries, map(peer.hits, asked))
    faster = min((times(peer.hits, asked, passes) for asked in ways), key=sum)
    yield from compared("hits", ours.size, taken, "tantivy", faster)
    searched = times(ours.search, queries, passes)
    yield from compared("search", ours.size, searched, "tantivy-snippets", times(peer.search, queries, passes))
    return taken


def process_rows(ours: Ours, workload: Workload) -> Iterator[Row]:
    seconds, megabytes = ours.answering(workload.queries)
    text = sum(len(" ".join((article.title, article.text)).encode()) for article in workload.articles())
    yield row("memory", ours.size, megabytes, "MB")
    yield row("start", ours.size, seconds, "s")
    yield row("disk", ours.size, ours.disk() / 1e6, "MB", "text", text / 1e6)


def served_rows(ours: Ours, workload: Workload, passages: list[Passage], given: argparse.Namespace) -> Iterator[Row]:
    queries = workload.queries
    with ours.served(workload) as address:
        client = Client(address)
        for text in queries[:CHECKED]:
            if json.loads(client.get("/api/v1/search", text))["total"] != ours.search(text).total:
                raise SystemExit(f"The server's answer to {text!r} is not the engine's.")
        taken = times(lambda text: client.get("/api/v1/search", text), queries, given.passes)
        if given.opensearch:
            server = OpenSearch(passages, given.opensearch)
            try:
                check("opensearch", queries, (server.search(text)[1] for text in queries))
                yield from compared("http", ours.size, taken, "opensearch", times(server.search, queries, given.passes))
            finally:
                server.remove()
        else:
            yield from compared("http", ours.size, taken, None, None)
        yield from compared("page", ours.size, times(lambda text: client.get("/search", text), queries, 1), None, None)
        pages, asking = pages_a_second(address, queries * given.passes)
        yield row("pages", ours.size, pages, "a second")
        yield row("pages-asking", ours.size, asking, "ms")


def run_stock_whoosh(work: Path, passages: list[Passage], queries: list[str]) -> Any:
    """Run Whoosh 2.7.4 in an environment of its own."""
    folder = work / "whoosh"
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "Whoosh==2.7.4"], check=True)
    file, index = work / "workload.json", work / "whoosh-index"
    file.write_text(json.dumps({"passages": passages, "queries": queries}))
    index.mkdir()
    script = Path(__file__).with_name("stock_whoosh.py")
    done = subprocess.run([python, script, file, index], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
