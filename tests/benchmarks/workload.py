"""What is indexed, and what is asked: queries of one word, of three words and whole questions in equal parts."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from corpus.article import Article, Block, Section, build_sections
from search.analysis import fold, tokens
from search.clauses import QUESTION_WORDS
from search.evaluation import collection
from search.model import StoredPassage, stored_passages

MOST_QUESTIONS = 100


class Passage(NamedTuple):
    """A passage as every peer stores and returns it."""

    title: str
    headings: str
    body: str


class Workload:
    """The articles of a BEIR folder, or `size` made of them, and as many queries of each kind as it has questions."""

    def __init__(self, folder: Path, size: int | None = None) -> None:
        files = sorted(folder.glob("queries*.jsonl"))
        self._collection = collection.read(folder)
        self.size = size
        rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
        self.questions = list(dict.fromkeys(row["text"] for row in rows))[:MOST_QUESTIONS]
        self._bodies = [one.text for article in self._own() for one in stored_passages(article)]
        self.queries = list(self._queries(random.Random(8)))

    def _own(self) -> Iterator[Article]:
        return (article for _, article in self._collection.articles())

    def articles(self) -> Iterator[Article]:
        if self.size is None:
            return self._own()
        return (self._mixed(number) for number in range(self.size))

    def passages(self) -> Iterator[Passage]:
        return (as_passage(one) for article in self.articles() for one in stored_passages(article))

    def _mixed(self, number: int) -> Article:
        """Mix the words of two passages into an article of one passage, and add a word that no other has."""
        chance = random.Random(number)
        one, other = (chance.choice(self._bodies).split() for _ in range(2))
        words = [word for pair in zip(one, other, strict=False) for word in pair if chance.random() < 0.5]
        words = [*(words or one)[:200], f"word{number}x"]
        section = Section("", 0, "top", blocks=(Block("paragraph", text=" ".join(words)),))
        return Article(f"m{number}", " ".join(words[:6]), "mixed", build_sections([section]), key=str(number))

    def _queries(self, chance: random.Random) -> Iterator[str]:
        for question in self.questions:
            found: list[str] = []
            while len(found) < 3:
                body = chance.choice(self._bodies)
                words = [body[token.start : token.end] for token in tokens(body) if token.stems]
                found = sorted({word for word in words if word.isalpha() and fold(word) not in QUESTION_WORDS})
            yield chance.choice(found)
            yield " ".join(chance.sample(found, 3))
            yield question


def as_passage(stored: StoredPassage) -> Passage:
    return Passage(stored.article_title, " ".join(stored.heading_path), stored.text)


def stems(text: str) -> set[str]:
    return {stem for token in tokens(text) for stem in token.stems}


def times(ask: Callable[[Any], Any], asked: list[Any], passes: int) -> list[float]:
    """Return how many milliseconds each took, each once a pass, after a pass that does not count."""
    taken = []
    for number in range(passes + 1):
        for one in asked:
            started = perf_counter()
            ask(one)
            if number:
                taken.append((perf_counter() - started) * 1000)
    return taken


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
