"""The engine in OpenSearch: the contract on a real node, and what only it does."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from corpus.settings import Settings
from search.engine import Engine
from search.engines.memory import MemoryEngine
from search.engines.opensearch_engine import OpenSearchEngine
from tests.articles import small_library
from tests.contract.engine_contract import EngineContract, ask, same
from tests.servers.opensearch import OpenSearch


@pytest.fixture(scope="module")
def shared(opensearch: OpenSearch) -> Iterator[Engine]:
    with closing(OpenSearchEngine(Settings({"engine": opensearch.index()}))) as engine:
        yield engine


class TestOpenSearchEngine(EngineContract):
    @pytest.fixture
    def make(self, opensearch: OpenSearch) -> Iterator[Callable[[], Engine]]:
        numbers = itertools.count()
        with ExitStack() as stack:

            def new() -> Engine:
                opensearch.ask("DELETE", "/once*")  # what is left of the examples before would slow this one down
                engine = OpenSearchEngine(Settings({"engine": opensearch.index(f"once{next(numbers)}")}))
                stack.callback(engine.close)
                return engine

            yield new

    def test_a_long_message_finds_all_that_has_any_of_its_words(self, engine: Engine, oracle: MemoryEngine) -> None:
        words = map("".join, itertools.product("bcdfgklmnprtvz", "aeiou", "bdkmnprt", "ou", "mn"))
        query = ask(" ".join([*words, "magnesium"]), explain=False)
        assert len(query.clauses) > 1500
        same(engine.snapshot().candidates(query, 10), oracle.candidates(query, 10))
        codes = ask(" ".join(["magnesium", *(f"word{number}x" for number in range(1500))]), explain=False)
        same(engine.snapshot().candidates(codes, 10), oracle.candidates(codes, 10))

    @pytest.fixture
    def engine(self, shared: Engine) -> Engine:
        """The small library, indexed anew only where a test before changed it: that takes a second."""
        if shared.snapshot().state.change != 5:
            shared.rebuild(small_library(), 5)
        return shared
