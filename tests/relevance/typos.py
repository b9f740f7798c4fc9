"""Measure what a typo costs: each query of a collection gets one, in a word of more than four letters.

usage: python -m tests.relevance.typos DIR [--rounds N] [--seed N]

Prints P@1 and nDCG@10 of the queries as they are, with the typo, and with the typo and no mending.
"""

from __future__ import annotations

import argparse
import random
import re
import string
import tempfile
from collections.abc import Callable
from pathlib import Path

import search
from corpus.settings import Settings
from search.evaluation import collection
from search.evaluation.measures import measure

WORD = re.compile(r"[A-Za-z]{5,}")


def with_typo(text: str, chance: random.Random) -> str:
    """Return `text` with one letter dropped, doubled, replaced, put in or swapped with the next, in a longer word."""
    words = list(WORD.finditer(text))
    if not words:
        return text
    word = chance.choice(words)
    at = chance.randrange(word.start(), word.end())
    letter = chance.choice(string.ascii_lowercase)
    kind = chance.choice(("drop", "double", "replace", "insert", "swap"))
    if kind == "swap":
        at = min(at, word.end() - 2)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    new = {"drop": "", "double": text[at] * 2, "replace": letter, "insert": text[at] + letter}[kind]
    return text[:at] + new + text[at + 1 :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tested = collection.read(asked.folder)
    documents: dict[str, str] = {}

    def articles():  # type: ignore[no-untyped-def]
        for document, article in tested.articles():
            documents[article.id] = document
            yield article

    with tempfile.TemporaryDirectory() as home, search.open_home(Path(home), Settings({})) as searcher:
        searcher.engine.rebuild(articles(), 1)

        def measured(change: Callable[[str], str], exact: bool = False) -> tuple[float, float]:
            run: dict[str, dict[str, float]] = {}
            for query, text in tested.queries.items():
                hits = searcher.search(change(text), limit=50, exact=exact).hits
                found = {documents[hit.passage.article_id]: 0.0 for hit in hits}
                run[query] = {document: -float(rank) for rank, document in enumerate(found)}
            values = measure(tested.judgments, {query: found for query, found in run.items() if found})
            return values["P@1"], values["nDCG@10"]

        def mean(rows: list[tuple[float, float]]) -> tuple[float, ...]:
            return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))

        def typed(exact: bool) -> tuple[float, ...]:
            rounds = [random.Random(asked.seed + n) for n in range(asked.rounds)]
            return mean([measured(lambda text, own=own: with_typo(text, own), exact) for own in rounds])  # type: ignore[misc]

        plain = measured(lambda text: text)
        print(f"as typed           P@1 {plain[0]:.4f}  nDCG@10 {plain[1]:.4f}")
        for name, exact in (("typo, mended", False), ("typo, not mended", True)):
            own = typed(exact)
            print(
                f"{name:18s} P@1 {own[0]:.4f}  nDCG@10 {own[1]:.4f}  loss in P@1 {100 * (plain[0] - own[0]):.1f} points"
            )


if __name__ == "__main__":
    main()
