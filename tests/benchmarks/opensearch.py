"""OpenSearch at an address of one's own: stems, boosted fields, highlighting."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from itertools import islice
from time import perf_counter
from typing import Any

from tests.benchmarks.ours import Client
from tests.benchmarks.peers import BOOSTS, FIELD_NAMES, TOP
from tests.benchmarks.workload import Passage

INDEX = "/answerdesk-benchmark"
BATCH = 1000


class OpenSearch:
    """Removes and fills an index of its own on the server."""

    def __init__(self, passages: Iterable[Passage], address: str, merge: bool = True) -> None:
        self._address = address
        self._client = Client(address)
        self.remove()
        fields = {name: {"type": "text", "analyzer": "english"} for name in FIELD_NAMES}
        self._ask("PUT", INDEX, {"settings": {"number_of_shards": 1}, "mappings": {"properties": fields}})
        self.bulk_seconds = 0.0
        rows = (f'{{"index":{{}}}}\n{json.dumps(passage._asdict())}\n' for passage in passages)
        while body := "".join(islice(rows, BATCH)).encode():
            started = perf_counter()
            self._client.send("POST", f"{INDEX}/_bulk", body, "application/x-ndjson")
            self.bulk_seconds += perf_counter() - started
        self._ask("POST", f"{INDEX}/{'_forcemerge?max_num_segments=1' if merge else '_refresh'}")

    def search(self, text: str) -> tuple[int, list[Passage]]:
        fields = [f"{name}^{BOOSTS[name]}" for name in FIELD_NAMES]
        asked = {
            "query": {"multi_match": {"query": text, "fields": fields, "type": "most_fields"}},
            "highlight": {"fields": {"body": {}}},
            "size": TOP,
            "track_total_hits": True,
        }
        hits = self._ask("POST", f"{INDEX}/_search", asked)["hits"]
        return hits["total"]["value"], [Passage(**hit["_source"]) for hit in hits["hits"]]

    def another(self) -> OpenSearch:
        """Return the same index over a connection of its own."""
        other = copy.copy(self)
        other._client = Client(self._address)
        return other

    def remove(self) -> None:
        self._client.send("DELETE", f"{INDEX}?ignore_unavailable=true")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return json.loads(self._client.send(method, path, json.dumps(body).encode() if body else None))
