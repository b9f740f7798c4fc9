"""Hits as the pages show them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from search.model import Hit
from webapp import citing, explaining, lines, words
from webapp.opened import OpenHome


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit as a page shows it: whole, in part, or where it stands above on the page, by its name.

    `reasons` is empty where nobody asked for them.
    """

    hit: Hit
    is_above: bool
    is_whole: bool
    address: str
    title: str
    text: lines.Lines
    context: lines.Lines
    review: str
    source: str
    citation: citing.Citation
    reasons: list[str]


def shown(home: OpenHome, hit: Hit, question: str | None, above: set[str], most: int | None = None) -> ShownHit:
    """Make a hit ready to be shown, with about `most` characters of it, and add it to the passages that the page shows.

    Its address carries the question, unless that is to stay out of addresses.
    """
    passage = hit.passage
    state, review = home.review(passage.reviewed, passage.labels)
    fragments = hit.fragments if most is None else lines.part(hit.fragments, most)
    is_above = passage.passage_id in above
    above.add(passage.passage_id)
    return ShownHit(
        hit,
        is_above,
        fragments is hit.fragments,
        address(passage.article_id, passage.passage_id, passage.anchor, question),
        _cut(passage.article_title, 200),
        lines.laid_out(fragments),
        lines.plain(passage.context),
        review,
        _cut(words.source_name(words.web_address(passage.url) or passage.source), 120),
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


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
