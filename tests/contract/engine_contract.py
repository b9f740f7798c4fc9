"""What every engine must do: one suite; each engine's tests inherit it and say how the engine is made."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.article import Article, Change
from search.engine import Embedded, Engine, Numbered, Snapshot
from search.engines.memory import MemoryEngine
from search.fusion import Meaning
from search.model import Candidates, Query
from search.querytext import parse, parse_filters
from search.synonyms import Synonyms
from search.vectors import Values, key_of, text_of
from search.vocabulary import Vocabulary
from tests.articles import WORDS, article, random_articles, small_library

CUTOFFS = {"": datetime.date(2024, 1, 1)}
QUERIES = (
    "cramps",
    "magnesium tablets",
    "how can I stop leg cramps at night",
    '"leg cramps"',
    '"massage the calf" magnesium',
    "swollen calf doctor",
    "nothing-of-this-kind",
    "",
    "cramps -night magnesium",
    "(calf OR magnesium) AND NOT doctor",
    "night OR NOT cramps AND calf",
    "title:magnesium OR heading:treatment",
    "-title:magnesium cramps",
    "charley horse",
    "cramp* mag*",
    "300mg of magnesium, 1/2",
    "magnesuim tablets",
)


def ask(text: str, explain: bool = True, snapshot: Snapshot | None = None, **filters: str) -> Query:
    asked = parse_filters({name: [value] for name, value in filters.items()}, CUTOFFS)
    vocabulary = Vocabulary.of(snapshot) if snapshot else None
    return parse(text, asked, vocabulary=vocabulary, synonyms=Synonyms(["charley horse = leg cramps"]), explain=explain)


def same(found: Candidates, wanted: Candidates) -> None:
    """Assert the same hits in the same order, the same scores to 1e-5, and the same counts."""
    assert [one.passage_id for one in found.best] == [one.passage_id for one in wanted.best]
    assert [one.score for one in found.best] == pytest.approx([one.score for one in wanted.best], abs=1e-5)
    assert (found.counts.total, found.counts.articles) == (wanted.counts.total, wanted.counts.articles)
    assert dict(found.counts.per_article) == dict(wanted.counts.per_article)
    assert {name: dict(values) for name, values in found.counts.facets.items()} == wanted.counts.facets


def some_meaning(snapshot: Snapshot, weight: float) -> Meaning:
    """What is asked: how near a passage is depends on its text alone."""
    nearness = np.empty(0, np.float32)
    if isinstance(snapshot, Numbered):
        values = np.array([some_values(key) for key in snapshot.keys.tolist()], np.float32).reshape(-1, 2)
        nearness = values[:, 0] / np.linalg.norm(values, axis=1)
    return Meaning(nearness, weight, np.array([1, 0], np.float32), "some")


def some_values(key: int) -> Values:
    """A vector for a text of this key, anywhere from what is asked to a right angle."""
    angle = key % 1000 * np.pi / 2000
    return np.rint([127 * np.cos(angle), 127 * np.sin(angle)]).astype(np.int8)


class EngineContract:
    """Inherit, and give the fixture `make`: it returns a new, empty engine."""

    @pytest.fixture
    def make(self, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
        raise NotImplementedError

    @pytest.fixture
    def engine(self, make: Callable[[], Engine]) -> Engine:
        engine = make()
        engine.rebuild(small_library(), 5)
        return engine

    @pytest.fixture
    def oracle(self) -> MemoryEngine:
        oracle = MemoryEngine()
        oracle.rebuild(small_library(), 5)
        return oracle

    def test_an_empty_engine_finds_nothing(self, make: Callable[[], Engine]) -> None:
        snapshot = make().snapshot()
        found = snapshot.candidates(ask("cramps"), 10)
        assert (found.best, found.counts.total) == ((), 0)
        assert snapshot.state.change == 0
        assert snapshot.passages(["leg-cramps.top.1"]) == {}

    @pytest.mark.parametrize("text", QUERIES)
    def test_it_finds_what_the_oracle_finds(self, engine: Engine, oracle: MemoryEngine, text: str) -> None:
        query = ask(text, snapshot=oracle)
        assert query == ask(text, snapshot=engine.snapshot())
        same(engine.snapshot().candidates(query, 10), oracle.candidates(query, 10))

    def test_articles_of_several_languages_are_each_found_in_their_own(self, make: Callable[[], Engine]) -> None:
        engine, oracle = make(), MemoryEngine()
        articles = [
            article(
                "de", "Krämpfe", ("Nachts", "Die Wadenkrämpfe kommen nachts; was hilft gegen Müdigkeit?"), language="de"
            ),
            article("es", "Calambres", ("", "La medicación alivia el dolor."), language="es"),
            article("ja", "足", ("", "妊娠中の足のつり。magnesium 300mg"), language="ja"),
            article("xx", "Crampi", ("", "Nocturni\x1e\x1f crampi."), language=""),
        ]
        engine.rebuild([*articles, *small_library()], 1)
        oracle.rebuild([*articles, *small_library()], 1)
        assert engine.snapshot().languages == oracle.languages == ("", "de", "en", "es", "ja")
        for text in (
            "wadenkrampf",
            "medicacion magnesium",
            "medicaciones",
            "足のつり",
            "足",
            "crampi nocturni",
            "mudig*",
        ):
            query = ask(text, snapshot=oracle)
            assert query == ask(text, snapshot=engine.snapshot())
            same(engine.snapshot().candidates(query, 10), oracle.candidates(query, 10))
            assert oracle.candidates(query, 10).counts.total, text

    @pytest.mark.parametrize(
        "filters",
        [
            {"label": "pregnancy"},
            {"label": "handbook"},
            {"article": "magnesium"},
            {"source": "articles"},
            {"source": "articles/magnesium.md"},
            {"language": "de"},
            {"review": "overdue"},
            {"review": "unknown"},
            {"reviewed_since": "2020"},
            {"label": "cramps", "article": "magnesium"},
        ],
    )
    def test_filters_are_exact(self, engine: Engine, oracle: MemoryEngine, filters: dict[str, str]) -> None:
        query = ask("cramps magnesium calf", **filters)
        found = engine.snapshot().candidates(query, 10)
        same(found, oracle.candidates(query, 10))

    def test_filters_admit_what_they_say(self, engine: Engine) -> None:
        def articles(**filters: str) -> set[str]:
            return set(engine.snapshot().candidates(ask("cramps magnesium calf", **filters), 20).counts.per_article)

        assert articles() == {"leg-cramps", "magnesium", "swelling", "restless-legs"}
        assert articles(label="handbook") == {"using-the-desk"}
        assert articles(review="overdue") == {"magnesium"}
        assert articles(reviewed_since="2026-07") == {"leg-cramps"}
        assert articles(source="handbook") == set()  # still hidden: only a label or an article brings it out
        assert articles(label="cramps", article="magnesium") == set()

    def test_the_parts_of_a_score_add_up(self, engine: Engine) -> None:
        for text in QUERIES:
            for candidate in engine.snapshot().candidates(ask(text), 10).best:
                assert sum(part.score for part in candidate.parts) == pytest.approx(candidate.score, abs=1e-5)

    def test_parts_only_when_asked_for(self, engine: Engine) -> None:
        assert not engine.snapshot().candidates(ask("cramps", explain=False), 10).best[0].parts

    def test_passages_with_all_of_two_words_come_first(self, make: Callable[[], Engine]) -> None:
        engine = make()
        rare = article("rare", "Zincum zincum zincum", ("", "Zincum zincum zincum zincum."))
        both = article("both", "Other", ("", "Of zincum and of water and of much else, at length and in many words."))
        water = [article(f"w{n}", "Water", ("", "Water water.")) for n in range(5)]
        engine.rebuild([rare, both, *water], 1)
        assert engine.snapshot().candidates(ask("zincum water"), 10).best[0].passage_id == "both.top.1"

    def test_a_phrase_is_found_in_order_and_within_one_text(self, engine: Engine) -> None:
        def found(text: str) -> list[str]:
            return [one.passage_id for one in engine.snapshot().candidates(ask(text), 10).best]

        assert found('"massage the calf"') == ["leg-cramps.treatment.1"]
        assert found('"calf massage"') == []
        assert found('"pregnancy cramps"') == []  # the title's end and the text's beginning

    def test_it_serves_what_a_hit_shows(self, engine: Engine) -> None:
        served = engine.snapshot().passages(["leg-cramps.causes.1", "no-such.passage.1"])
        assert set(served) == {"leg-cramps.causes.1"}
        passage = served["leg-cramps.causes.1"]
        assert passage.text == "Too little magnesium, tired muscles and pressure on the veins are named as causes."
        assert passage.article_title == "Leg cramps in pregnancy"
        assert passage.heading_path == ("Causes",)
        assert passage.labels == ("pregnancy", "cramps")
        assert passage.reviewed == "2026-07-04"

    def test_it_knows_its_words(self, engine: Engine) -> None:
        snapshot = engine.snapshot()
        assert dict(snapshot.terms("magn")) == {"magnesium": 3}
        assert (snapshot.frequency("magnesium"), snapshot.frequency("leg", "cramp")) == (3, 4)
        assert snapshot.spellings()["magnesium"] == 5

    def test_it_knows_its_titles_and_headings(self, engine: Engine, oracle: MemoryEngine) -> None:
        engine.apply(
            [Change(6, "swelling", None), Change(6, "magnesium", article("magnesium", "Mg", ("", "Text.")))], 6
        )
        oracle.apply(
            [Change(6, "swelling", None), Change(6, "magnesium", article("magnesium", "Mg", ("", "Text.")))], 6
        )
        found = list(engine.snapshot().headings())
        assert {(one.kind, one.text) for one in found if one.article_id in ("leg-cramps", "magnesium")} == {
            ("title", "Leg cramps in pregnancy"),
            ("heading", "Causes"),
            ("heading", "Treatment"),
            ("title", "Mg"),
        }
        assert len(found) == len(set(found))
        assert set(found) == set(oracle.headings())

    def test_a_changed_article_is_found_by_its_new_words_only(self, engine: Engine) -> None:
        before = engine.snapshot()
        changed = article("magnesium", "Magnesium", ("Food", "Pumpkin seeds."))
        engine.apply([Change(6, "magnesium", changed)], 6)
        assert engine.snapshot().candidates(ask("pumpkin"), 10).counts.total == 1
        assert engine.snapshot().candidates(ask("tablets"), 10).counts.total == 0
        assert engine.snapshot().state.change == 6
        assert before.state.articles == engine.snapshot().state.articles

    def test_a_removed_article_is_gone(self, engine: Engine) -> None:
        engine.apply([Change(6, "swelling", None)], 6)
        assert engine.snapshot().candidates(ask("swollen"), 10).counts.total == 0
        assert engine.snapshot().passages(["swelling.when-to-call.1"]) == {}
        assert engine.snapshot().state.articles == 4

    @given(
        articles=random_articles(),
        steps=st.lists(st.tuples(random_articles(), st.sets(st.integers(0, 9))), min_size=1, max_size=10),
        text=st.data(),
    )
    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    def test_step_by_step_is_as_rebuilt(
        self,
        make: Callable[[], Engine],
        articles: list[Article],
        steps: list[tuple[list[Article], set[int]]],
        text: st.DataObject,
    ) -> None:
        engine, oracle = make(), MemoryEngine()
        engine.rebuild(articles, 1)
        left: dict[str, Article | None] = {one.id: one for one in articles}
        for number, (changed, gone) in enumerate(steps, 2):
            step = {**{one.id: one for one in changed}, **{f"a{name}": None for name in gone}}
            engine.apply([Change(number, name, one) for name, one in step.items()], number)
            left |= step
        oracle.rebuild(filter(None, left.values()), len(steps) + 1)
        for _ in range(3):
            words = text.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
            asked = " ".join(words) if text.draw(st.booleans()) else f'"{" ".join(words)}"'
            snapshot = engine.snapshot()
            same(snapshot.candidates(ask(asked), 50), oracle.candidates(ask(asked), 50))
            if isinstance(snapshot, Numbered | Embedded):
                near = some_meaning(snapshot, 0.5), some_meaning(oracle, 0.5)
                same(snapshot.candidates(ask(asked), 50, near[0]), oracle.candidates(ask(asked), 50, near[1]))


class MeaningContract(EngineContract):
    """For engines that find by meaning too."""

    @pytest.mark.parametrize("weight", [0.5, 1.0])
    @pytest.mark.parametrize("text", QUERIES)
    def test_by_words_and_meaning_it_finds_what_the_oracle_finds(
        self, engine: Engine, oracle: MemoryEngine, text: str, weight: float
    ) -> None:
        snapshot = engine.snapshot()
        found = snapshot.candidates(ask(text, snapshot=snapshot), 100, some_meaning(snapshot, weight))
        same(found, oracle.candidates(ask(text, snapshot=oracle), 100, some_meaning(oracle, weight)))
        for one in found.best:
            assert sum(part.score for part in one.parts) == pytest.approx(one.score, abs=1e-5)


class NumberedContract(MeaningContract):
    """For engines whose passages have numbers."""

    def test_a_passage_is_known_by_the_key_of_its_text(self, engine: Engine) -> None:
        engine.apply([Change(6, "swelling", None)], 6)
        snapshot = engine.snapshot()
        assert isinstance(snapshot, Numbered)
        known = {snapshot.at(n).passage_id: key for n, key in enumerate(snapshot.keys.tolist()) if key}
        assert len(known) == snapshot.state.passages
        assert all(key == key_of(text_of(one)) for id, key in known.items() for one in [snapshot.passages([id])[id]])
