"""Sources that are read in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.article import Article, to_json
from corpus.errors import InputError
from ingest import parse, workers
from ingest.sources import find

Understand = Callable[[str, bytes], Article]


def write_pages(folder: Path, count: int) -> None:
    for n in range(count):
        kind, text = [("md", f"# Page {n}\n\nWords.\n"), ("txt", f"Page {n}\n\nWords, and more of them.\n")][n % 2]
        (folder / f"{n:03}.{kind}").write_text(text)
    (folder / "005.txt").write_bytes(bytes(range(256)) * 20)


def everything(folder: Path) -> list[object]:
    found: list[object] = []
    for reading in parse.readings(find([str(folder)])):
        try:
            found.append(to_json(reading.article()))
        except InputError as error:
            found.append(str(error))
    return found


def test_what_comes_out_does_not_depend_on_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pages(tmp_path, 40)
    alone = everything(tmp_path)
    assert len(alone) == 40
    monkeypatch.setattr(workers, "PAYS_FROM", 0)
    assert everything(tmp_path) == alone


def understand(name: str, data: bytes) -> Article:
    """Fail in every way that there is; a sound source gets the number of its process as language."""
    if data == b"crash":
        os.abort()
    while data == b"hang":
        pass
    if data == b"eat":
        return understand(name, bytes(1024**4))
    if data == b"fault":
        raise RecursionError("too deep")
    return Article(id=name, title=name, source=name, sections=(), language=str(os.getpid()))


def outcomes(contents: list[bytes], seconds: int = workers.SECONDS) -> list[str]:
    """Read the contents, and return what came of each."""
    found = []
    with workers.Workers(understand, seconds) as pool:
        for n, article in pool.in_order((n, pool.begin(str(n), data)) for n, data in enumerate(contents)):
            try:
                assert article().id == str(n)
                found.append("read")
            except Exception as error:
                found.append(type(error).__name__)
    return found


@pytest.mark.parametrize(("fatal", "seconds"), [(b"crash", workers.SECONDS), (b"eat", workers.SECONDS), (b"hang", 1)])
def test_a_source_that_ends_its_process_costs_no_other(
    fatal: bytes, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PAYS_FROM", 0)
    contents = [b"sound", fatal, b"fault", b"sound", b"sound"]
    assert outcomes(contents, seconds) == ["read", "InputError", "RecursionError", "read", "read"]


def test_few_and_small_sources_need_no_process() -> None:
    with workers.Workers(understand) as pool:
        assert pool.begin("a", b"sound")().language == str(os.getpid())
        assert pool.begin("b", b" " * workers.LARGE)().language != str(os.getpid())


def test_only_a_few_sources_are_held_at_once() -> None:
    begun: list[int] = []
    with workers.Workers(understand) as pool:
        for n in pool.in_order(begun.append(n) or n for n in range(1000)):
            assert len(begun) - n < 1000 / 2
