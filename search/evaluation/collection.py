"""A collection in BEIR layout: documents, queries and relevance judgments."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.article import Article, Block, Section, build_sections
from corpus.errors import InputError


@dataclass(frozen=True, slots=True)
class Collection:
    """Where a collection's documents stand, its queries by id, and its judgments: query id -> document id -> grade."""

    name: str
    documents_file: Path
    queries: dict[str, str]
    judgments: dict[str, dict[str, int]]

    def articles(self) -> Iterator[tuple[str, Article]]:
        """Yield (document id, article), one a document: the title, and the text as paragraphs at line breaks."""
        for number, row in enumerate(_rows(self.documents_file)):
            title, text = str(row.get("title") or ""), str(row.get("text") or "")
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            blocks = tuple(Block("paragraph", text=line) for line in lines)
            sections = build_sections([Section("", 0, "top", blocks=blocks)])
            document = str(row["_id"])
            yield document, Article(f"d{number}", title, source=self.name, key=document, sections=sections)


def read(folder: Path, queries_file: Path | None = None) -> Collection:
    """Read a collection; queries without a relevant document are left out.

    Raises:
        InputError: a file is missing or not in BEIR layout.
    """
    documents = next((path for name in ("corpus.jsonl", "corpus.jsonl.gz") if (path := folder / name).is_file()), None)
    if documents is None:
        raise InputError(f"{folder} holds no corpus.jsonl or corpus.jsonl.gz; a collection in BEIR layout does.")
    try:
        judgments: dict[str, dict[str, int]] = {}
        with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                judgments.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
        queries = {
            str(row["_id"]): str(row["text"])
            for row in _rows(queries_file or folder / "queries.jsonl")
            if any(grade > 0 for grade in judgments.get(str(row["_id"]), {}).values())
        }
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{folder} is not a collection in BEIR layout: {error}") from None
    if not queries:
        raise InputError(f"No query of {queries_file or folder / 'queries.jsonl'} has a relevant document.")
    return Collection(folder.name, documents, queries, {query: judgments[query] for query in queries})


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
