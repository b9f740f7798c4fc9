"""The Library: what was put is there, in order, once, and across processes and mishaps."""

import dataclasses
import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.article import Article, Block, Dropped, Section, build_sections
from corpus.changing import FILE_NAME, VERSION
from corpus.errors import InputError, OutageError
from corpus.feedback import Feedback
from corpus.library import Library
from corpus.schema import metadata, open_database, writing


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of an empty library of each kind: that of the home has none."""
    return str(request.getfixturevalue("postgresql").database()) if request.param == "PostgreSQL" else ""


@pytest.fixture
def library(home: Path, url: str) -> Iterator[Library]:
    with Library.open(home, url) as opened:
        yield opened


def execute(home: Path, url: str, statement: str) -> object:
    """Change a library's database behind its back, or ask it."""
    database = open_database(home, url)
    with database.begin() as connection:
        result = connection.exec_driver_sql(statement)
        found = result.scalar() if result.returns_rows else None
    database.dispose()
    return found


def article(key: str, title: str = "Leg cramps", text: str = "Stretch the calf.", **facts: object) -> Article:
    sections = build_sections([Section("Treatment", 1, "", blocks=(Block("paragraph", text),))])
    name = key.rpartition("/")[2].removesuffix(".md")
    return Article(id=name, title=title, source=key, sections=sections, **facts)  # type: ignore[arg-type]


def text_of(library: Library, article_id: str) -> str | None:
    found = library.get(article_id)
    return found and found.text


def test_an_article_comes_back_whole(home: Path, url: str, library: Library) -> None:
    whole = article(
        "kb/cramps.md",
        author="A. Writer",
        published="2024-01-02",
        modified="2024-02-03",
        reviewed="2025-07-04",
        url="https://example.org/cramps",
        labels=("pregnancy", "legs"),
        cautions=("Ask first",),
        by_hand=("url",),
        dropped=(Dropped(1, "Menu"),),
        warnings=("Two titles",),
    )
    whole = dataclasses.replace(whole, key="/a/folder/kb/cramps.md")
    library.put(whole)
    with Library.open(home, url) as again:
        stored = again.get("cramps")
        assert stored == whole
        assert stored is not None
        assert (stored.dropped, stored.warnings) == (whole.dropped, whole.warnings)
        (summary,) = again.list()
        assert (summary.id, summary.title, summary.url, summary.reviewed) == (
            "cramps",
            "Leg cramps",
            "https://example.org/cramps",
            "2025-07-04",
        )
        assert (summary.labels, summary.passages) == (("pregnancy", "legs"), 1)


def test_what_is_not_there_is_none(library: Library) -> None:
    assert library.get("nothing") is None
    assert library.known("nothing") is None
    assert (library.count(), library.change, library.list(), library.last_report()) == (0, 0, [], None)


def test_every_write_takes_the_next_number(library: Library) -> None:
    assert [library.put(article(f"{name}.md")) for name in "aba"] == ["a", "b", "a"]
    assert library.change == 3
    library.remove(["a", "b"], keep_out=False)
    assert library.change == 5


def test_a_changed_article_replaces_the_one_of_its_key(library: Library) -> None:
    library.put(article("a.md", text="Old words."))
    library.put(dataclasses.replace(article("a.md", text="New words."), id="another-id"))
    assert library.count() == 1
    assert text_of(library, "a") == "Treatment\n\nNew words."


def test_changes_since_are_the_latest_state_in_order(library: Library) -> None:
    for key in ("a.md", "b.md", "c.md"):
        library.put(article(key))
    seen = library.change
    library.put(article("b.md", text="First edit."))
    library.remove(["c"], keep_out=False)
    library.put(article("b.md", text="Second edit."))
    changes = list(library.changes_since(seen))
    assert [(change.number, change.article_id) for change in changes] == [(5, "c"), (6, "b")]
    assert changes[0].article is None
    assert changes[1].article is not None
    assert changes[1].article.text.endswith("Second edit.")
    assert list(library.changes_since(library.change)) == []


def test_two_keys_that_want_one_id_get_two_and_keep_them(library: Library) -> None:
    library.put(article("x/cramps.md"))
    library.put(article("y/cramps.md", text="Other."))
    first, second = [known.article_id for known in library.all_known()]
    assert first == "cramps"
    assert second.startswith("cramps-")
    library.put(article("y/cramps.md", text="Edited."))
    library.remove(["cramps"], keep_out=False)
    library.put(article("y/cramps.md", text="Edited again."))
    assert [summary.id for summary in library.list()] == [second]
    library.put(article("x/cramps.md"))
    assert [summary.id for summary in library.list()] == ["cramps", second]


def test_a_long_id_stays_within_its_bound(library: Library) -> None:
    for key in ("x/" + "a" * 80, "y/" + "a" * 80):
        library.put(article(key))
    assert [len(summary.id) for summary in library.list()] == [80, 80]


def test_a_moved_article_keeps_its_id_and_what_was_entered_by_hand(library: Library) -> None:
    library.put(article("old/cramps.md"), digest="d1", facts={"url": "https://example.org"})
    library.put(dataclasses.replace(article("new/legs.md"), id="legs"), digest="d1", moved_from="old/cramps.md")
    known = library.known("new/legs.md")
    assert known is not None
    assert (known.article_id, known.digest, known.facts) == ("cramps", "d1", {"url": "https://example.org"})
    assert library.known("old/cramps.md") is None
    assert library.count() == 1


def test_a_removed_article_is_gone_and_its_key_is_remembered(library: Library) -> None:
    library.put(article("a.md"), digest="d1")
    library.put(article("b.md"))
    assert library.remove(["a", "a", "unknown"], keep_out=True) == 1
    assert library.remove(["a"], keep_out=True) == 0
    assert library.get("a") is None
    assert [summary.id for summary in library.list()] == ["b"]
    assert [found.id for found in library.articles()] == ["b"]
    (known,) = library.known_by_digest("d1")
    assert (known.removed, known.kept_out) == (True, True)
    library.put(article("a.md"))
    back = library.known("a.md")
    assert back is not None
    assert (back.removed, back.kept_out, library.count()) == (False, False, 2)


def test_facts_entered_by_hand_stay_until_others_come(library: Library) -> None:
    library.put(article("a.md"), facts={"labels": ["x"]})
    library.put(article("a.md", text="Edited."))
    known = library.known("a.md")
    assert known is not None
    assert known.facts == {"labels": ["x"]}


def test_earlier_versions_are_kept(library: Library) -> None:
    for text in ("One.", "Two.", "Three."):
        library.put(article("a.md", text=text))
    library.remove(["a"], keep_out=False)
    versions = list(library.versions("a"))
    assert [version.number for version in versions] == [3, 2, 1]
    assert [version.article.text.split()[-1] for version in versions] == ["Three.", "Two.", "One."]
    assert versions[0].written >= versions[-1].written


def test_lists_page_by_id(library: Library) -> None:
    for name in ("d", "b", "a", "c"):
        library.put(article(f"{name}.md"))
    assert [summary.id for summary in library.list(limit=2)] == ["a", "b"]
    assert [summary.id for summary in library.list(after="b", limit=2)] == ["c", "d"]
    assert library.list(after="d") == []


def test_streaming_sees_one_state_while_others_write(home: Path, url: str, library: Library) -> None:
    for number in range(250):
        library.put(article(f"a{number:03}.md"))
    stream = library.articles()
    next(stream)
    with Library.open(home, url) as other:
        other.put(article("zz.md"))
    assert len(list(stream)) == 249
    assert library.count() == 251


def test_the_last_report_is_kept(home: Path, url: str, library: Library) -> None:
    library.set_last_report({"counts": {"new": 2}})
    with Library.open(home, url) as again:
        assert again.last_report() == {"counts": {"new": 2}}
    assert library.change == 0


def _put_and_remove(home: Path, url: str, name: str) -> None:
    with Library.open(home, url) as library:
        for number in range(20):
            library.put(article(f"{name}{number}.md"))
            library.remove([f"{name}{number - 1}"], keep_out=False)


def test_processes_that_write_at_once_lose_nothing(home: Path, url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_put_and_remove, args=(home, url, name)) for name in ("a", "b")]
    for process in processes:
        process.start()
    _put_and_remove(home, url, "c")
    for process in processes:
        process.join()
    with Library.open(home, url) as library:
        assert [summary.id for summary in library.list()] == ["a19", "b19", "c19"]
        assert library.change == 60 + 57
        numbers = [change.number for change in library.changes_since(0)]
        assert (len(numbers), numbers) == (60, sorted(set(numbers)))


def test_a_writer_waits_for_another_and_sees_what_it_wrote(home: Path, url: str, library: Library) -> None:
    library.put(article("a.md"))
    removed: list[int] = []
    thread = threading.Thread(target=lambda: removed.append(library.remove(["a"], keep_out=False)))
    other = open_database(home, url)
    with writing(other) as connection:
        connection.exec_driver_sql("UPDATE library SET change = change + 1")
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    other.dispose()
    thread.join()
    assert (removed, library.change) == ([1], 3)


def test_threads_share_a_library(library: Library) -> None:
    def put(name: str) -> None:
        for number in range(10):
            library.put(article(f"{name}{number}.md"))

    threads = [threading.Thread(target=put, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (library.count(), library.change) == (30, 30)


def test_a_failed_write_changes_nothing(library: Library) -> None:
    library.put(article("a.md"))
    broken = dataclasses.replace(article("b.md"), title=None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="title"):
        library.put(broken)
    assert (library.change, library.count()) == (1, 1)
    library.put(article("b.md"))
    assert library.change == 2


def test_a_home_of_a_newer_version_is_refused(home: Path, url: str, library: Library) -> None:
    library.close()
    execute(home, url, "UPDATE alembic_version SET version_num = 999")
    with pytest.raises(OutageError, match="newer version") as caught:
        Library.open(home, url)
    assert caught.value.code == "newer_home"


def test_a_damaged_library_is_an_outage(home: Path) -> None:
    home.mkdir()
    (home / FILE_NAME).write_bytes(b"not a database, but long enough to be looked at as one" * 40)
    with pytest.raises(OutageError, match="damaged"):
        Library.open(home)


def test_a_damaged_article_is_an_outage_not_an_empty_one(home: Path, url: str, library: Library) -> None:
    library.put(article("a.md"))
    damage = r"'\x789c00'" if url else "X'789c00'"
    execute(home, url, f"UPDATE articles SET body = {damage}")
    with pytest.raises(OutageError, match="damaged"):
        library.get("a")


def test_a_home_that_cannot_be_made_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutageError, match="another one with --home"):
        Library.open(tmp_path / "file" / "home")


def test_a_library_that_is_a_folder_is_an_outage(home: Path) -> None:
    (home / FILE_NAME).mkdir(parents=True)
    with pytest.raises(OutageError, match="cannot be opened"):
        Library.open(home)


@pytest.mark.parametrize("url", ["nonsense", "nosuchdatabase://user:secret@host/db"])
def test_a_wrong_address_is_refused_without_repeating_it(home: Path, url: str) -> None:
    with pytest.raises(InputError, match="postgresql://user@host/db") as caught:
        Library.open(home, url)
    assert "secret" not in str(caught.value)


def test_a_library_at_an_address_of_its_own(home: Path, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    with Library.open(home, address) as library:
        library.put(article("a.md"))
    with Library.open(home, address) as library:
        assert library.count() == 1
    assert not (home / FILE_NAME).exists()


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "keep_out"]), st.sampled_from(["x/a", "y/a", "b", "c"])), max_size=12
)


@settings(max_examples=25)
@given(steps=STEPS, seen=st.integers(0, 12))
def test_the_library_is_what_was_done_to_it(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]], seen: int
) -> None:
    there: dict[str, str] = {}
    ids: dict[str, str] = {}
    with Library.open(tmp_path_factory.mktemp("home")) as library:
        mirror: dict[str, Article] = {}
        for number, (step, key) in enumerate(steps):
            if number == seen:
                mirror = {found.id: found for found in library.articles()}
                seen_change = library.change
            if step == "put":
                library.put(article(key, text=f"Edit {number}."))
                known = library.known(key)
                assert known is not None
                assert ids.setdefault(key, known.article_id) == known.article_id
                there[key] = f"Treatment\n\nEdit {number}."
            elif key in ids:
                library.remove([ids[key]], keep_out=step == "keep_out")
                there.pop(key, None)
        assert {ids[key]: text for key, text in there.items()} == {found.id: found.text for found in library.articles()}
        assert library.count() == len(there)
        if seen < len(steps):
            for change in library.changes_since(seen_change):
                mirror.pop(change.article_id, None)
                if change.article is not None:
                    mirror[change.article_id] = change.article
            assert mirror == {found.id: found for found in library.articles()}


def test_feedback_is_kept_in_order_and_is_no_change_to_the_articles(home: Path, url: str, library: Library) -> None:
    library.put(article("kb/cramps.md"))
    said = [
        Feedback("gap", '"carburettor" 🚗', None, ""),
        Feedback("wrong", "cramps", "cramps.treatment.1", "It is about the calf."),
    ]
    for one in said:
        library.add_feedback(one)
    with Library.open(home, url) as again:
        assert again.feedback() == said
        assert again.change == 1


def test_a_home_of_an_older_version_gets_what_is_new(home: Path, url: str, library: Library) -> None:
    library.put(article("kb/cramps.md"))
    for statement in (
        "DROP TABLE feedback",
        "ALTER TABLE library DROP COLUMN identity",
        "ALTER TABLE library ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
        "DROP TABLE alembic_version",
    ):
        execute(home, url, statement)
    library.close()
    with Library.open(home, url) as again:
        again.add_feedback(Feedback("gap", "carburettor", None, ""))
        assert (again.count(), len(again.feedback())) == (1, 1)
    assert execute(home, url, "SELECT version_num FROM alembic_version") == str(VERSION)


def test_the_migrations_make_the_tables_that_are_used(home: Path, url: str, library: Library) -> None:
    database = open_database(home, url)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.dispose()
