"""Rank a collection through the product's own pipeline, in a temporary home."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import search
from corpus.settings import Settings
from search.evaluation.collection import Collection
from search.evaluation.measures import measure
from search.semantic import Semantic

DEPTH = 100  # documents a query keeps in a run

Progress = Callable[[Iterable[Any], str, int], Iterable[Any]]


def _silent(items: Iterable[Any], what: str, total: int) -> Iterable[Any]:
    return items


def evaluate(
    collection: Collection,
    *,
    mode: str | None = None,
    semantic: Semantic | None = None,
    progress: Progress = _silent,
) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """Index and rank a collection; return the summary of the command line and the run.

    With a model in `semantic` it is hybrid unless `mode` says otherwise; the vectors stay there for the next time.

    The run maps query id -> document id -> score, the best 100 documents a query; a document's best passage stands
    for it.
    """
    with tempfile.TemporaryDirectory() as home, search.open_home(Path(home), Settings({})) as searcher:
        documents: dict[str, str] = {}

        def articles() -> Iterable[Any]:
            for document, article in collection.articles():
                documents[article.id] = document
                yield article

        searcher.engine.rebuild(progress(articles(), "documents", 0), 1)
        searcher.semantic = semantic
        mode = mode or ("hybrid" if semantic and semantic.model() else "lexical")
        if mode != "lexical":
            searcher.embed(progress)
        run: dict[str, dict[str, float]] = {}
        for query, text in progress(collection.queries.items(), "queries", len(collection.queries)):
            found = rank(searcher, text, mode)
            if found:  # a query that finds nothing is missing from a run, and so scores 0
                run[query] = {documents[article]: score for article, score in found.items()}
    summary = {
        "collection": collection.name,
        "mode": mode,
        "documents": len(documents),
        "queries": len(collection.queries),
        "measures": measure(collection.judgments, run),
    }
    return summary, run


def rank(searcher: search.Searcher, text: str, mode: str | None = None, depth: int = DEPTH) -> dict[str, float]:
    """Return the best articles for `text`, as many as `depth`, with the score of the best passage of each."""
    best: dict[str, float] = {}
    page, results, size = 0, None, min(depth, search.MOST_HITS)
    while len(best) < depth and page < search.LAST_PAGE and (results is None or page * size < results.total):
        page += 1
        results = searcher.search(text, limit=size, page=page, mode=mode, only_hits=True)
        for hit in results.hits:
            best[hit.passage.article_id] = max(hit.score, best.get(hit.passage.article_id, hit.score))
    return dict(sorted(best.items(), key=lambda item: (-item[1], item[0]))[:depth])


def trec_run(run: dict[str, dict[str, float]]) -> Iterable[str]:
    """Yield the lines of a TREC run: query Q0 document rank score name."""
    for query, found in run.items():
        for rank_, (document, score) in enumerate(found.items(), 1):
            yield f"{query} Q0 {document} {rank_} {score:.6f} answerdesk"
