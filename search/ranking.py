"""Candidates to hits, the same for every engine: collapse by article, one page, what a hit shows."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from corpus.review import review_state
from search.engine import Snapshot
from search.fragments import Marker
from search.fusion import Meaning
from search.model import Candidate, Candidates, Hit, Part, Place, Query, StoredPassage

FIRST = 10  # the hits in which an article has at most
MOST_OF_AN_ARTICLE = 2  # passages, when at least
ENOUGH_ARTICLES = 3  # articles match
SPARE = 20  # candidates beyond a page, since an article's third is put back; more are fetched where these are too few


def ranked(
    snapshot: Snapshot, query: Query, meaning: Meaning | None, first: int
) -> tuple[Candidates, Sequence[Candidate]]:
    """Find the best, with all that is counted, and put at least the `first` of them into their order."""
    k = max(first, FIRST) + SPARE
    while True:
        found = snapshot.candidates(query, k, meaning)
        ordered = collapse(found, query)
        if len(found.best) == found.counts.total or _first_is_settled(ordered):
            return found, ordered
        k *= 4


def hits(
    snapshot: Snapshot, query: Query, found: Candidates, ordered: Sequence[Candidate], *, page: int, limit: int
) -> tuple[Hit, ...]:
    """Make the hits of one page."""
    before = (page - 1) * limit
    shown = ordered[before : before + limit]
    stored = snapshot.passages([candidate.passage_id for candidate in shown])
    shown = [candidate for candidate in shown if candidate.passage_id in stored]  # another process may have removed it
    own = Counter(candidate.article_id for candidate in shown)
    marker = Marker(query)
    made = []
    for rank, candidate in enumerate(shown, before + 1):
        passage = stored[candidate.passage_id]
        more = max(found.counts.per_article.get(candidate.article_id, 0) - own[candidate.article_id], 0)
        parts = candidate.parts if query.explain else None
        made.append(as_hit(passage, query, marker, rank, candidate.score, more, parts))
    return tuple(made)


def as_hit(
    passage: StoredPassage,
    query: Query,
    marker: Marker,
    rank: int,
    score: float,
    more_in_article: int = 0,
    parts: tuple[Part, ...] | None = None,
) -> Hit:
    """Return a passage as a hit, marked for a query."""
    return Hit(
        rank=rank,
        score=score,
        passage=passage,
        fragments=marker.fragments(passage.text, passage.language),
        review_state=review_state(passage.reviewed, passage.labels, dict(query.filters.review_cutoffs)),
        link=link(passage),
        more_in_article=more_in_article,
        parts=parts,
    )


def collapse(found: Candidates, query: Query) -> Sequence[Candidate]:
    """Order candidates so that no article fills the first page while others match.

    Not with a filter on the article, and not when fewer than three articles match. What is put back follows the first
    ten, or the last of the others where there are fewer.
    """
    if query.filters.article or found.counts.articles < ENOUGH_ARTICLES:
        return found.best
    first: list[Candidate] = []
    rest: list[Candidate] = []
    taken: dict[str, int] = {}
    for candidate in found.best:
        article = candidate.article_id
        if len(first) < FIRST and taken.get(article, 0) < MOST_OF_AN_ARTICLE:
            taken[article] = taken.get(article, 0) + 1
            first.append(candidate)
        else:
            rest.append(candidate)
    return first + rest


def _first_is_settled(ordered: Sequence[Candidate]) -> bool:
    """Tell whether the first ten hold enough articles, so that candidates not yet seen cannot change them."""
    counts = Counter(candidate.article_id for candidate in ordered[:FIRST])
    return len(ordered) >= FIRST and max(counts.values()) <= MOST_OF_AN_ARTICLE


def link(place: StoredPassage | Place) -> str:
    """Return the path of a passage in the web front end, marked in its article; a title's is the article's."""
    return _link(place.article_id, place.passage_id, place.anchor)


@functools.lru_cache(maxsize=16_384)
def _link(article_id: str, passage_id: str, anchor: str) -> str:
    if not passage_id:
        return f"/articles/{quote(article_id)}"
    return f"/articles/{quote(article_id)}?{urlencode({'passage': passage_id})}#{quote(anchor)}"


def facets(found: Candidates) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Return facet counts, largest first."""
    return {
        name: tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        for name, counts in found.counts.facets.items()
    }
