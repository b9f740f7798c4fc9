"""Ranking may not get worse unnoticed: nDCG@10 of our own query set and of the collections stays above its floor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from search import scoring
from tests.needs import outside_data
from tests.relevance import gate
from tests.relevance.bench import Bench, bench, mean, query_sets
from tests.relevance.sweep import put

HELD = gate.floors(gate.read())


@pytest.fixture(scope="module")
def ranked() -> Iterator[Bench]:
    with bench() as made:
        yield made


def test_our_own_questions_stay_above_the_floor(ranked: Bench) -> None:
    (own,) = query_sets(None)
    assert gate.fallen({"own": mean(ranked.values(own))}, HELD) == []


@pytest.mark.parametrize("name", sorted(name for name in HELD if name != "own" and not name.startswith(gate.HYBRID)))
def test_collections_stay_above_their_floors(ranked: Bench, name: str) -> None:
    (queries,) = query_sets(outside_data("collections"), [name], gate.EVERY)
    assert gate.fallen({name: mean(ranked.values(queries))}, HELD) == []


def test_the_gate_is_red_for_a_worse_ranking(ranked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "FIELDS", scoring.FIELDS)  # put back afterwards
    put("fields.title.weight", 0.0)
    (own,) = query_sets(None)
    assert gate.fallen({"own": mean(ranked.values(own))}, HELD) != []


def entry(date: str, floor: float | None, why: str = "") -> dict[str, object]:
    floors = {} if floor is None else {"own": floor}
    return {"date": date, "floors": floors, "lowered": {"own": why} if why else {}}


def test_a_floor_may_rise() -> None:
    assert gate.floors([entry("2026-01-01", 0.7), entry("2026-02-01", 0.8)]) == {"own": 0.8}


@pytest.mark.parametrize("floor", [0.69, None])
@pytest.mark.parametrize("why", ["", "because"])
def test_a_floor_is_not_lowered_or_removed_silently(floor: float | None, why: str) -> None:
    with pytest.raises(ValueError, match="nobody says why"):
        gate.floors([entry("2026-01-01", 0.7), entry("2026-02-01", floor, why)])


def test_a_floor_is_lowered_with_a_reason() -> None:
    why = "Two judgments were wrong and are corrected."
    assert gate.floors([entry("2026-01-01", 0.7), entry("2026-02-01", 0.6, why)]) == {"own": 0.6}


def test_the_history_is_in_order() -> None:
    with pytest.raises(ValueError, match="stands after"):
        gate.floors([entry("2026-02-01", 0.7), entry("2026-01-01", 0.8)])
