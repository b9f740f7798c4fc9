"""Hits as the pages show them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from search.model import Hit
from webapp import citing, explaining, lines
from webapp.opened import OpenHome


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit as a page shows it; `reasons` is empty where nobody asked for them."""

    hit: Hit
    address: str
    text: lines.Lines
    context: lines.Lines
    review: str
    citation: citing.Citation
    reasons: list[str]


def shown(home: OpenHome, hit: Hit, question: str | None) -> ShownHit:
    """Make a hit ready to be shown; its address carries the question, unless it is to stay out of addresses."""
    passage = hit.passage
    state, review = home.review(passage.reviewed, passage.labels)
    return ShownHit(
        hit,
        address(passage.article_id, passage.passage_id, passage.anchor, question),
        lines.laid_out(hit.fragments),
        lines.plain(passage.context),
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
    asked = f"&q={_encoded(question)}" if question else ""
    return f"/articles/{article_id}?passage={passage_id}{asked}#{anchor}"


_encoded = functools.lru_cache(maxsize=64)(quote_plus)  # a page names its question in each of its hits


def search_address(text: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return the address of a search; a field given twice stands in it twice."""
    return f"/search?{urlencode([('q', text), *fields])}"
