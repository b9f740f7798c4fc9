"""Generations in OpenSearch: an index each, built beside, verified, and put behind an alias, which names the live one.

The mapping's `_meta` says which change of the Library an index contains. What is written is shown by the writer's own
refresh, then the number follows: one that died between them does no harm, because changes may be taken twice.
"""

from __future__ import annotations

import contextlib
import datetime
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from opensearchpy.exceptions import NotFoundError

from corpus.article import Article, Change
from corpus.changing import newer_home
from corpus.errors import InputError, OutageError
from corpus.settings import Settings
from search.engine import WAIT_FOR_WRITER, DamagedError
from search.engines.opensearch_client import Body, Client
from search.engines.opensearch_documents import (
    IS_PASSAGE,
    Documents,
    index_body,
    lacking,
    stored_in,
    vector_field,
    vectors_body,
)
from search.engines.opensearch_lease import Lease
from search.model import StoredPassage
from search.vectors import Known, Values

FORMAT = 2  # raised when an older Answerdesk could not read what this one writes
_CHANGES_AT_ONCE = 50
_SPELLINGS = "spellings"  # the id of the document that holds the words as they are written
_COPIES_WITHIN = "30s"
_META = "*.mappings._meta.answerdesk"
_LOCAL: Body = {"local": "true"}  # as the node that is asked knows it, also while the cluster elects a manager

Operation = tuple[Body, Body | None]


@dataclass(frozen=True, slots=True)
class Live:
    """The live generation, as its `_meta` has it."""

    name: str
    index: str
    change: int
    created: str
    damage: str | None = None
    library: str = ""  # the identity of the one that it was built from
    meaning: bool = False  # it can hold vectors
    embedded: str | None = None  # the model of which every passage has a vector
    format: int = FORMAT


class Indexes:
    """The generations of one name in a cluster. Any number of processes read; one at a time writes."""

    def __init__(
        self, client: Client, settings: Settings, identity: Callable[[], str], known: Callable[[], Known | None]
    ) -> None:
        self._client = client
        self._known = known
        self._name = client.name
        self._identity = identity
        self._shards = settings.number("shards")
        self._replicas = settings.number("replicas")
        self._lease = Lease(client)

    def live(self) -> Live | None:
        """Return the live generation; None where there is none, or an older Answerdesk built it.

        Raises:
            OutageError: a newer Answerdesk wrote it, or a part of it is not there.
        """
        try:
            found = self._metas(f"/{self._name}")
        except NotFoundError:
            return None
        for meta in found.values():
            if "change" not in meta or meta["format"] < FORMAT:
                return None
            if meta["format"] > FORMAT:
                raise newer_home()
            health = self._client.ask("GET", f"/_cluster/health/{self._name}", level="indices", **_LOCAL)["indices"]
            if any(one["status"] == "red" for one in health.values()):
                words = "OpenSearch has lost a part of the index, or is still opening it. Look at the cluster's health."
                raise OutageError(words, "engine_away")
            return Live(**meta)
        words = (
            f"OpenSearch has an index {self._name} that is not Answerdesk's. Name another one in the setting engine."
        )
        raise OutageError(words, "engine_failed")

    @contextlib.contextmanager
    def writing(self, wait: float) -> Iterator[None]:
        """Be the one writer; what one that died left behind is removed, and generations that are no longer live.

        Raises:
            InputError: the index was built from another library.
        """
        with self._lease.held(wait) as is_first:
            if is_first:
                self._check_library()
                self._sweep()
            yield

    def rebuild(self, articles: Iterable[Article], number: int, damage: DamagedError | None) -> None:
        """Build an index beside the live one, verify it, and swap."""
        index = f"{self._name}-{number:012d}-{secrets.token_hex(4)}"
        known = self._known()
        meaning = "opensearch-knn" in [
            one["component"] for one in self._client.ask("GET", "/_cat/plugins", format="json")
        ]
        body = index_body(self._shards, meaning=meaning)
        if meaning and known:
            body["mappings"]["properties"] |= vectors_body(known.model, known.size)
        body["mappings"]["_meta"] = {"answerdesk": {"name": self._name}}
        self._client.ask("PUT", f"/{index}", body, writes=True)
        try:
            documents = Documents({}, known if meaning else None)
            count = 0

            def operations() -> Iterator[Operation]:
                nonlocal count
                for article in articles:
                    for operation in _indexing(index, article, number, documents):
                        count += 1
                        yield operation
                yield _keeping(index, documents)

            self._client.bulk(operations(), self._lease.check)
            self._refresh(index)
            there = self._client.ask("POST", f"/{index}/_count", {"query": IS_PASSAGE})["count"]
            if there != count:
                raise OutageError(
                    f"OpenSearch holds {there} of {count} passages. Run: answerdesk rebuild", "engine_failed"
                )
            self._copy(index)
            words = f"The index was damaged ({damage.what}) and has been rebuilt." if damage else None
            created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            live = Live(self._name, index, number, created, words, self._identity(), meaning)
            self._note(self._looked_over(live, known.model if known else None))
            self._swap(index)
        except BaseException:
            with contextlib.suppress(OutageError, NotFoundError):
                self._client.ask("DELETE", f"/{index}", writes=True)
            raise

    def apply(self, live: Live, changes: Iterable[Change], number: int) -> None:
        """Take changes into the live index."""
        self._refresh(live.index)  # shows what one that died wrote, so that it is replaced too
        known = self._known() if live.meaning else None
        if known:
            self._map_vectors(live.index, known.model, known.size)
        documents = Documents(self.spellings(live.index), known)

        def operations() -> Iterator[Operation]:
            rest = iter(changes)
            while some := list(islice(rest, _CHANGES_AT_ONCE)):
                there = self._ids_of([change.article_id for change in some])
                for change in some:
                    stale = there.get(change.article_id, set())
                    if change.article is not None:
                        for operation in _indexing(live.index, change.article, change.number, documents):
                            stale.discard(operation[0]["index"]["_id"])
                            yield operation
                    for passage_id in sorted(stale):
                        yield {"delete": _versioned(live.index, passage_id, change.number)}, None
            yield _keeping(live.index, documents)

        self._client.bulk(operations(), self._lease.check)
        self._refresh(live.index)
        model = known.model if known else live.embedded
        self._note(self._looked_over(replace(live, change=number, library=self._identity()), model))

    def take(self, model: str, size: int, vectors: Sequence[tuple[StoredPassage, Values]]) -> None:
        """Index passages of the live index again, with their vectors; what has changed since is left out."""
        with self.writing(WAIT_FOR_WRITER):
            live = self.live()
            if live is None:
                return
            self._map_vectors(live.index, model, size)
            wanted = {"ids": [stored.passage_id for stored, _ in vectors]}
            there = self._client.ask("POST", f"/{live.index}/_mget", wanted, writes=True)["docs"]
            documents = Documents({})

            def operations() -> Iterator[Operation]:
                for (stored, values), one in zip(vectors, there, strict=True):
                    if one["found"] and stored_in(one) == stored:
                        document = documents.document(stored, one["_source"].get("places", ()))
                        document[vector_field(model)] = values.tolist()
                        yield {"index": _versioned(live.index, stored.passage_id, one["_version"])}, document

            self._client.bulk(operations(), self._lease.check)
            self._refresh(live.index)
            self._note(self._looked_over(live, model))

    def missing(self, index: str, model: str) -> int:
        """Return how many passages have no vector of this model."""
        found: int = self._client.ask("POST", f"/{index}/_count", {"query": lacking(model)})["count"]
        return found

    def _map_vectors(self, index: str, model: str, size: int) -> None:
        self._client.ask("PUT", f"/{index}/_mapping", {"properties": vectors_body(model, size)}, writes=True)

    def _looked_over(self, live: Live, model: str | None) -> Live:
        """Return what to note of an index, where a model may have embedded all of it by now."""
        done = live.meaning and model is not None and not self.missing(live.index, model)
        return replace(live, embedded=model if done else None)

    def spellings(self, index: str) -> dict[str, int]:
        """Return the words as they are written, and how often."""
        found: dict[str, int] = self._client.ask("GET", f"/{index}/_doc/{_SPELLINGS}")["_source"][_SPELLINGS]
        return found

    def _ids_of(self, articles: list[str]) -> dict[str, set[str]]:
        body = {
            "size": 1_000_000,
            "query": {"terms": {"article": articles}},
            "sort": ["_doc"],
            "_source": False,
            "docvalue_fields": ["id", "article"],
        }
        found: dict[str, set[str]] = {}
        for hit in self._client.ask("POST", f"/{self._name}/_search", body, writes=True)["hits"]["hits"]:
            found.setdefault(hit["fields"]["article"][0], set()).add(hit["fields"]["id"][0])
        return found

    def _metas(self, path: str) -> dict[str, Body]:
        """Return our own part of the `_meta` of each index of ours."""
        found = self._client.ask("GET", f"{path}/_mapping", **_LOCAL, filter_path=_META)
        metas = {index: one["mappings"]["_meta"]["answerdesk"] for index, one in found.items()}
        return {index: meta for index, meta in metas.items() if meta["name"] == self._name}

    def _refresh(self, index: str) -> None:
        self._client.ask("POST", f"/{index}/_refresh", writes=True)

    def _note(self, live: Live) -> None:
        self._lease.check()
        meta = {"_meta": {"answerdesk": asdict(live)}}
        self._client.ask("PUT", f"/{live.index}/_mapping", meta, writes=True)

    def _copy(self, index: str) -> None:
        """Let the cluster copy a finished index; it may go live while one that has too few servers is not done."""
        copies = {"index": {"auto_expand_replicas": f"0-{self._replicas}"}}
        self._client.ask("PUT", f"/{index}/_settings", copies, writes=True)
        self._client.ask(
            "GET", f"/_cluster/health/{index}", writes=True, wait_for_status="green", timeout=_COPIES_WITHIN
        )

    def _swap(self, index: str) -> None:
        self._lease.check()
        actions = [{"remove": {"index": old, "alias": self._name}} for old in self._behind_alias()]
        actions.append({"add": {"index": index, "alias": self._name}})
        self._client.ask("POST", "/_aliases", {"actions": actions}, writes=True)

    def _behind_alias(self) -> list[str]:
        try:
            return [*self._client.ask("GET", f"/_alias/{self._name}")]
        except NotFoundError:
            return []

    def _check_library(self) -> None:
        """Refuse to write over what was built from another library."""
        with contextlib.suppress(NotFoundError):
            owners = {meta.get("library", "") for meta in self._metas(f"/{self._name}").values()}
            if not owners <= {"", self._identity()}:
                words = f"The index {self._name} in OpenSearch was built from another library. Name another one in the"
                raise InputError(f"{words} setting engine, or remove that one there.", "bad_setting")

    def _sweep(self) -> None:
        behind = self._behind_alias()
        for index in self._metas(f"/{self._name}-*"):
            if index not in behind:
                with contextlib.suppress(NotFoundError):
                    self._client.ask("DELETE", f"/{index}", writes=True)


def _indexing(index: str, article: Article, number: int, documents: Documents) -> Iterator[Operation]:
    """Yield what indexes an article's passages."""
    for document in documents.of(article):
        yield {"index": _versioned(index, document["id"], number)}, document


def _versioned(index: str, key: str, number: int) -> dict[str, Any]:
    return {"_index": index, "_id": key, "version": number, "version_type": "external_gte"}


def _keeping(index: str, documents: Documents) -> Operation:
    return {"index": {"_index": index, "_id": _SPELLINGS}}, {_SPELLINGS: documents.spellings()}
