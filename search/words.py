"""The words of a text, analysed once and kept; and where in it clauses stand, for marks and for answers."""

from __future__ import annotations

import functools
import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import compress
from operator import itemgetter
from typing import NamedTuple

from search.analysis import Token, tokens, without_citations
from search.model import Clause

TEXTS_KEPT = 8192  # with some 2 kB a passage
RUNS_KEPT = 32_768

_RUN = re.compile(r"\S+")

Groups = frozenset[int]  # numbers of what was typed
Found = tuple[int, int, Groups]  # where a clause begins and ends in a text, and what it stands for


class Words(NamedTuple):
    """The indexed words of a text, in order: stems, their places among all words, and where they begin and end.

    A word with two stems is there twice.
    """

    stems: tuple[str, ...]
    places: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]


class Finder:
    """Finds clauses in texts: a word, or any that begins with a prefix; a phrase where it stands as a whole.

    With `counting`, other groups are left out.
    """

    def __init__(self, clauses: Iterable[Clause], counting: Collection[int] | None = None) -> None:
        self._words: dict[str, Groups] = {}
        self._phrases: list[tuple[tuple[str, ...], Groups]] = []
        for clause in clauses:
            groups = frozenset(one for one in clause.groups if counting is None or one in counting)
            if len(clause.words) == 1 or clause.kind == "prefix":
                for word in clause.words:
                    self._words[word] = self._words.get(word, groups) | groups
            else:
                self._phrases.append((clause.words, groups))

    def found(self, text: str, language: str) -> list[Found]:
        """Return where the clauses stand, by start."""
        words = words_of(text, language)
        wanted, (stems, _, starts, ends) = self._words, words
        there = compress(range(len(stems)), map(wanted.__contains__, stems))
        found = [(starts[n], ends[n], wanted[stems[n]]) for n in there]
        if self._phrases:
            for phrase, groups in self._phrases:
                found.extend((start, end, groups) for start, end in _in_a_row(phrase, words))
            found.sort(key=itemgetter(0, 1))
        return found


@functools.lru_cache(TEXTS_KEPT)
def words_of(text: str, language: str) -> Words:
    """Return the words of a text."""
    place = 0
    rows: list[tuple[str, int, int, int]] = []
    for run in _RUN.finditer(without_citations(text)):
        own, at = _tokens_of(run[0], language), run.start()
        rows.extend((stem, place + n, at + one.start, at + one.end) for n, one in enumerate(own) for stem in one.stems)
        place += len(own)
    stems, *numbers = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Words(stems, *(array("I", own) for own in numbers))


@functools.lru_cache(RUNS_KEPT)
def _tokens_of(run: str, language: str) -> tuple[Token, ...]:
    """Return the words between two blanks: no word reaches across one."""
    return tuple(tokens(run, language))


def _in_a_row(phrase: Sequence[str], words: Words) -> Iterator[tuple[int, int]]:
    """Yield where a phrase begins and ends; "" in it stands for any word."""
    if any(word and word not in words.stems for word in phrase):
        return
    numbers = {key: n for n, key in enumerate(zip(words.places, words.stems, strict=True))}
    for (place, stem), first in numbers.items():
        if stem == phrase[0]:
            row = [numbers.get((place + n, word)) for n, word in enumerate(phrase) if word]
            if row[-1] is not None and None not in row:
                yield words.starts[first], words.ends[row[-1]]
