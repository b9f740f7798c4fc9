"""Words and meaning together may not get worse unnoticed either; embedding takes a minute, so on two collections."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.needs import outside_data
from tests.relevance import gate
from tests.relevance.bench import bench, mean, query_sets

HELD = gate.floors(gate.read())


@pytest.mark.parametrize("name", ["stackfaq", "med"])
def test_collections_stay_above_their_floors(model: Path, name: str) -> None:
    (queries,) = query_sets(outside_data("collections"), [name], gate.EVERY)
    with bench(model) as ranked:
        figure = mean(ranked.values(queries))
    assert gate.fallen({gate.HYBRID + name: figure}, HELD) == []
