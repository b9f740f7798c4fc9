"""Synonyms: from the starter list and from `synonyms.txt` in the home, found in what was typed."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.analysis import tokens

FILE_NAME = "synonyms.txt"
STARTER_LIST = Path(__file__).with_name(FILE_NAME)

Stems = tuple[tuple[str, ...], ...]  # a word each: what it may be indexed under; nothing for a stop word


@dataclass(frozen=True, slots=True)
class Found:
    """Words of a text, from `first` up to `last`, that have a synonym."""

    first: int
    last: int
    synonym: str


class Synonyms:
    """What may be said for what: the words as they are written, and what is looked for beside them."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._rules: dict[str, list[str]] = {}
        for line in lines:
            for said, meant in _pairs(line):
                others = self._rules.setdefault(said, [])
                if meant not in others:
                    others.append(meant)

    def found(self, words: Sequence[tuple[str, ...]], languages: tuple[str, ...]) -> Iterator[Found]:
        """Yield the synonyms in a row of words, each given by what it may be indexed under."""
        patterns = self._patterns(languages)
        for first, stems in enumerate(words):
            for stem in stems:
                for pattern, meant in patterns.get(stem, ()):
                    there = words[first : first + len(pattern)]
                    if len(there) == len(pattern) and all(
                        wanted in own if wanted else not own for wanted, own in zip(pattern, there, strict=True)
                    ):
                        for synonym in meant:
                            yield Found(first, first + len(pattern), synonym)

    @functools.lru_cache(maxsize=8)  # noqa: B019 - one a set of languages, and gone with the file's next change
    def _patterns(self, languages: tuple[str, ...]) -> dict[str, list[tuple[tuple[str, ...], list[str]]]]:
        patterns: dict[str, list[tuple[tuple[str, ...], list[str]]]] = {}
        for said, meant in self._rules.items():
            forms = {tuple("".join(token.stems[:1]) for token in tokens(said, one)) for one in languages}
            for pattern in forms:
                if pattern and pattern[0]:
                    patterns.setdefault(pattern[0], []).append((pattern, meant))
        return patterns


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Read a line: `a = b` both ways, `a => b` one way; a line that says neither says nothing."""
    sides = [[word.strip().lower() for word in side.split("=")] for side in line.partition("#")[0].split("=>")]
    if any(not word for side in sides for word in side) or len(sides) > 2:
        return
    for said in sides[0]:
        for meant in sides[-1]:
            if said != meant:
                yield said, meant


class SynonymFiles:
    """The synonyms in force; a change of the home's file counts from the next search on."""

    def __init__(self, home: Path | None = None) -> None:
        self._files = [STARTER_LIST, *([home / FILE_NAME] if home else [])]
        self._loading = threading.Lock()
        self._loaded: tuple[object, Synonyms] = (None, Synonyms())

    def current(self) -> Synonyms:
        """Return the synonyms as the files have them now."""
        stamp = [_stamp(file) for file in self._files]
        if self._loaded[0] != stamp:
            with self._loading:
                lines = [line for file, there in zip(self._files, stamp, strict=True) if there for line in _lines(file)]
                self._loaded = (stamp, Synonyms(lines))
        return self._loaded[1]


def malformed(file: Path) -> list[int]:
    """Return the numbers of the lines that are no comment and say no synonym; none for a file that is not there."""
    lines = _lines(file) if file.is_file() else []
    return [n for n, line in enumerate(lines, 1) if line.partition("#")[0].strip() and not any(_pairs(line))]


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
