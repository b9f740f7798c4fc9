"""Measure "nothing found" by removal: take out the relevant documents of half of the queries, and ask them all.

usage: python -m tests.relevance.nothing [--model FOLDER] [SET...]

For our questions about the samples, and each query set (ANSWERDESK_TEST_DATA names the collections) at about 30, 700
and, of medquad, 28,000 passages: how often it is said where the answer was taken out, and how often wrongly. Some of
what stays answers too, though nobody judged it, so what is said is counted too low. With a model, by words and meaning.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import search
from corpus.article import Article
from corpus.library import Library
from corpus.settings import Settings
from ingest.sync import ingest_samples
from search.model import stored_passages
from tests.relevance.bench import OWN, query_sets
from tests.relevance.compare import collections

SIZES = {"own": (30,), "medquad": (30, 700, 28_000), "medquad-long": (30, 700, 28_000)}
ROUNDS = {30: 10, 700: 2, 28_000: 2}  # draws of a library; each query's answer is in every second one


@dataclass(slots=True)
class Figures:
    """How often nothing was found: where there is no answer, and where there is one."""

    said: list[bool]
    wrongly: list[bool]

    def __str__(self) -> str:
        rates = (f"{sum(own) / max(len(own), 1):5.3f} of {len(own):4}" for own in (self.said, self.wrongly))
        return "said {}   wrongly {}".format(*rates)


def is_taken_out(query: str, judgments: Mapping[str, int], round_: int) -> bool:
    """Choose half of the queries; those that ask for the same document fall together."""
    best = min(judgments, key=lambda document: (-judgments[document], document))
    return hashlib.blake2b(best.encode()).digest()[0] % 2 == round_ % 2


def library(
    articles: Mapping[str, Article],
    queries: Sequence[str],
    judgments: Mapping[str, Mapping[str, int]],
    size: int,
    round_: int,
) -> tuple[list[Article], dict[str, bool]]:
    """Draw a library of about `size` passages; return its articles, and for each query whether one answers it."""
    rng = random.Random(round_)
    relevant = {query: {one for one, grade in judgments[query].items() if grade > 0} for query in queries}
    out = {query: is_taken_out(query, judgments[query], round_) for query in queries}
    gone = {document for query in queries if out[query] for document in relevant[query]}
    room = size
    chosen: dict[str, bool] = {}
    kept: dict[str, None] = {}
    for query in rng.sample(queries, len(queries)):
        left = sorted((relevant[query] - gone) & articles.keys())
        if out[query] == bool(left):
            continue
        first = rng.sample(left, min(len(left), 1)) if size < 28_000 else left
        cost = sum(len(stored_passages(articles[one])) for one in first if one not in kept)
        if cost > room - size * 0.4 and size < 28_000:
            break
        room -= cost
        chosen[query] = bool(left)
        kept.update(dict.fromkeys(first))
    asked = {document for query in chosen for document in relevant[query]}
    for document in rng.sample(sorted(articles), len(articles)):
        if document not in asked and document not in gone and (room > 0 or size >= 28_000):
            kept[document] = None
            room -= len(stored_passages(articles[document]))
    return [articles[document] for document in kept], chosen


def measured(name: str, size: int, model: str) -> Figures:
    figures = Figures([], [])
    (queries,) = query_sets(collections(), [name])
    read = queries.read()
    articles = dict(read.articles())
    with tempfile.TemporaryDirectory() as home, search.open_home(Path(home), Settings({"model": model})) as searcher:
        for round_ in range(ROUNDS[size]):
            drawn, answerable = library(articles, sorted(read.queries), read.judgments, size, round_)
            searcher.engine.rebuild(drawn, 1)
            if model:
                searcher.embed(silent)
            for query, has_answer in answerable.items():
                nothing = searcher.search(read.queries[query], limit=1).nothing_found
                (figures.wrongly if has_answer else figures.said).append(nothing)
    return figures


def silent(items: Iterable[str], what: str, total: int) -> Iterable[str]:
    return items


def samples(model: str) -> Figures:
    """Ask our own questions about the samples."""
    figures = Figures([], [])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Library.open(home) as store, search.open_home(home, Settings({"model": model})) as searcher:
            ingest_samples(store)
            search.catch_up(searcher, store)
            if model:
                searcher.embed(silent)
            for line in (OWN / "answers.jsonl").read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                nothing = searcher.search(row["question"]).nothing_found
                (figures.wrongly if row["answers"] else figures.said).append(nothing)
    return figures


def report(names: Sequence[str], model: str) -> Iterator[str]:
    yield f"{'samples':14} {'':6}   {samples(model)}"
    for one in query_sets(collections(), names):
        for size in SIZES.get(one.name, (30, 700)):
            yield f"{one.name:14} {size:6}   {measured(one.name, size, model)}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--model", default="", metavar="FOLDER")
    asked = parser.parse_args(arguments)
    for line in report(asked.sets, asked.model):
        print(line, flush=True)


if __name__ == "__main__":
    main()
