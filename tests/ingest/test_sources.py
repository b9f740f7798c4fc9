"""What people name on the command line, and what is read of it."""

import os
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.errors import InputError
from ingest import parse
from ingest.sources import Source, find


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "kb"
    for name in ("b.md", "a.TXT", "deep/c.html", "deep/.hidden.md", ".git/d.md", "picture.png", "README"):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# About {name}\n\nSome words on it.\n")
    return root


def names(*arguments: str) -> list[str]:
    return [source.source for source in find(arguments)]


def read(source: Source, most_mb: int = 64) -> Article:
    (reading,) = parse.readings([source], most_mb)
    return reading.article()


def reason(argument: Path | str, most_mb: int = 64) -> str:
    (source,) = find([str(argument)])
    with pytest.raises(InputError) as caught:
        read(source, most_mb)
    return str(caught.value)


def test_a_folder_gives_its_readable_files_in_order(folder: Path) -> None:
    assert names("kb") == ["kb/a.TXT", "kb/b.md", "kb/deep/c.html"]


def test_a_file_is_one_article_however_it_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (by_name,) = find(["kb/deep/c.html"])
    assert [source.key for source in find(["kb"])][-1] == by_name.key
    (folder.parent / "link").symlink_to(folder)
    assert [source.key for source in find(["link"])][-1] == by_name.key
    monkeypatch.chdir(folder / "deep")
    (from_there,) = find(["../deep/c.html"])
    assert from_there.key == by_name.key


def test_what_is_named_twice_is_read_once(folder: Path) -> None:
    assert names("kb/b.md", "kb", "kb/") == ["kb/b.md", "kb/a.TXT", "kb/deep/c.html"]


def test_links_that_go_round_end(folder: Path) -> None:
    (folder / "deep" / "up").symlink_to(folder)
    (folder / "self").symlink_to("self")
    assert len(names("kb")) == 3


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("missing.md", "no such file or folder"),
        ("kb/b.md/below", "no such file or folder"),
        ("bad\0name.md", "no such file or folder"),
        ("kb/picture.png", ".png files cannot be read"),
        ("ftp://example.org/page", "no address that can be fetched"),
    ],
)
def test_what_cannot_be_read_says_why(folder: Path, argument: str, words: str) -> None:
    assert words in reason(argument)


def test_files_that_hold_no_text_say_so(folder: Path) -> None:
    (folder / "empty.md").write_bytes(b"")
    (folder / "blank.txt").write_text(" \n\n ")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 30)
    (folder / "binary.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30)
    (folder / "large.md").write_bytes(b"word " * 300_000)
    assert reason("kb/empty.md") == "It is empty."
    assert "no text" in reason("kb/blank.txt")
    assert "binary" in reason("kb/binary.txt")
    assert "binary" in reason("kb/binary.html")
    assert "larger than 1 MB" in reason("kb/large.md", most_mb=1)


def test_a_folder_with_nothing_to_read_says_so(folder: Path) -> None:
    (folder / "void").mkdir()
    assert "nothing to read in this folder" in reason("kb/void")


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert reason("kb/pipe.txt") == "It is not a file."


def test_a_name_that_is_not_utf8_is_shown_readably(folder: Path) -> None:
    path = os.fsencode(folder) + b"/caf\xe9.md"
    with open(path, "w") as file:
        file.write("# Coffee\n\nIt keeps people awake.\n")
    (source,) = find([os.fsdecode(path)])
    assert source.source.endswith("caf\\xe9.md")
    assert read(source).title == "Coffee"


def test_a_file_without_a_suffix_is_read_by_what_is_in_it(folder: Path) -> None:
    (folder / "page").write_text(
        "<!-- saved --><!DOCTYPE html><html><title>Saved page</title><p>Words here.</p></html>"
    )
    page, text = (read(source) for source in find(["kb/page", "kb/README"]))
    assert page.title == "Saved page"
    assert "Some words on it." in text.text
    assert "<p>" not in page.text


def test_an_article_knows_where_it_was_read(folder: Path) -> None:
    (source,) = find(["kb/b.md"])
    article = read(source)
    assert (article.source, article.key) == ("kb/b.md", str((folder / "b.md").resolve()))


def test_characters_that_no_database_stores_are_replaced(folder: Path) -> None:
    (folder / "odd.md").write_text('---\ntitle: "Odd \\ud800 title\\0"\n---\n\nWords.\n')
    (source,) = find(["kb/odd.md"])
    title = read(source).title
    assert title.startswith("Odd")
    assert not {"\0", "\ud800"} & set(title)


def test_a_fault_in_a_reader_spares_the_other_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes, *, source: str) -> None:
        raise RecursionError

    monkeypatch.setattr("ingest.markdown.read", broken)
    page, text = parse.readings(find(["kb/b.md", "kb/README"]))
    assert text.article().title
    with pytest.raises(InputError, match="report it"):
        page.article()
