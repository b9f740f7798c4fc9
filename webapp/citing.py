"""A passage's citation, as it goes into a reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.review import ReviewState
from webapp import words


@dataclass(frozen=True, slots=True)
class Citation:
    """`text` names the passage, `link` or `file` where it came from; `ask` is what to think of before using it."""

    text: str
    link: str | None
    file: str
    ask: tuple[str, ...]


def citation(
    title: str,
    path: Sequence[str],
    *,
    url: str | None,
    page: int | None,
    source: str,
    review_state: ReviewState,
    review: str,
    cautions: Sequence[str],
) -> Citation:
    """Cite a passage: title, headings, page, review, and its address, or its file's name where it has none."""
    overdue = (review,) if review_state == "overdue" else ()
    text = f"{' › '.join((title, *path))}{f', page {page}' if page else ''}. {review}."
    address = words.web_address(url)
    if address and page and "#" not in address:
        address += f"#page={page}"
    return Citation(text, address, words.source_name(source), (*cautions, *overdue))
