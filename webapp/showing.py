"""Hits as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from search.model import Hit
from webapp import citing, explaining, lines
from webapp.opened import OpenHome

_MOST_CELLS = 6  # of a row; a table with more scrolls


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit as a page shows it; `reasons` is empty where nobody asked for them."""

    hit: Hit
    address: str
    groups: list[lines.Group]
    context: list[lines.Group]
    is_wide: bool
    review: str
    citation: citing.Citation
    reasons: list[str]


def shown(home: OpenHome, hit: Hit, question: str | None) -> ShownHit:
    """Make a hit ready to be shown; its address carries the question, unless it is to stay out of addresses."""
    passage = hit.passage
    groups = lines.groups(hit.fragments)
    state, review = home.review(passage.reviewed, passage.labels)
    return ShownHit(
        hit,
        address(passage.article_id, passage.passage_id, passage.anchor, question),
        groups,
        lines.plain_groups(passage.context),
        any(len(line.cells) > _MOST_CELLS for group in groups for line in group.lines),
        review,
        citing.citation(
            passage.article_title,
            passage.heading_path,
            url=passage.url,
            page=passage.page,
            source=passage.source,
            review_state=state,
            review=review,
            cautions=passage.cautions,
        ),
        explaining.reasons(hit.parts) if hit.parts else [],
    )


def address(article_id: str, passage_id: str, anchor: str, question: str | None) -> str:
    """Return the address of a passage in its article."""
    return url_for("pages.article", article_id=article_id, passage=passage_id, q=question or None, _anchor=anchor)
