from __future__ import annotations

import json
from pathlib import Path

import pytest

from search import scoring
from tests.relevance import compare, sweep
from tests.relevance.bench import bench, query_sets


def test_a_query_that_finds_nothing_scores_zero_and_stays(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text('{"_id": "a", "title": "Cramps", "text": "Stretch."}\n')
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "cramps"}\n{"_id": "r", "text": "xylophone"}\n')
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\nr\ta\t1\n")
    (queries,) = query_sets(tmp_path.parent, [tmp_path.name])
    with bench() as ranked:
        assert ranked.values(queries) == {"q": 1.0, "r": 0.0}


def test_chance_tells_a_real_difference_from_noise() -> None:
    before = {f"q{n}": 0.5 for n in range(40)}
    assert compare.chance(before, before) == 1.0
    assert compare.chance(before, {query: value + 0.1 for query, value in before.items()}) < 0.001
    mixed = {query: value + (0.1 if n % 2 else -0.1) for n, (query, value) in enumerate(before.items())}
    assert compare.chance(before, mixed) > 0.5


def test_a_stored_ranking_is_compared_query_by_query(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored = tmp_path / "stored.json"
    compare.main(["own", "--save", str(stored)])
    values = json.loads(stored.read_text())
    assert values["own"]["q01"] > 0.5
    values["own"]["q01"] = 0.0
    stored.write_text(json.dumps(values))
    capsys.readouterr()
    compare.main(["own", "--against", str(stored)])
    out = capsys.readouterr().out
    assert "1 better, 0 worse" in out
    assert "q01: leg cramps" in out
    del values["own"]["q01"]
    stored.write_text(json.dumps(values))
    with pytest.raises(SystemExit, match="other queries"):
        compare.main(["own", "--against", str(stored)])


def test_every_combination_of_settings_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scoring, "K1", scoring.K1)  # put back afterwards
    monkeypatch.setattr(scoring, "FIELDS", scoring.FIELDS)
    sweep.main(["scoring.K1=0.9,1.2", "fields.title.weight=0,1", "--sets", "own", "--every", "2"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 4
    assert lines[1].endswith("fields.title.weight=1")  # best first
    assert (scoring.K1, scoring.FIELDS[0].weight) == (1.2, 1.0)


def test_the_others_choose_for_the_set_that_is_left_out() -> None:
    one = sweep.Row((("k", 1.0),), {"a": 0.9, "b": 0.2, "c": 0.3})
    two = sweep.Row((("k", 2.0),), {"a": 0.1, "b": 0.4, "c": 0.4})
    assert sweep.left_out([one, two], "a") is two
    assert sweep.left_out([one, two], "b") is one


@pytest.mark.parametrize("name", ["scoring.NOTHING", "fields.nothing.weight", "scoring.idf"])
def test_a_setting_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(SystemExit):
        sweep.put(name, 1.0)
