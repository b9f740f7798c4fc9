"""One search, from what a person typed to Results."""

from __future__ import annotations

from collections.abc import Callable

from search import answer, messages, ranking
from search.coverage import Coverage
from search.engine import Snapshot
from search.fusion import Meaning
from search.model import Answer, Answered, Candidates, Query, Results

OF_A_QUESTION = 3  # hits, where a message asks several


def results(
    snapshot: Snapshot,
    text: str,
    parse: Callable[[str], Query],
    near: Callable[[Query], Meaning] | None,
    *,
    page: int,
    limit: int,
    only_hits: bool,
) -> Results:
    """Answer `text`, and each of its questions where it is a message with several; `took_ms` is not measured yet.

    `near` tells what is near a query in meaning; without it, words alone answer. See `Searcher.search` for `only_hits`.
    """
    message = messages.read(text)
    query = parse(message.search)
    found, hits = ranking.page_of_hits(snapshot, query, near and near(query), page=page, limit=limit)
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
        answer=None if only_hits or message.questions else _answer(snapshot, message.search, query, found),
        questions=tuple(
            _answered(snapshot, one.text, own, near and near(own), min(limit, OF_A_QUESTION))
            for one in message.questions
            if not only_hits
            for own in [parse(one.search)]
        ),
    )


def _answered(snapshot: Snapshot, text: str, query: Query, meaning: Meaning | None, limit: int) -> Answered:
    found, hits = ranking.page_of_hits(snapshot, query, meaning, page=1, limit=limit)
    return Answered(text, _answer(snapshot, text, query, found), found.counts.total == 0, tuple(hits))


def _answer(snapshot: Snapshot, text: str, query: Query, found: Candidates) -> Answer | None:
    top = found.best[: answer.PASSAGES]
    stored = snapshot.passages([one.passage_id for one in top])
    passages = [stored[one.passage_id] for one in top]
    return answer.best(text, Coverage(query, snapshot), passages, [one.score for one in top])
