"""By words and by meaning, with a real model and a real index."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

import search
from corpus.article import Article
from corpus.errors import InputError, OutageError
from corpus.settings import Settings
from search.embedding import Model
from search.vectors import VectorFile
from tests.articles import article, small_library

ASKED = "how can I stop my leg from aching at night"


def silent(items: Iterable[str], what: str, total: int) -> Iterable[str]:
    return items


def vectors(home: Path) -> Path:
    (file,) = (home / "vectors").glob("*.bin")
    return file


def ids(results: search.Results) -> list[str]:
    return [hit.passage.passage_id for hit in results.hits]


@pytest.fixture
def desk(tmp_path: Path, model: Path) -> Iterator[search.Searcher]:
    """A home whose passages are not embedded yet."""
    with search.open_home(tmp_path / "desk", Settings({"model": str(model)})) as searcher:
        searcher.engine.rebuild(small_library(), 5)
        yield searcher


@pytest.fixture
def ready(desk: search.Searcher) -> search.Searcher:
    desk.embed(silent)
    return desk


def crowded(desk: search.Searcher, *articles: Article) -> search.Searcher:
    """Fill the desk with articles about printers that jam, and others."""
    many = [
        article(f"jam-{n}", "Paper jam", ("", f"Printer {n} is blocked: take the sheet out and close the tray."))
        for n in "abcdefghij"
    ]
    desk.engine.rebuild([*many, *articles], 9)
    desk.embed(silent)
    return desk


def test_a_passage_is_found_that_has_none_of_the_words(ready: search.Searcher) -> None:
    assert ready.search("thrombosis", mode="lexical").total == 0
    results = ready.search("thrombosis", only_hits=True)
    assert (results.mode, results.hits[0].passage.article_id) == ("hybrid", "swelling")
    assert ready.search("which planets have rings").nothing_found


def test_each_question_of_a_message_has_a_meaning_of_its_own(ready: search.Searcher) -> None:
    questions = ["Why does my leg seize up in bed?", "Whom do I ring about a puffy foot?"]
    found = ready.search("\n".join(questions)).questions
    assert [one.text for one in found] == questions
    for one in found:
        alone = [(hit.passage.passage_id, pytest.approx(hit.score, abs=0.01)) for hit in ready.search(one.text).hits]
        assert [(hit.passage.passage_id, hit.score) for hit in one.hits] == alone[:3]


def test_words_in_common_are_no_answer_where_the_meaning_is_another(ready: search.Searcher) -> None:
    strange = "night call of an owl"
    assert not ready.search(strange, mode="lexical").nothing_found
    assert ready.search(strange).nothing_found
    assert not ready.search("Why does my leg seize up in bed?").nothing_found


def test_until_all_is_embedded_words_answer_and_it_is_said(desk: search.Searcher) -> None:
    before = desk.search("cramps")
    assert (before.mode, before.remarks) == ("lexical", ())
    assert desk.search("cramps", mode="hybrid").remarks == (search.NOT_EMBEDDED,)
    assert desk.embed(silent) == 9
    assert desk.search("cramps").mode == "hybrid"
    desk.engine.rebuild([*small_library(), article("new", "New", ("", "Not embedded yet."))], 6)
    assert desk.search("cramps").mode == "lexical"
    assert desk.embed(silent) == 1
    assert desk.search("cramps").mode == "hybrid"


def test_asked_for_words_alone_it_is_as_without_a_model(ready: search.Searcher, tmp_path: Path) -> None:
    with search.open_home(tmp_path / "other", Settings({})) as plain:
        plain.engine.rebuild(small_library(), 5)
        for asked in ("cramps", "magnesium tablets", ASKED):
            found, wanted = ready.search(asked, mode="lexical", explain=True), plain.search(asked, explain=True)
            assert found.hits == wanted.hits
            assert wanted.mode == "lexical"
        with pytest.raises(InputError, match="model fetch"):
            plain.search("cramps", mode="hybrid")


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_filters_exclusions_and_phrases_hold_exactly(ready: search.Searcher, mode: str) -> None:
    for asked in ("cramps -magnesium", "my legs hurt at night -magnesium"):
        found = ready.search(asked, mode=mode)
        assert found.hits
        assert not [hit for hit in found.hits if "magnesium" in hit.passage.text.lower()]
    assert {hit.passage.article_id for hit in ready.search("cramps", mode=mode, filters={"label": ["sleep"]}).hits} == {
        "restless-legs"
    }
    required = ready.search('"leg cramps" tablets', mode="lexical")
    assert ready.search('"leg cramps" tablets').total == required.total
    assert set(ids(ready.search('"leg cramps" tablets', mode=mode))) <= set(ids(required))
    assert "using-the-desk" not in {hit.passage.article_id for hit in ready.search("search cramps", mode=mode).hits}


def test_every_match_is_counted_and_on_one_page_once(ready: search.Searcher) -> None:
    whole = ready.search(ASKED, limit=50)
    pages = [hit for page in range(1, 6) for hit in ids(ready.search(ASKED, limit=2, page=page))]
    assert whole.total == len(whole.hits) > ready.search(ASKED, mode="lexical").total
    assert pages == ids(whole)[:10]


def test_scores_explain_themselves(ready: search.Searcher) -> None:
    for mode in ("hybrid", "semantic"):
        results = ready.search(ASKED, mode=mode, explain=True, limit=50)
        for hit in results.hits:
            assert sum(part.score for part in hit.parts or ()) == pytest.approx(hit.score, abs=1e-5)
        kinds = {part.kind for part in results.hits[0].parts or ()}
        assert "semantic" in kinds
        assert ("term" in kinds) == (mode == "hybrid")


@pytest.mark.parametrize(
    "asked", ["the printer is blocked by a sheet of paper in the tray, KX-4471", "kx4471 printer jam"]
)
def test_a_rare_code_stays_among_the_first_three(desk: search.Searcher, asked: str) -> None:
    other = article("codes", "List", ("", "KX-4471 and more names of things that nobody explains here."))
    hits = ids(crowded(desk, other).search(asked))
    assert "codes.top.1" in hits[:3]


def test_an_exact_phrase_stays_among_the_first_three(desk: search.Searcher) -> None:
    other = article("words", "Words", ("", "What he said was: end of line, and then he walked off into the night."))
    asked = 'the printer is blocked by a sheet of paper in the tray and shows "end of line" to me'
    hits = ids(crowded(desk, other).search(asked))
    assert hits[0] != "words.top.1"
    assert "words.top.1" in hits[:3]


@pytest.mark.parametrize("how", ["flipped", "cut", "longer", "gone", "zeroed"])
def test_damaged_vectors_never_rank(ready: search.Searcher, how: str) -> None:
    wanted = ids(ready.search(ASKED))
    assert ready.semantic
    file = vectors(ready.semantic._home)
    data = bytearray(file.read_bytes())
    for at in range(100, len(data), 391):
        data[at] ^= 0x55
    spoiled = {"flipped": data, "cut": data[:-7], "longer": file.read_bytes() + b"x" * 77, "zeroed": bytes(len(data))}
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(spoiled[how])
    assert ready.search(ASKED).mode == ("hybrid" if how == "longer" else "lexical")
    ready.embed(silent)
    assert ready.search(ASKED).mode == "hybrid"
    assert ids(ready.search(ASKED)) == wanted


def test_vectors_of_what_is_gone_do_not_pile_up(ready: search.Searcher) -> None:
    assert ready.semantic
    for n in range(6):
        texts = [article(f"one-{i}", f"Number {n}", ("", f"Text {n} of {i}.")) for i in range(5)]
        ready.engine.rebuild(texts, 10 + n)
        ready.embed(silent)
        assert ready.search("number").mode == "hybrid"
    assert vectors(ready.semantic._home).stat().st_size <= 15 * 400


def test_another_model_embeds_anew(ready: search.Searcher, tmp_path: Path, model: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.onnx").write_bytes((model / "model.onnx").read_bytes())
    (other / "tokenizer.json").write_text((model / "tokenizer.json").read_text() + "\n")
    assert ready.semantic
    ready.semantic.folder = other
    assert ready.search("cramps").mode == "lexical"
    assert ready.embed(silent) == 9
    assert ready.search("cramps").mode == "hybrid"


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_model_that_is_none_is_said_and_words_answer(
    desk: search.Searcher, tmp_path: Path, model: Path, name: str
) -> None:
    for file in model.iterdir():
        (tmp_path / file.name).write_bytes(b"nothing of the kind" if file.name == name else file.read_bytes())
    assert desk.semantic
    desk.semantic.folder = tmp_path
    assert desk.search("cramps").mode == "lexical"
    with pytest.raises(InputError, match="cannot be used"):
        desk.search("cramps", mode="hybrid")


def test_a_home_that_may_not_be_written_is_an_outage(desk: search.Searcher, tmp_path: Path) -> None:
    (tmp_path / "desk" / "vectors").write_text("in the way")
    with pytest.raises(OutageError):
        desk.embed(silent)


def test_bytes_lose_next_to_nothing(tmp_path: Path, model: Path) -> None:
    opened = Model(model)
    texts = [f"{one.title}. {section.heading}" for one in small_library() for section in one.sections]
    made = opened.encode(texts)
    file = VectorFile(tmp_path / "vectors.bin", opened.size)
    file.append(range(1, len(texts) + 1), made)
    near = file.read().products(made).T
    assert np.abs(near - made @ made.T).max() < 0.01
    assert np.linalg.norm(made, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_text_of_any_kind_has_a_vector(model: Path) -> None:
    opened = Model(model)
    for text in ("", " ", "\n\x00", "a" * 50_000, "Wadenkrämpfe 足がつる 🦵", "\ud800", "word " * 4000):
        assert np.isfinite(opened.encode([text])).all()


def test_other_requests_are_answered_while_a_text_is_encoded(ready: search.Searcher, model: Path) -> None:
    long = Model(model)
    ended = threading.Event()

    def encode() -> None:
        for _ in range(5):
            long.encode(["magnesium " * 200] * 4)
        ended.set()

    thread = threading.Thread(target=encode)
    thread.start()
    answered = 0
    while not ended.is_set():
        ready.search("cramps", mode="lexical")
        answered += 1
    thread.join()
    assert answered > 10
