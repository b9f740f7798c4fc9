"""Feedback as a collection in BEIR layout, which `answerdesk evaluate` reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import InputError, OutageError
from corpus.feedback import Feedback, export
from search.evaluation import collection
from search.evaluation.evaluate import evaluate
from tests.articles import small_library

MAGNESIUM, LEGS = "magnesium.tablets.1", "leg-cramps.treatment.1"


def test_what_was_said_becomes_judgements_that_can_be_measured(tmp_path: Path) -> None:
    said = [
        Feedback("wrong", "do tablets help", MAGNESIUM, ""),
        Feedback("answered", "do tablets help", MAGNESIUM, "yes after all"),  # the last one counts
        Feedback("wrong", "do tablets help", LEGS, ""),
        Feedback("outdated", "magnesium dose", MAGNESIUM, ""),
        Feedback("unclear", "magnesium dose", LEGS, ""),
        Feedback("gap", "carburettor", None, ""),
        Feedback("answered", "", MAGNESIUM, "no question was asked"),
        Feedback("answered", "what is gone", "gone.top.1", ""),
    ]
    counts = export(said, small_library(), tmp_path / "own")
    assert (counts["queries"], counts["judgements"], counts["left_out"]) == (4, 2, 1)
    lines = (tmp_path / "own" / "qrels" / "test.tsv").read_text().splitlines()
    assert lines == ["query-id\tcorpus-id\tscore", f"q1\t{MAGNESIUM}\t1", f"q1\t{LEGS}\t0"]
    read = collection.read(tmp_path / "own")
    assert read.queries == {"q1": "do tablets help"}
    summary, run = evaluate(read)
    assert summary["documents"] == counts["passages"]
    assert MAGNESIUM in run["q1"]
    assert summary["measures"]["nDCG@10"] > 0


@pytest.mark.parametrize(
    ("kind", "query", "passage_id", "note"),
    [("good", "q", "a.b.1", ""), ("gap", "", None, ""), ("wrong", "q", None, ""), ("gap", "q", None, "x" * 2_001)],
)
def test_what_makes_no_sense_is_refused(kind: str, query: str, passage_id: str | None, note: str) -> None:
    with pytest.raises(InputError):
        Feedback(kind, query, passage_id, note)  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutageError):
        export([], [], tmp_path / "taken")
