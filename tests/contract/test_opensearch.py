"""The engine in OpenSearch: the contract on a real node, and what only it does."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

import search
from corpus.article import Change
from corpus.errors import InputError
from corpus.settings import Settings
from search.engine import Engine
from search.engines.memory import MemoryEngine
from search.engines.opensearch_engine import OpenSearchEngine
from search.vectors import Known, Values, VectorFile, VectorTable
from tests.articles import article, small_library
from tests.contract.engine_contract import MeaningContract, ask, same, some_values
from tests.servers.opensearch import OpenSearch
from tests.servers.processes import folder_of_its_own


class _EveryText(VectorTable):
    """Has a vector of every text."""

    def __init__(self) -> None:
        super().__init__(VectorFile(Path("none"), 2).read().records)

    def values_of(self, keys: Sequence[int]) -> list[Values | None]:
        return [some_values(key) for key in keys]


def silent(items: Iterable[str], what: str, total: int) -> Iterable[str]:
    return items


KNOWN = Known("some", 2, _EveryText())


@pytest.fixture(scope="module")
def shared(opensearch: OpenSearch) -> Iterator[Engine]:
    with closing(OpenSearchEngine(Settings({"engine": opensearch.index()}), known=lambda: KNOWN)) as engine:
        yield engine


class TestOpenSearchEngine(MeaningContract):
    @pytest.fixture
    def make(self, opensearch: OpenSearch) -> Iterator[Callable[[], Engine]]:
        numbers = itertools.count()
        with ExitStack() as stack:

            def new() -> Engine:
                opensearch.ask("DELETE", "/once*")  # what is left of the examples before would slow this one down
                engine = OpenSearchEngine(
                    Settings({"engine": opensearch.index(f"once{next(numbers)}")}), known=lambda: KNOWN
                )
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


def test_the_index_holds_the_vectors_for_every_machine(opensearch: OpenSearch, model: Path, tmp_path: Path) -> None:
    settings = Settings({"engine": opensearch.index(), "model": str(model)})
    with search.open_home(tmp_path / "one", settings) as one, search.open_home(tmp_path / "other", settings) as other:
        one.engine.rebuild(small_library(), 5)
        assert one.search("cramps").mode == "lexical"
        assert one.search("cramps", mode="hybrid").remarks == (search.NOT_EMBEDDED,)
        assert one.embed(silent) == 9
        for desk in (one, other):
            found = desk.search("thrombosis", only_hits=True)
            assert (found.mode, found.hits[0].passage.article_id) == ("hybrid", "swelling")
        hits = other.search("cramps", filters={"label": ["sleep"]}).hits
        assert {hit.passage.article_id for hit in hits} == {"restless-legs"}

        one.engine.apply([Change(6, "new", article("new", "New", ("", "Not embedded yet.")))], 6)
        assert one.search("cramps").mode == "lexical"
        assert one.semantic
        assert one.semantic.missing(one.engine.snapshot()) == 1
        assert one.embed(silent) == 1
        one.engine.rebuild(small_library(), 7)  # with vectors, which are on disk
        assert one.search("cramps").mode == "hybrid"
        with pytest.raises(InputError, match="model fetch"):
            search.open_home(tmp_path / "third", Settings({"engine": settings.text("engine")})).search(
                "a", mode="hybrid"
            )


def test_what_a_busy_server_refuses_is_sent_again(opensearch: OpenSearch) -> None:
    articles = [article(f"a{n}", f"Article {n}", ("", f"Cramps number {n}.")) for n in range(200)]
    with folder_of_its_own() as folder:
        busy = OpenSearch(
            folder, home=opensearch.home, settings="node.processors: 1\nthread_pool.write.queue_size: 1\n"
        )
        try:
            # eight parts at once for one thread that lets one wait: it answers the others with 429
            with closing(OpenSearchEngine(Settings({"engine": busy.index(), "shards": "8"}))) as engine:
                engine.rebuild(articles, 1)
                assert engine.snapshot().candidates(ask("cramps"), 10).counts.total == 200
            [node] = busy.ask("GET", "/_nodes/stats/thread_pool")["nodes"].values()
            assert node["thread_pool"]["write"]["rejected"] > 0
        finally:
            busy.stop()
