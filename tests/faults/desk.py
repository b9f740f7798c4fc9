"""A home whose articles tell their version in every passage, and what is found wrong with it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import search
from corpus.errors import InputError, OutageError
from corpus.library import Library
from corpus.settings import Settings
from search.engines.whoosh_engine import WhooshEngine
from search.generations import DAMAGED, MANIFEST, NOTE, POINTER

COMMAND = [sys.executable, "-c", "from webapp.cli import main; main()"]
TOP = {"library.sqlite3", "library.sqlite3-wal", "library.sqlite3-shm", "library.lock"} | {
    *("index", "index.lock", "index.writer.json", "answerdesk.toml")
}
_STAMP = re.compile(r"stamp version (\d+) part (\d+) of (\d+)")
_FILLER = "The calf cramp at night was eased by rest, water and a walk, and the doctor agreed that it was harmless."


@dataclass
class Damage:
    """The counts of what must not happen, and a line on each."""

    lost: int = 0
    unreadable: int = 0
    stuck_locks: int = 0
    orphans: int = 0
    read_errors: int = 0
    mixed: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, kind: str, note: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        self.notes.append(f"{kind}: {note}")
        print(self.notes[-1], file=sys.stderr, flush=True)

    @property
    def any(self) -> bool:
        return bool(self.notes)


def article_id(number: int) -> str:
    return f"article-{number}"


def text(number: int, version: int) -> str:
    """Write an article of one to eight passages, each with its version and its place among them."""
    parts = random.Random(f"{number} {version}").randint(1, 8)
    sections = [
        f"## Part {part}\n\n{_FILLER} It bears the stamp version {version} part {part} of {parts}.\n"
        for part in range(1, parts + 1)
    ]
    return f"# Article {number}\n\n" + "\n".join(sections)


def write(folder: Path, number: int, version: int) -> None:
    (folder / f"a{number}.md").write_text(text(number, version))


def run(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [*COMMAND, "--home", str(home), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


def version_of(texts: list[str]) -> int | None:
    """Return the one version that the passages of an article tell, 0 for none; None where they are not one whole."""
    found = [tuple(map(int, stamp)) for one in texts for stamp in _STAMP.findall(one)]
    if not texts:
        return 0
    versions, counts = {version for version, _, _ in found}, {count for _, _, count in found}
    if len(found) != len(texts) or len(versions) != 1 or len(counts) != 1:
        return None
    (version,), (count,) = versions, counts
    return version if sorted(part for _, part, _ in found) == list(range(1, count + 1)) else None


def versions(home: Path, numbers: range, damage: Damage, when: str) -> dict[int, int]:
    """Return the versions found in index and Library alike, and note what is not whole or not the same."""
    found: dict[int, int] = {}
    url = Settings.of_home(home).text("library")
    try:
        with search.open_home(home) as searcher, Library.open(home, url) as library:
            searcher.verify()
            for number in numbers:
                hits = searcher.search("stamp", limit=50, filters={"article": [article_id(number)]}).hits
                own = version_of([hit.passage.text for hit in hits])
                article = library.get(article_id(number))
                stored = version_of(re.split(r"^Part \d+$", article.text, flags=re.MULTILINE)[1:]) if article else 0
                if own is None or stored is None:
                    damage.add("mixed", f"{when}: {article_id(number)} is not one state")
                elif own != stored:
                    damage.add("lost", f"{when}: {article_id(number)} is {stored} in the library, {own} in the index")
                found[number] = stored or 0
            if searcher.state().damage:
                damage.add("unreadable", f"{when}: {searcher.state().damage}")
    except (OutageError, InputError) as error:
        damage.add("unreadable", f"{when}: {error}")
    return found


def look_around(home: Path, damage: Damage, when: str) -> None:
    """Note files that nothing knows of, then locks that nobody holds: whoever gets one sweeps the files."""
    for path in home.iterdir():
        if path.name not in TOP:
            damage.add("orphans", f"{when}: {path.name}")
    index = home / "index"
    pointer: dict[str, Any] = json.loads((index / POINTER).read_text())
    generations = {pointer["generation"], *pointer["before"]}
    for path in index.iterdir():
        if path.name not in {POINTER, NOTE, *generations} and not path.name.startswith(DAMAGED):
            damage.add("orphans", f"{when}: index/{path.name}")
    for name in generations:
        listed = {*json.loads((index / name / MANIFEST).read_text())["files"], MANIFEST}
        for path in (index / name).rglob("*"):
            if path.is_file() and path.relative_to(index / name).as_posix() not in listed:
                damage.add("orphans", f"{when}: index/{name}/{path.name}")
    try:
        with WhooshEngine(home).writing(0):
            pass
    except OutageError as error:
        damage.add("stuck_locks", f"{when}: {error}")
