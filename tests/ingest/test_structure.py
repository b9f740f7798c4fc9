"""How much of a document's structure its reader keeps, over fixtures by several programs."""

from __future__ import annotations

import statistics

import pytest

from tests.ingest.structure.__main__ import scores

FLOORS = {"headings": 0.9, "items": 0.9, "rows": 0.9, "order": 1.0, "heads": 1.0}
PROGRAMS = {"chromium": 6, "latex": 6, "libreoffice-1": 7, "libreoffice-6": 10, "python-docx": 10, "reportlab": 7}


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, float]]:
    return scores()


@pytest.mark.parametrize("program", PROGRAMS)
def test_structure_is_kept(program: str, found: dict[str, dict[str, float]]) -> None:
    of_program = [values for name, values in found.items() if name.startswith(program)]
    assert len(of_program) == PROGRAMS[program]
    means = {name: statistics.mean(values[name] for values in of_program) for name in FLOORS}
    assert not [f"{name} {mean:.3f}" for name, mean in means.items() if mean < FLOORS[name]]
