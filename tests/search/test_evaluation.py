from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from corpus.errors import InputError
from search.evaluation.collection import read
from search.evaluation.evaluate import evaluate, trec_run
from search.evaluation.measures import measure

DOCUMENTS = [
    {"_id": "one", "title": "Calf cramps", "text": "Stretch the calf.\nDrink water."},
    {"_id": "two", "title": "Magnesium", "text": "Nuts are rich in it."},
    {"_id": "three", "title": "A title alone", "text": ""},
]
QUERIES = [
    {"_id": "q1", "text": "calf cramps"},
    {"_id": "q2", "text": "xylophone"},
    {"_id": "q3", "text": "nothing relevant is known"},
    {"_id": "q4", "text": "title alone"},
]
JUDGED = "query-id\tcorpus-id\tscore\nq1\tone\t1\nq2\ttwo\t1\nq3\tone\t0\nq4\tthree\t2\n"


@pytest.fixture(params=[True, False])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    lines = "".join(json.dumps(row) + "\n" for row in DOCUMENTS).encode()
    if request.param:
        (tmp_path / "corpus.jsonl.gz").write_bytes(gzip.compress(lines))
    else:
        (tmp_path / "corpus.jsonl").write_bytes(lines)
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in QUERIES))
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(JUDGED)
    return tmp_path


def test_a_collection_is_ranked_and_measured(folder: Path) -> None:
    summary, run = evaluate(read(folder))
    assert summary["documents"] == 3
    assert summary["queries"] == 3  # one has no relevant document
    assert summary["measures"]["P@1"] == pytest.approx(2 / 3)  # the one that finds nothing scores 0 and stays
    assert next(iter(run["q1"])) == "one"
    assert next(iter(trec_run(run))).startswith("q1 Q0 one 1 ")


def test_measures_have_the_names_programs_rely_on() -> None:
    values = measure({"q": {"a": 1}}, {"q": {"a": 2.0, "b": 1.0}})
    assert set(values) == {"nDCG@10", "nDCG(judged_only=True)@10", "RR@10", "P@1", "R@100", "Judged@10"}
    assert values["nDCG@10"] == 1.0


def test_a_query_missing_from_a_run_scores_zero() -> None:
    assert measure({"q": {"a": 1}, "r": {"a": 1}}, {"q": {"a": 1.0}})["RR@10"] == 0.5


def test_a_folder_that_is_no_collection_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="BEIR"):
        read(tmp_path)
