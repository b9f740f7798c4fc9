"""What people said of passages and of questions without an answer, and how it becomes a collection."""

from __future__ import annotations

import csv
import datetime
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from corpus.article import Article
from corpus.errors import InputError, disk_outage
from corpus.passages import cut

Kind = Literal["gap", "answered", "wrong", "outdated", "unclear"]
KINDS: tuple[Kind, ...] = get_args(Kind)
GRADES = {"answered": 1, "wrong": 0}  # the other kinds tell of an article, or that there is none: not of the ranking
_LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said at `written` (UTC): of a passage as the answer to `query`, or that none answers it."""

    kind: Kind
    query: str
    passage_id: str | None
    note: str
    written: str = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).isoformat())
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"kind must be one of: {', '.join(KINDS)}.", "bad_kind")
        if self.kind == "gap" and not self.query:
            raise InputError("A gap needs the query that found nothing.", "bad_query")
        if self.kind != "gap" and not self.passage_id:
            raise InputError("passage_id is missing: say which passage it is about.", "bad_passage_id")
        if len(self.note) > _LONGEST_NOTE:
            raise InputError(f"note may have at most {_LONGEST_NOTE:,} characters.", "bad_note")


def export(said: Sequence[Feedback], articles: Iterable[Article], folder: Path) -> dict[str, int]:
    """Write a collection in BEIR layout: every passage there is, the queries, and a judgement for each pair.

    Of several judgements on one pair the last counts; one without a query, or of a passage that is gone, is left out.
    """
    ids = {query: f"q{number}" for number, query in enumerate(dict.fromkeys(one.query for one in said if one.query), 1)}
    last = {(one.query, one.passage_id): GRADES[one.kind] for one in said if one.query and one.kind in GRADES}
    there: set[str] = set()
    try:
        (folder / "qrels").mkdir(parents=True, exist_ok=True)
        with (folder / "corpus.jsonl").open("w", encoding="utf-8") as corpus:
            for article in articles:
                for passage in cut(article):
                    there.add(passage.id)
                    text = "\n".join((*passage.heading_path, passage.context or "", passage.text))
                    _write(corpus, {"_id": passage.id, "title": article.title, "text": text.strip()})
        with (folder / "queries.jsonl").open("w", encoding="utf-8") as queries:
            for query, query_id in ids.items():
                _write(queries, {"_id": query_id, "text": query})
        judgements = [(ids[query], passage, grade) for (query, passage), grade in last.items() if passage in there]
        with (folder / "qrels" / "test.tsv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
            writer.writerows([("query-id", "corpus-id", "score"), *judgements])
    except OSError as error:
        raise disk_outage(error, folder) from error
    return {
        "passages": len(there),
        "queries": len(ids),
        "judgements": len(judgements),
        "left_out": len(last) - len(judgements),
    }


def _write(file: Any, row: dict[str, str]) -> None:
    file.write(json.dumps(row) + "\n")
