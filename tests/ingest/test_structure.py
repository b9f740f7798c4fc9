"""How much of a document's structure its reader keeps, over fixtures by several programs."""

from __future__ import annotations

import statistics

import pytest

from tests.ingest.structure.__main__ import scores

FLOORS = {"headings": 0.9, "items": 0.9, "rows": 0.9, "order": 1.0, "heads": 1.0}


PROGRAMS = [
    (("python-docx", "libreoffice-6"), 20),
    (("libreoffice-1",), 7),
    (("chromium",), 6),
    (("reportlab",), 7),
    (("latex",), 6),
]


@pytest.mark.parametrize(("programs", "count"), PROGRAMS)
def test_structure_is_kept(programs: tuple[str, ...], count: int) -> None:
    found = scores(programs)
    assert len(found) == count
    means = {name: statistics.mean(values[name] for values in found.values()) for name in FLOORS}
    assert not [f"{name} {mean:.3f}" for name, mean in means.items() if mean < FLOORS[name]]
