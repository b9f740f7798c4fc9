"""The measures a ranking is judged by: ir-measures computes them and gives them their names."""

from __future__ import annotations

from collections.abc import Mapping

import ir_measures
from ir_measures import RR, Judged, P, R, nDCG

MEASURES = (nDCG @ 10, nDCG(judged_only=True) @ 10, RR @ 10, P @ 1, R @ 100, Judged @ 10)

Run = Mapping[str, Mapping[str, float]]  # query id -> document id -> score
Judgments = Mapping[str, Mapping[str, int]]


def measure(judgments: Judgments, run: Run) -> dict[str, float]:
    """Return the mean of each measure over all judged queries; a query that the run lacks scores 0."""
    sums = dict.fromkeys(map(str, MEASURES), 0.0)
    for result in ir_measures.iter_calc(MEASURES, judgments, run):
        sums[str(result.measure)] += result.value
    return {name: value / len(judgments) for name, value in sums.items()}
