"""One search, from what a person typed to Results."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence

from search import answer, messages, ranking
from search.coverage import Coverage
from search.engine import Snapshot
from search.filtering import admits
from search.fragments import Marker
from search.fusion import Meaning
from search.model import Answer, Answered, Candidates, Query, Results, StoredPassage
from search.red_flags import RedFlags

OF_A_QUESTION = 3  # hits, where a message asks several
NEAREST = 3

# Nothing is found where the best passage has less of what is asked than this many of its words, of average rarity. From
# `python -m tests.relevance.nothing`, said where nothing answers, and wrongly: the mean over collections at .8 .13 and
# .03, .9 .20 and .055; our questions about the samples at .8 .42 and 0, .9 .50 and .015.
ENOUGH = 0.9

# With a model, it is nothing where this comes to less: how near the best passage is in meaning (a cosine), and of what
# is asked the share and the number of words, at most three, that the best passages have; less the more passages there
# are, for among many one is near by chance. From the same, said and wrongly: our questions .54 and .015; stackfaq at 30
# passages .28 and .006, at 700 .15 and .002; medquad at 30 .68 and .008, at 700 .14 and .03, at 28,000 .06 and .06;
# med, abstracts without titles, at 30 .42 and .14. The cosine alone: our questions .25 and .05, medquad .51 and .02.
SHARE, WORD, LOGARITHM, ENOUGH_WITH_MEANING = 0.4, 0.1, -0.015, 0.55
MOST_WORDS = 3


def results(
    snapshot: Snapshot,
    text: str,
    parse: Callable[[str], Query],
    near: Callable[[Sequence[Query]], list[Meaning]] | None,
    red_flags: Callable[[], RedFlags],
    *,
    page: int,
    limit: int,
    only_hits: bool,
) -> Results:
    """Answer `text`, and each of its questions where it is a message with several; `took_ms` is not measured yet.

    `near` tells what is near queries in meaning (`semantic.Near`); without it, words alone answer. `red_flags` are the
    snapshot's. See `Searcher.search` for `only_hits`.
    """
    message = messages.read(text)
    query = parse(message.search)
    asked = [parse(one.search) for one in message.questions]
    meaning, *meanings = near(asked or [query]) if near else [None] * (1 + len(asked))
    found, ordered = ranking.ranked(snapshot, query, meaning, page * limit)
    judged = None if only_hits else _Judged(snapshot, query, found)
    urgent = judged.urgent(red_flags(), message.search.split("\n")) if judged else {}
    marker = Marker(query)
    nothing_found = judged.nothing_found if judged else not found.best
    shown, most = (1, NEAREST) if nothing_found else (page, limit)
    hits = ranking.hits(snapshot, query, found, ordered, page=shown, limit=most)
    return Results(
        query=text,
        page=page,
        limit=limit,
        total=found.counts.total,
        took_ms=0.0,
        hits=() if nothing_found else hits,
        remarks=query.remarks,
        facets=ranking.facets(found),
        nothing_found=nothing_found,
        nearest=hits if nothing_found else (),
        suggestion=query.suggestion,
        urgent=tuple(
            ranking.as_hit(passage, query, marker, rank, score)
            for rank, (passage, score) in enumerate(urgent.items(), 1)
        ),
        answer=judged.answer(message.search) if judged and not message.questions else None,
        questions=tuple(
            _answered(snapshot, one.text, own, own_meaning, min(limit, OF_A_QUESTION))
            for one, own, own_meaning in zip(message.questions, asked, meanings, strict=True)
            if judged
        ),
    )


def _answered(snapshot: Snapshot, text: str, query: Query, meaning: Meaning | None, limit: int) -> Answered:
    found, ordered = ranking.ranked(snapshot, query, meaning, limit)
    judged = _Judged(snapshot, query, found)
    hits = () if judged.nothing_found else ranking.hits(snapshot, query, found, ordered, page=1, limit=limit)
    return Answered(text, judged.answer(text), judged.nothing_found, hits)


class _Judged:
    """Whether the best passages answer, with which sentence, and what to warn of."""

    def __init__(self, snapshot: Snapshot, query: Query, found: Candidates) -> None:
        self._snapshot, self._query = snapshot, query
        self._coverage = Coverage(query, snapshot)
        top = found.best[: answer.PASSAGES]
        stored = snapshot.passages([one.passage_id for one in top])
        top = tuple(one for one in top if one.passage_id in stored)  # another process may have removed it
        self._passages = [stored[one.passage_id] for one in top]
        self._nearness = top[0].nearness if top else None

    @functools.cached_property
    def nothing_found(self) -> bool:
        if not self._passages or not self._query.or_near:
            return not self._passages
        size = self._coverage.size
        if self._nearness is None:
            return self._coverage.of(self._passages[:1]) * size < ENOUGH
        share = self._coverage.of(self._passages)
        words = SHARE * share + WORD * min(share * size, MOST_WORDS)
        passages = self._snapshot.state.passages
        return self._nearness + words + LOGARITHM * math.log(passages) < ENOUGH_WITH_MEANING

    def urgent(self, red_flags: RedFlags, sentences: Sequence[str]) -> dict[StoredPassage, float]:
        found = red_flags.matching(self._snapshot, self._coverage, sentences)
        return {passage: weight for passage, weight in found.items() if admits(self._query.filters, passage)}

    def answer(self, question: str) -> Answer | None:
        if self.nothing_found:
            return None
        return answer.best(question, self._coverage, self._passages)
