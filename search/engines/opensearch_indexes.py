"""Generations in OpenSearch: an index each, built beside, verified, and put behind an alias, which names the live one.

The mapping's `_meta` says which change of the Library an index contains. What is written is shown by the writer's own
refresh, then the number follows: one that died between them does no harm, because changes may be taken twice.
"""

from __future__ import annotations

import contextlib
import datetime
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from opensearchpy.exceptions import NotFoundError

from corpus.article import Article, Change
from corpus.changing import newer_home
from corpus.errors import InputError, OutageError
from corpus.settings import Settings
from search.engine import DamagedError
from search.engines.opensearch_client import Body, Client
from search.engines.opensearch_documents import IS_PASSAGE, Documents, index_body
from search.engines.opensearch_lease import Lease

FORMAT = 1  # raised when an older Answerdesk could not read what this one writes
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
    format: int = FORMAT


class Indexes:
    """The generations of one name in a cluster. Any number of processes read; one at a time writes."""

    def __init__(self, client: Client, settings: Settings, identity: Callable[[], str]) -> None:
        self._client = client
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
        body = index_body(self._shards)
        body["mappings"]["_meta"] = {"answerdesk": {"name": self._name}}
        self._client.ask("PUT", f"/{index}", body, writes=True)
        try:
            documents = Documents({})
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
            self._note(Live(self._name, index, number, created, words, self._identity()))
            self._swap(index)
        except BaseException:
            with contextlib.suppress(OutageError, NotFoundError):
                self._client.ask("DELETE", f"/{index}", writes=True)
            raise

    def apply(self, live: Live, changes: Iterable[Change], number: int) -> None:
        """Take changes into the live index."""
        self._refresh(live.index)  # shows what one that died wrote, so that it is replaced too
        documents = Documents(self.spellings(live.index))

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
        self._note(replace(live, change=number, library=self._identity()))

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
    for document in documents.of(article, number):
        yield {"index": _versioned(index, document["id"], number)}, document


def _versioned(index: str, key: str, number: int) -> dict[str, Any]:
    return {"_index": index, "_id": key, "version": number, "version_type": "external_gte"}


def _keeping(index: str, documents: Documents) -> Operation:
    return {"index": {"_index": index, "_id": _SPELLINGS}}, {_SPELLINGS: documents.spellings()}
