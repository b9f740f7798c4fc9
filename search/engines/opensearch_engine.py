"""The engine for more than one machine: generations are indexes of an OpenSearch cluster, the live one behind an alias.

OpenSearch finds the best passages by the same formula, on the counts that each word is indexed with, and says which
counts it saw; from these the few that are kept are scored anew as every engine does, to the last digit.
"""

from __future__ import annotations

import contextlib
import functools
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from opensearchpy.exceptions import NotFoundError

from corpus.article import Article, Change
from corpus.settings import Settings
from search import scoring
from search.engine import WAIT_FOR_WRITER, DamagedError, EngineState, Snapshot
from search.engines import opensearch_queries as queries
from search.engines import opensearch_statistics as statistics
from search.engines.memory import MemoryEngine
from search.engines.opensearch_client import Body, Client
from search.engines.opensearch_documents import LENGTHS, stored_in
from search.engines.opensearch_found import Found, articles_of, facets, id_of, named
from search.engines.opensearch_indexes import Indexes, Live
from search.fields import NAMES
from search.filtering import FACETS
from search.fusion import Meaning, fuse, is_exact
from search.languages import of
from search.model import Candidates, Clause, Counts, Place, Query, StoredPassage
from search.vectors import Known, Values
from search.vocabulary import Vocabulary

_LOOK_EVERY = 1.0  # seconds in which what another process wrote may go unnoticed
_SPARE = 20  # passages more than wanted: OpenSearch tells scores apart to seven digits only
_MOST_AT_ONCE = 100  # searches in one request
_WHOLE = {"allow_partial_search_results": False}  # what a server that is away would have found is not left out


class OpenSearchEngine:
    """An index in the cluster that the settings name."""

    def __init__(
        self,
        settings: Settings,
        identity: Callable[[], str] = str,
        known: Callable[[], Known | None] = lambda: None,
    ) -> None:
        """`identity` tells the Library that the index is built from, `known` the vectors that there are."""
        self._client = Client(settings)
        self._indexes = Indexes(self._client, settings, identity, known)
        self._looking = threading.Lock()
        self._live: tuple[float, Snapshot] | None = None

    def writing(self, wait: float = WAIT_FOR_WRITER) -> contextlib.AbstractContextManager[None]:
        return self._indexes.writing(wait)

    def apply(self, changes: Iterable[Change], number: int) -> None:
        with self.writing():
            live = self._indexes.live()
            if live is None:
                raise DamagedError("its index in OpenSearch: it is gone")
            if live.change < number:
                self._indexes.apply(live, changes, number)
            self._live = None

    def rebuild(self, articles: Iterable[Article], number: int, damage: DamagedError | None = None) -> None:
        with self.writing():
            self._indexes.rebuild(articles, number, damage)
            self._live = None

    def snapshot(self) -> Snapshot:
        known = self._live
        if known and time.monotonic() < known[0] + _LOOK_EVERY and not self._client.outage:
            return known[1]
        if not self._looking.acquire(blocking=known is None) and known:  # another thread is looking
            if outage := self._client.outage:
                raise outage
            return known[1]
        try:
            live = self._indexes.live()
            snapshot = self._snapshot_of(live, known[1] if known else None)
            self._live = time.monotonic(), snapshot
            return snapshot
        finally:
            self._looking.release()

    def _snapshot_of(self, live: Live | None, known: Snapshot | None) -> Snapshot:
        if live is None:
            return MemoryEngine()  # an empty one
        if isinstance(known, OpenSearchSnapshot) and known.live == live:
            return known
        kind = EmbeddedSnapshot if live.meaning else OpenSearchSnapshot
        return kind(self._client, self._indexes, live, self._forget)

    def _forget(self) -> None:
        self._live = None

    def recover(self, damage: DamagedError) -> bool:
        return False

    def close(self) -> None:
        self._client.close()


class OpenSearchSnapshot:
    """The live generation as of one change; its statistics are kept, and its passages read as they are now."""

    def __init__(self, client: Client, indexes: Indexes, live: Live, written: Callable[[], None]) -> None:
        self.live = live
        self._written = written
        self._client = client
        self._indexes = indexes
        self._counted: dict[object, scoring.Counted] = {}

    @functools.cached_property
    def _facts(self) -> Body:
        """What is counted of all passages together."""
        [found] = self._searches([statistics.facts_body()])
        passages, counted = found["hits"]["total"]["value"], found["aggregations"]
        return {
            "passages": passages,
            "articles": counted["articles"]["doc_count"],
            "languages": tuple(sorted({of(one["key"]) for one in counted["languages"]["buckets"]})),
            "means": [counted[name]["value"] / max(passages, 1) for name in LENGTHS],
        }

    @property
    def state(self) -> EngineState:
        return EngineState(
            generation=self.live.index,
            change=self.live.change,
            created=self.live.created,
            articles=self._facts["articles"],
            passages=self._facts["passages"],
            damage=self.live.damage,
        )

    @property
    def languages(self) -> tuple[str, ...]:
        languages: tuple[str, ...] = self._facts["languages"]
        return languages

    def candidates(self, query: Query, k: int, meaning: Meaning | None = None) -> Candidates:
        scored = self._telling([clause for clause in query.clauses if not clause.excluded])
        if not query.clauses:
            return Candidates((), lambda: Counts(0, 0, {}, {name: {} for name in FACETS}))
        taken = scoring.as_typed([*zip(scored, self._counted_of(scored), strict=True)])
        sought = [
            (clause, scoring.Weights(clause.field, own, self._facts["passages"], self._facts["means"]))
            for clause, own in zip(scored, taken, strict=True)
        ]
        bonus = scoring.all_words_bonus(sought) if query.all_words else 0.0
        hits = self._search(queries.search_body(query, sought, bonus, k + _SPARE, meaning))["hits"]["hits"]
        if meaning is None:
            found = Found(hits, sought, bonus)
            best = found.best(found.words, k, explain=query.explain)
            return Candidates(best, lambda: self._counts(queries.counts_body(query, articles_of(best))))
        matching = {id_of(hit) for hit in hits}
        nearest = self._search(queries.nearest_body(query, scored, meaning))["hits"]["hits"]
        found = Found([*hits, *(hit for hit in nearest if id_of(hit) not in matching)], sought, bonus)
        matching |= {id_of(hit) for hit in nearest if queries.WORDS in named(hit)}
        fused = fuse(
            found.words,
            replace(meaning, nearness=found.nearness),
            matched=np.array([one in matching for one in found.ids], bool),
            admitted=np.ones(len(found.ids), bool),
            exact=found.having([is_exact(clause, own.anywhere) for clause, own in zip(scored, taken, strict=True)]),
        )
        best = found.best(fused.scores(found.words), k, explain=query.explain, fused=fused)
        words = meaning.weight < 1
        matched = [one for one, is_matched in zip(found.ids, fused.matched.tolist(), strict=True) if is_matched]
        near = [one for one in matched if not (words and one in matching)]
        return Candidates(best, lambda: self._counts(queries.counts_body(query, articles_of(best), near, words=words)))

    def _counts(self, body: Body) -> Counts:
        """Count what matches, also in each of the articles among the best."""
        found = self._search(body)
        counted = found["aggregations"]
        return Counts(
            total=found["hits"]["total"]["value"],
            articles=counted["articles"]["value"],
            per_article={one["key"]: one["doc_count"] for one in counted["best"]["per_article"]["buckets"]},
            facets=facets(counted),
        )

    def _telling(self, clauses: list[Clause]) -> list[Clause]:
        """Leave out what tells least, where there are too many clauses."""
        if len(clauses) <= queries.MOST_SCORED:
            return clauses
        having = self._search(statistics.having_body(clauses))["aggregations"]["having"]["buckets"]
        counts = [having[str(number)]["doc_count"] for number in range(len(clauses))]
        worth = {
            number: clauses[number].weight * scoring.idf(self._facts["passages"], count)
            for number, count in enumerate(counts)
            if count
        }
        best = sorted(worth, key=worth.__getitem__, reverse=True)[: queries.MOST_SCORED]
        return [clauses[number] for number in sorted(best)]

    def _counted_of(self, clauses: Sequence[Clause]) -> list[scoring.Counted]:
        """Count each clause in all passages; what was counted before is remembered."""
        keys = [(clause.words, clause.kind == "prefix", clause.field) for clause in clauses]
        missing = {key: clause for key, clause in zip(keys, clauses, strict=True) if key not in self._counted}
        answers = self._searches([statistics.statistics_body(clause) for clause in missing.values()])
        for key, answer in zip(missing, answers, strict=True):
            counted = answer["aggregations"]
            fields = tuple(counted[name]["doc_count"] if name in counted else 0 for name in NAMES)
            self._counted[key] = scoring.Counted(
                fields, answer["hits"]["total"]["value"], round(counted["occurrences"]["value"])
            )
        return [self._counted[key] for key in keys]

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        if not ids:
            return {}
        with self._gone():
            found = self._client.ask(
                "POST", f"/{self.live.name}/_mget", {"ids": [*ids]}, realtime="false", _source_includes="stored"
            )
        return {one["_id"]: stored_in(one) for one in found["docs"] if one["found"]}

    def terms(self, prefix: str) -> Mapping[str, int]:
        """As every engine; numbers are not among them."""
        spellings = self.spellings()
        stems = {stem for word in spellings for stem in Vocabulary(self.languages).stems(word)}
        begun = sorted(stem for stem in stems if stem.startswith(prefix))
        return {stem: count for stem in begun if (count := self.frequency(stem))}

    def frequency(self, *words: str) -> int:
        return self._counted_of([Clause(words, "", (0,))])[0].anywhere

    def headings(self) -> Iterator[Place]:
        """Yield every article's title and headings, some thousand articles a request."""
        after: list[str] = []
        while True:
            hits = self._search(statistics.places_body(after))["hits"]["hits"]
            for hit in hits:
                yield from msgspec.convert(hit["_source"]["places"], list[Place])
            if not hits:
                return
            after = hits[-1]["sort"]

    def spellings(self) -> Mapping[str, int]:
        with self._gone():
            return self._indexes.spellings(self.live.name)

    def verify(self) -> None:
        """OpenSearch checks what it reads itself."""

    def _search(self, body: Body) -> Any:
        path = f"/{self.live.name}/_search"
        with self._gone():
            return self._client.ask(
                "POST", path, body, allow_partial_search_results="false", include_named_queries_score="true"
            )

    def _searches(self, bodies: Sequence[Body]) -> Iterator[Any]:
        head = json.dumps(_WHOLE)
        for first in range(0, len(bodies), _MOST_AT_ONCE):
            lines = "".join(f"{head}\n{json.dumps(body)}\n" for body in bodies[first : first + _MOST_AT_ONCE])
            with self._gone():
                yield from self._client.searches(f"/{self.live.name}/_msearch", lines)

    @contextlib.contextmanager
    def _gone(self) -> Iterator[None]:
        try:
            yield
        except NotFoundError:
            raise DamagedError("its index in OpenSearch: it is gone") from None


class EmbeddedSnapshot(OpenSearchSnapshot):
    """Of an index that can hold vectors."""

    def missing(self, model: str) -> int:
        return 0 if self.live.embedded == model else self._indexes.missing(self.live.name, model)

    def lacking(self, model: str, most: int) -> list[StoredPassage]:
        hits = self._search(statistics.lacking_body(model, most))["hits"]["hits"]
        return [stored_in(hit) for hit in hits]

    def take(self, model: str, size: int, vectors: Sequence[tuple[StoredPassage, Values]]) -> None:
        self._indexes.take(model, size, vectors)
        self._written()
