"""The fields of a passage and their weights: one table for every engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One searchable field. `weight` multiplies the BM25 of the field alone, beside that of the whole passage; `b`
    says how much a longer text counts against itself in it."""

    name: str
    weight: float
    b: float


# A passage is scored as the BM25 of all its text in context (the fields as one text) plus the weighted BM25 of
# title and headings alone; the body has no score of its own.
# Sweep (tests/relevance/sweep.py, mean nDCG@10 of the six): title weight .8 .613, 1 .615, 1.2 .615; b of the short
# fields .75 .612, .9 .615, 1 .614. Left out in turn, each collection still gets the same choice from the others.
FIELDS = (Field("title", 1.0, 0.9), Field("headings", 0.5, 0.9), Field("body", 0.0, 0.6))
NAMES = tuple(field.name for field in FIELDS)
