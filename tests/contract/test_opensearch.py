"""The engine in OpenSearch: the contract on a real node, and what only it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from corpus.settings import Settings
from search.engine import Engine
from search.engines.opensearch_engine import OpenSearchEngine
from tests.contract.engine_contract import EngineContract
from tests.servers.opensearch import OpenSearch


class TestOpenSearchEngine(EngineContract):
    @pytest.fixture
    def make(self, opensearch: OpenSearch) -> Iterator[Callable[[], Engine]]:
        with ExitStack() as stack:

            def new() -> Engine:
                opensearch.ask("DELETE", "/desk*")  # what is left of the tests before would slow this one down
                engine = OpenSearchEngine(Settings({"engine": opensearch.index()}))
                stack.callback(engine.close)
                return engine

            yield new
