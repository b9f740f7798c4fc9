"""Query sets, each ranked by the product's own pipeline as often as wanted: what the tools and the gate share."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ir_measures
from ir_measures import nDCG

import search
from corpus.article import Article
from corpus.settings import Settings
from search.evaluation import collection
from search.evaluation.collection import Collection
from search.evaluation.evaluate import rank

OWN = Path(__file__).parent / "own"
MEASURE = nDCG @ 10
DEPTH = 10

Values = dict[str, float]  # query id -> nDCG@10


@dataclass(frozen=True, slots=True)
class QuerySet:
    """The queries of one file, every n-th of them, over one collection."""

    name: str
    folder: Path
    queries: Path
    every: int = 1

    def read(self) -> Collection:
        whole = collection.read(self.folder, self.queries)
        kept = sorted(whole.queries)[:: self.every]
        judgments = {query: whole.judgments[query] for query in kept}
        return Collection(whole.name, whole.documents_file, {query: whole.queries[query] for query in kept}, judgments)


def query_sets(
    collections: Path | None, names: Sequence[str] = (), every: Mapping[str, int] | None = None
) -> list[QuerySet]:
    """Return our own query set and those of the folders in `collections`; with `names`, these alone.

    A file `queries-long.jsonl` beside `queries.jsonl` is a set of its own, named FOLDER-long.
    """
    found = {"own": QuerySet("own", OWN, OWN / "queries.jsonl")}
    for file in sorted(collections.glob("*/queries*.jsonl")) if collections else ():
        name = file.parent.name + file.stem.removeprefix("queries")
        found[name] = QuerySet(name, file.parent, file, (every or {}).get(name, 1))
    return [found[name] for name in names or found]


@dataclass
class Bench:
    """Indexes a collection when it is first asked for, and keeps it; with a model, by its meaning too."""

    home: Path
    model: Path | None = None
    _searchers: dict[Path, tuple[search.Searcher, dict[str, str]]] = field(default_factory=dict)

    def values(self, queries: QuerySet) -> Values:
        """Rank and measure each query; one that finds nothing scores 0."""
        tested = queries.read()
        searcher, documents = self._indexed(queries.folder, tested)
        searcher.engine.close()  # it opens anew: what it keeps of scores may be of other settings
        run = {
            query: {documents[article]: score for article, score in rank(searcher, text, depth=DEPTH).items()}
            for query, text in tested.queries.items()
        }
        values = dict.fromkeys(tested.queries, 0.0)
        for result in ir_measures.iter_calc([MEASURE], tested.judgments, {key: one for key, one in run.items() if one}):
            values[result.query_id] = result.value
        return values

    def _indexed(self, folder: Path, tested: Collection) -> tuple[search.Searcher, dict[str, str]]:
        if folder not in self._searchers:
            documents: dict[str, str] = {}

            def articles() -> Iterator[Article]:
                for document, article in tested.articles():
                    documents[article.id] = document
                    yield article

            settings = Settings({"model": str(self.model or "")})
            searcher = search.open_home(self.home / str(len(self._searchers)), settings)
            searcher.engine.rebuild(articles(), 1)
            if self.model:
                searcher.embed(lambda items, what, total: items)
            self._searchers[folder] = searcher, documents
        return self._searchers[folder]

    def close(self) -> None:
        for searcher, _ in self._searchers.values():
            searcher.close()


@contextlib.contextmanager
def bench(model: Path | None = None) -> Iterator[Bench]:
    """Give a bench whose indexes are gone afterwards."""
    with tempfile.TemporaryDirectory() as home, contextlib.closing(Bench(Path(home), model)) as made:
        yield made


def mean(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values)
