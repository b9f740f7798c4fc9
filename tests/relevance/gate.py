"""The gate: floors under the figures of our query sets, and what it takes to change one.

`floors.json` is a history, oldest first: {"date", "floors": {set: nDCG@10}, "lowered": {set: why}}. The last holds. A
floor that is lower than before, or gone, needs its reason under "lowered".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).with_name("floors.json")

HYBRID = "hybrid "  # before the name of a query set, where words and meaning rank it together

# Every n-th query is enough to see a fall, and keeps the gate short.
EVERY = {"stackfaq": 5, "cranfield": 3}


def read() -> list[dict[str, Any]]:
    history: list[dict[str, Any]] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return history


def floors(history: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the floors that hold.

    Raises:
        ValueError: a floor was lowered or removed without a reason, or the history is out of order.
    """
    held: dict[str, float] = {}
    date = ""
    for entry in history:
        if entry["date"] < date:
            raise ValueError(f"{entry['date']} stands after {date}.")
        date = entry["date"]
        for name, floor in held.items():
            if entry["floors"].get(name, -1.0) < floor and len(entry.get("lowered", {}).get(name, "").split()) < 4:
                raise ValueError(f"The floor of {name} falls below {floor} on {date}, and nobody says why.")
        held = entry["floors"]
    return held


def fallen(figures: Mapping[str, float], held: Mapping[str, float]) -> list[str]:
    """Return a line for each figure below its floor."""
    return [f"{name}: {figure:.4f}, floor {held[name]}" for name, figure in figures.items() if figure < held[name]]
