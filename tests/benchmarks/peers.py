"""The peers in this process: each indexes passages and returns the stored title, headings and text of its best ten."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bm25s
import tantivy
from tantivy import Filter, Occur, Query, TextAnalyzerBuilder, Tokenizer

from search.analysis import tokens
from search.fields import FIELDS
from tests.benchmarks.workload import Passage

FIELD_NAMES = Passage._fields
BOOSTS = {field.name: 1 + field.weight for field in FIELDS}  # about what a word in each counts for us
TOP = 10


def plain(text: str) -> str:
    """Return the words alone, in lower case: no parser stumbles over punctuation or a shouted AND OR."""
    return " ".join(re.findall(r"\w+", text.lower()))


class Tantivy:
    """English stems without Lucene's stop words, one segment, boosted fields."""

    def __init__(self, passages: Iterable[Passage], folder: Path) -> None:
        builder = tantivy.SchemaBuilder()
        for name in FIELD_NAMES:
            builder.add_text_field(name, stored=True, tokenizer_name="english")
        self._schema = builder.build()
        folder.mkdir()
        self._index = tantivy.Index(self._schema, path=str(folder))
        analyzer = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase())
        analyzer = analyzer.filter(Filter.stopword("english")).filter(Filter.stemmer("english"))
        self._analyzer = analyzer.build()
        self._index.register_tokenizer("english", self._analyzer)
        writer = self._index.writer(1_000_000_000, 1)
        for passage in passages:
            writer.add_document(tantivy.Document(**passage._asdict()))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def parsed(self, text: str) -> Query:
        return self._index.parse_query(plain(text), list(FIELD_NAMES), field_boosts=BOOSTS)

    def flat(self, text: str) -> Query:
        terms = [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, name, word), BOOSTS[name]))
            for word in dict.fromkeys(self._analyzer.analyze(plain(text)))
            for name in FIELD_NAMES
        ]
        return Query.boolean_query(terms)

    def hits(self, query: Query) -> list[Passage]:
        found = self._searcher.search(query, TOP, count=False)
        documents = [self._searcher.doc(address) for _, address in found.hits]
        return [Passage(*(document.get_first(name) for name in FIELD_NAMES)) for document in documents]

    def search(self, text: str) -> tuple[int, list[tuple[Passage, str]]]:
        """Return the count, and the best ten with their snippets."""
        query = self.parsed(text)
        found = self._searcher.search(query, TOP)
        snippets = tantivy.SnippetGenerator.create(self._searcher, query, self._schema, "body")
        shown = []
        for _, address in found.hits:
            document = self._searcher.doc(address)
            passage = Passage(*(document.get_first(name) for name in FIELD_NAMES))
            shown.append((passage, snippets.snippet_from_doc(document).to_html()))
        return found.count, shown


class Fts5:
    """SQLite's full-text index with Porter stems."""

    def __init__(self, passages: Iterable[Passage], folder: Path) -> None:
        self._database = sqlite3.connect(folder / "fts5.sqlite3")
        columns = ", ".join(FIELD_NAMES)
        self._database.execute(f"CREATE VIRTUAL TABLE passages USING fts5({columns}, tokenize='porter unicode61')")
        self._database.executemany("INSERT INTO passages VALUES (?, ?, ?)", passages)
        self._database.execute("INSERT INTO passages(passages) VALUES ('optimize')")
        self._database.commit()
        self._ranked = (
            f"SELECT {columns} FROM passages WHERE passages MATCH ? "
            f"ORDER BY bm25(passages, {', '.join(str(BOOSTS[name]) for name in FIELD_NAMES)}) LIMIT {TOP}"
        )

    def query(self, text: str) -> str:
        words = [text[token.start : token.end] for token in tokens(text) if token.stems]
        return " OR ".join(f'"{word}"' for word in dict.fromkeys(words))

    def hits(self, query: str) -> list[Passage]:
        return [Passage(*row) for row in self._database.execute(self._ranked, (query,))]


class Bm25s:
    """Sparse columns in NumPy; one field, since it knows no others."""

    def __init__(self, passages: Iterable[Passage], folder: Path) -> None:
        self._passages = list(passages)
        words = [[stem for token in tokens(" ".join(one)) for stem in token.stems[:1]] for one in self._passages]
        self._retriever = bm25s.BM25()
        self._retriever.index(words, show_progress=False)

    def query(self, text: str) -> list[list[str]]:
        return [[stem for token in tokens(text) for stem in token.stems[:1]]]

    def hits(self, query: Any) -> list[Passage]:
        numbers, scores = self._retriever.retrieve(query, k=TOP, show_progress=False)
        pairs = zip(numbers[0], scores[0], strict=True)
        return [self._passages[number] for number, score in pairs if score > 0]
