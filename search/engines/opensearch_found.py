"""What OpenSearch found, as candidates and counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from search import scoring
from search.engines import opensearch_queries as queries
from search.engines.opensearch_documents import LENGTHS, Body
from search.engines.opensearch_queries import unpacked
from search.filtering import FACETS
from search.fusion import Fused
from search.model import Candidate, Clause, Part

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Found:
    """What OpenSearch found, scored anew from the counts that it saw, in double precision, as every engine does."""

    def __init__(self, hits: Sequence[Body], sought: Sequence[tuple[Clause, scoring.Weights]], bonus: float) -> None:
        self._sought = sought
        self._bonus = bonus
        fields = [hit["fields"] for hit in hits]
        self.ids: list[str] = [own["id"][0] for own in fields]
        self.nearness = np.array([own.get(queries.NEAR, [-1.0])[0] for own in fields], np.float32)
        self._lengths = np.array([[own[name][0] for own in fields] for name in LENGTHS]).reshape(len(LENGTHS), -1)
        self._counts: list[list[Numbers]] = []
        self.words = np.zeros(len(hits))
        scores = [named(hit) for hit in hits]
        for number, (clause, weights) in enumerate(sought):
            name = str(number)
            seen = np.array([own.get(name, 0.0) for own in scores])
            self._counts.append(unpacked(np.rint(seen / queries.times(clause)).astype(np.int64)))
            for _, part in weights.scores(self._counts[-1], list(self._lengths)):
                self.words += weights.factor(clause) * part
        self._has_all = np.full(len(hits), bonus > 0)
        for group in scoring.content_groups(clause for clause, _ in sought):
            self._has_all &= self.having([group in clause.groups for clause, _ in sought])
        self.words[self._has_all] += bonus

    def having(self, wanted: Sequence[bool]) -> npt.NDArray[np.bool_]:
        """Tell of each passage whether it has any of the wanted clauses."""
        found = np.zeros(len(self.ids), bool)
        for own, is_wanted in zip(self._counts, wanted, strict=True):
            if is_wanted:
                found |= np.any(own, axis=0)
        return found

    def best(self, scores: Floats, k: int, *, explain: bool, fused: Fused | None = None) -> tuple[Candidate, ...]:
        """Return the best k, by these scores of all."""
        rounded = np.round(scores, scoring.DIGITS).tolist()
        places = [n for n in range(len(self.ids)) if fused is None or fused.matched[n]]
        return tuple(
            Candidate(
                self.ids[n],
                rounded[n],
                self._parts(n, fused) if explain else (),
                float(self.nearness[n]) if fused else None,
            )
            for n in sorted(places, key=lambda n: (-rounded[n], self.ids[n]))[:k]
        )

    def _parts(self, n: int, fused: Fused | None) -> tuple[Part, ...]:
        parts: list[Part] = []
        for (clause, weights), own in zip(self._sought, self._counts, strict=True):
            parts += weights.parts(clause, [int(count[n]) for count in own], self._lengths[:, n].tolist())
        parts += [Part("all_words", None, "", self._bonus)] if self._has_all[n] else []
        return fused.explained(parts, n) if fused else tuple(parts)


def id_of(hit: Body) -> str:
    found: str = hit["fields"]["id"][0]
    return found


def named(hit: Body) -> dict[str, float]:
    """Return the scores of the named queries that a hit matched."""
    found: dict[str, float] = hit.get("matched_queries", {})
    return found


def articles_of(best: Sequence[Candidate]) -> list[str]:
    return sorted({one.article_id for one in best})


def facets(counted: Body) -> dict[str, dict[str, int]]:
    facets: dict[str, dict[str, int]] = {}
    for name in FACETS:
        buckets = counted[name]["buckets"]
        rows = buckets.items() if isinstance(buckets, dict) else ((one["key"], one) for one in buckets)
        facets[name] = {value: one["doc_count"] for value, one in rows if one["doc_count"]}
    return facets
