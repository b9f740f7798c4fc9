"""OpenSearch at an address of one's own: stems, boosted fields, highlighting."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.benchmarks.ours import Client
from tests.benchmarks.peers import BOOSTS, FIELD_NAMES, TOP
from tests.benchmarks.workload import Passage

INDEX = "/answerdesk-benchmark"
BATCH = 1000


class OpenSearch:
    """Removes and fills an index of its own on the server."""

    def __init__(self, passages: Iterable[Passage], address: str) -> None:
        self._client = Client(address)
        self.remove()
        fields = {name: {"type": "text", "analyzer": "english"} for name in FIELD_NAMES}
        self._ask("PUT", INDEX, {"settings": {"number_of_shards": 1}, "mappings": {"properties": fields}})
        rows = [json.dumps(passage._asdict()) for passage in passages]
        for first in range(0, len(rows), BATCH):
            body = "".join(f'{{"index":{{}}}}\n{row}\n' for row in rows[first : first + BATCH])
            self._client.send("POST", f"{INDEX}/_bulk", body.encode(), "application/x-ndjson")
        self._ask("POST", f"{INDEX}/_forcemerge?max_num_segments=1")

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

    def remove(self) -> None:
        self._client.send("DELETE", f"{INDEX}?ignore_unavailable=true")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return json.loads(self._client.send(method, path, json.dumps(body).encode() if body else None))
