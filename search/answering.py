"""One search, from what a person typed to Results."""

from __future__ import annotations

from collections.abc import Callable

from search import messages, ranking
from search.engine import Snapshot
from search.model import Answered, Query, Results

OF_A_QUESTION = 3  # hits, where a message asks several


def results(
    snapshot: Snapshot, text: str, parse: Callable[[str], Query], *, page: int, limit: int, only_hits: bool
) -> Results:
    """Answer `text`, and each of its questions where it is a message with several; `took_ms` is not measured yet.

    See `Searcher.search` for `only_hits`.
    """
    message = messages.read(text)
    query = parse(message.search)
    found, hits = ranking.page_of_hits(snapshot, query, page=page, limit=limit)
    return Results(
        query=text,
        page=page,
        limit=limit,
        total=found.counts.total,
        took_ms=0.0,
        hits=tuple(hits),
        remarks=query.remarks,
        facets=ranking.facets(found),
        nothing_found=found.counts.total == 0,
        suggestion=query.suggestion,
        questions=tuple(
            _answered(snapshot, one.text, parse(one.search), min(limit, OF_A_QUESTION))
            for one in message.questions
            if not only_hits
        ),
    )


def _answered(snapshot: Snapshot, text: str, query: Query, limit: int) -> Answered:
    found, hits = ranking.page_of_hits(snapshot, query, page=1, limit=limit)
    return Answered(text, found.counts.total == 0, tuple(hits))
