from __future__ import annotations

import itertools
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from whoosh import index
from whoosh.qparser import QueryParser

import search
from corpus.article import Change
from corpus.errors import OutageError
from corpus.library import Library
from search.engine import Engine
from search.engines import building, whoosh_engine
from search.engines.memory import MemoryEngine
from search.engines.whoosh_engine import WhooshEngine
from search.generations import MANIFEST, POINTER, Generations
from tests.articles import article, small_library
from tests.contract.engine_contract import NumberedContract, ask, same


class TestWhooshEngine(NumberedContract):
    @pytest.fixture
    def make(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Engine]]:
        made: list[WhooshEngine] = []
        shares = itertools.cycle([whoosh_engine.FOLD_AT, 100.0])  # small articles are soon folded, or never

        def make() -> Engine:
            monkeypatch.setattr(whoosh_engine, "FOLD_AT", next(shares))
            made.append(WhooshEngine(Path(tempfile.mkdtemp(dir=tmp_path))))
            return made[-1]

        yield make
        for engine in made:
            engine.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    engine = WhooshEngine(tmp_path)
    engine.rebuild(small_library(), 5)
    yield engine
    engine.close()


def live_folder(home: Path) -> Path:
    generations = Generations(home / "index")
    live = generations.live()
    assert live is not None
    return generations.folder(live)


def segments(home: Path) -> list[str]:
    return [path.name for path in live_folder(home).iterdir() if path.is_dir()]


@pytest.mark.parametrize("text", ["cramps", "magnesium", "swollen", "doctors", '"leg cramps"', "magnes*"])
def test_whoosh_itself_finds_the_same_passages(engine: WhooshEngine, tmp_path: Path, text: str) -> None:
    engine.apply([Change(6, "extra", article("extra", "Doctors", ("", "Magnesium and cramps.")))], 6)
    engine.apply([Change(7, "swelling", None)], 7)
    opened = index.open_dir(str(live_folder(tmp_path)))
    with opened.searcher() as searcher:
        found = set()
        for field in ("title", "headings", "body"):
            parsed = QueryParser(field, opened.schema).parse(text)
            found |= {hit["passage_id"] for hit in searcher.search(parsed, limit=None)}
    opened.close()
    ours = engine.snapshot().candidates(ask(text, snapshot=engine.snapshot()), 50)
    shown = engine.snapshot().candidates(ask(text, snapshot=engine.snapshot(), label="handbook"), 50)
    assert found == {one.passage_id for one in (*ours.best, *shown.best)}


def test_whoosh_itself_reads_words_lengths_and_stored_fields(engine: WhooshEngine, tmp_path: Path) -> None:
    opened = index.open_dir(str(live_folder(tmp_path)))
    with opened.reader() as reader:
        assert reader.doc_count() == len(engine.snapshot().ranker)
        assert ("body", "magnesium") in reader
        assert reader.frequency("body", "magnesium") == sum(
            one.text.lower().count("magnesium")
            for one in engine.snapshot().passages([fields["passage_id"] for _, fields in reader.iter_docs()]).values()
        )
        assert list(reader.terms_within("body", "magnesiun", 1)) == ["magnesium"]
        assert {fields["title"] for _, fields in reader.iter_docs()} == {one.title for one in small_library()}
    opened.close()


def test_an_index_of_several_segments_answers_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MOST_PASSAGES", 3)
    engine, oracle = WhooshEngine(tmp_path), MemoryEngine()
    for one in (engine, oracle):
        one.rebuild(small_library(), 5)
        one.apply([Change(6, "seeds", article("seeds", "Seeds", ("", "Pumpkin seeds and magnesium.")))], 6)
    assert len(segments(tmp_path)) > 2
    for text in ("leg cramps magnesium", '"leg cramps"', "swollen -doctor", "magnes*", "pumpkin"):
        query = ask(text, snapshot=oracle)
        same(engine.snapshot().candidates(query, 10), oracle.candidates(query, 10))
    engine.close()


def spoil(path: Path, how: str) -> None:
    """Flip a byte in the middle, cut to half, or remove; what others have mapped stays as it was."""
    data = path.read_bytes()
    path.unlink()
    if how == "flip" and data:
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    elif how == "halve":
        path.write_bytes(data[: len(data) // 2])


@pytest.mark.parametrize("how", ["flip", "halve", "remove"])
def test_damage_never_reaches_a_result(tmp_path: Path, how: str) -> None:
    with Library.open(tmp_path) as library, search.open_home(tmp_path) as first:
        for one in small_library():
            library.put(one)
        search.catch_up(first, library)
        wanted = [hit.passage for hit in first.search("leg cramps magnesium").hits]
        names = sorted({path.name for path in live_folder(tmp_path).rglob("*") if path.is_file()} | {POINTER})
    assert len(names) > 20
    for name in names:
        path = next(
            path for path in [tmp_path / "index" / POINTER, *live_folder(tmp_path).rglob("*")] if path.name == name
        )
        if path.name != POINTER or how != "remove":  # without a pointer there is no index: catching up builds one
            spoil(path, how)
        with search.open_home(tmp_path) as searcher:
            searcher.verify()
            assert [hit.passage for hit in searcher.search("leg cramps magnesium").hits] == wanted, name
            with Library.open(tmp_path) as library:
                search.catch_up(searcher, library)


def test_damage_that_needed_the_library_is_told_until_the_next_rebuild(tmp_path: Path) -> None:
    with Library.open(tmp_path) as library, search.open_home(tmp_path) as searcher:
        for one in small_library():
            library.put(one)
        search.catch_up(searcher, library)
        spoil(live_folder(tmp_path) / MANIFEST, "flip")
        assert search.open_home(tmp_path).search("magnesium").total == 3
        assert MANIFEST in (search.open_home(tmp_path).state().damage or "")
        search.rebuild(searcher, library)
        assert searcher.state().damage is None
        assert not list((tmp_path / "index").glob("damaged-*"))


def test_a_snapshot_stays_as_it_was_while_the_index_moves_on(engine: WhooshEngine) -> None:
    before = engine.snapshot()
    wanted = before.candidates(ask("magnesium"), 50)
    for number in range(6, 10):
        engine.apply([Change(number, "magnesium", article("magnesium", "Other", ("", f"Number {number}.")))], number)
    same(before.candidates(ask("magnesium"), 50), wanted)
    assert before.passages(["magnesium.food.1"])["magnesium.food.1"].text.startswith("Nuts")
    assert engine.snapshot().candidates(ask("nuts"), 50).counts.total == 0


def test_another_process_sees_the_new_generation(engine: WhooshEngine, tmp_path: Path) -> None:
    other = WhooshEngine(tmp_path)
    assert other.snapshot().candidates(ask("pumpkin"), 10).counts.total == 0
    engine.apply([Change(6, "seeds", article("seeds", "Seeds", ("", "Pumpkin seeds.")))], 6)
    assert other.snapshot().candidates(ask("pumpkin"), 10).counts.total == 1
    other.close()


def test_one_changed_article_leaves_the_files_of_the_others_alone(tmp_path: Path) -> None:
    def files() -> set[int]:
        written_anew = {MANIFEST, *(path.name for path in live_folder(tmp_path).glob("*.toc"))}
        return {file.stat().st_ino for file in live_folder(tmp_path).rglob("*.*") if file.name not in written_anew}

    engine = WhooshEngine(tmp_path)
    engine.rebuild((article(f"n{n}", f"Number {n}", ("", f"Text of article {n}.")) for n in range(60)), 60)
    before = files()
    engine.apply([Change(61, "n7", article("n7", "Number 7", ("", "Changed.")))], 61)
    assert before < files()
    engine.close()


def test_deltas_are_folded_when_they_pass_5_percent_of_the_base(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    engine.rebuild((article(f"n{n}", "Number", ("", f"Text {n}.")) for n in range(100)), 1)
    counted = []
    for number in range(1, 7):
        engine.apply([Change(number + 1, f"x{number}", article(f"x{number}", "Number", ("", "Text.")))], number + 1)
        counted.append(len(segments(tmp_path)))
    assert counted == [2, 3, 4, 5, 6, 1]
    assert engine.snapshot().candidates(ask("text"), 200).counts.total == 106
    engine.close()


def test_there_are_at_most_a_handful_of_deltas(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    engine.rebuild((article(f"n{n}", "Number", ("", f"Text {n}.")) for n in range(1000)), 1)
    for number in range(1, 20):
        engine.apply([Change(number + 1, f"x{number}", article(f"x{number}", "Number", ("", "Text.")))], number + 1)
        assert len(segments(tmp_path)) <= 9
    assert engine.snapshot().candidates(ask("text"), 50).counts.total == 1019
    engine.close()


def test_a_seeded_random_does_not_make_two_commits_collide(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    engine.rebuild((article(f"n{n}", "Number", ("", f"Text {n}.")) for n in range(60)), 60)
    for number in (61, 62):
        random.seed(7)
        engine.apply([Change(number, f"x{number}", article(f"x{number}", "More", ("", "Text.")))], number)
    assert engine.snapshot().candidates(ask("text"), 100).counts.total == 62
    engine.close()


def test_what_a_writer_left_half_built_is_swept(engine: WhooshEngine, tmp_path: Path) -> None:
    orphan = tmp_path / "index" / "building-0123456789ab"
    orphan.mkdir()
    engine.apply([Change(6, "swelling", None)], 6)
    assert not orphan.exists()


def test_old_generations_are_retired(engine: WhooshEngine, tmp_path: Path) -> None:
    for number in range(6, 10):
        engine.apply([Change(number, "swelling", None)], number)
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) == 2


def test_a_failed_build_leaves_the_old_generation_live(engine: WhooshEngine, tmp_path: Path) -> None:
    def broken() -> Iterator[Change]:
        yield Change(6, "swelling", None)
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError):
        engine.apply(broken(), 6)
    assert engine.snapshot().state.change == 5
    assert engine.snapshot().candidates(ask("swollen"), 10).counts.total == 1
    assert not list((tmp_path / "index").glob("building-*"))
    engine.apply([Change(6, "swelling", None)], 6)
    assert engine.snapshot().candidates(ask("swollen"), 10).counts.total == 0


def test_an_index_of_a_newer_version_is_refused(engine: WhooshEngine, tmp_path: Path) -> None:
    pointer = tmp_path / "index" / POINTER
    pointer.write_text(json.dumps(json.loads(pointer.read_text()) | {"format": 99}))
    with pytest.raises(OutageError, match="newer"):
        WhooshEngine(tmp_path).snapshot()
