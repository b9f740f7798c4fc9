"""The fields of a passage and their weights: one table for every engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One searchable field. `weight` multiplies the BM25 of the field alone, beside that of the whole passage."""

    name: str
    weight: float


# A passage is scored as the BM25 of all its text in context (the fields as one text) plus the weighted BM25 of
# title and headings alone; the body has no score of its own.
FIELDS = (Field("title", 1.0), Field("headings", 0.5), Field("body", 0.0))
NAMES = tuple(field.name for field in FIELDS)
