"""Suggestions while somebody types: titles and headings that have words starting like the typed ones, typos allowed."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from search.analysis import WORD, fold
from search.model import Place
from search.ranking import link

Numbers = npt.NDArray[np.int64]

MOST_WORDS = 12  # of what was typed are looked at
TYPO_FROM = 4  # letters: a shorter word is taken as it stands
INSIDE_FROM = 4  # letters: what is shorter stands inside too many words; in writing without blanks one is enough

# What a typed word costs that does not start a word of the title: it stands inside one, or has a typo. Less by one
# where the title starts with all that was typed.
INSIDE, TYPO, NOT_THERE = 2, 4, 1000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title or heading, and its path in the web front end."""

    text: str
    kind: Literal["title", "heading"]
    link: str


class Suggestions:
    """The titles and headings of one generation, found by their words."""

    def __init__(self, places: Iterable[Place] = ()) -> None:
        first: dict[str, Place] = {}  # by its words; what stands in several articles is suggested once
        for place in sorted(places, key=lambda one: (one.kind == "heading", len(one.text), one.text, one.article_id)):
            if words := _folded_words(place.text):
                first.setdefault(" ".join(words), place)
        # Titles before headings and shorter before longer: of equally good ones, the first in this order is shown.
        self._places = list(first.values())
        having: dict[str, list[int]] = {}
        for number, whole in enumerate(first):
            for word in whole.split():
                having.setdefault(word, []).append(number)
        self._words = sorted(having)
        self._having = np.array([number for word in self._words for number in having[word]], np.int64)
        self._having_starts = np.cumsum([0, *(len(having[word]) for word in self._words)])
        self._in_a_row = "\n".join(["", *self._words, ""])
        self._word_starts = np.cumsum([1, *(len(word) + 1 for word in self._words)])
        self._letters = sorted(set(self._in_a_row) - {"\n"})
        ordered = sorted(zip(first, range(len(first)), strict=True))
        self._wholes = [whole for whole, _ in ordered]
        self._whole_numbers = np.array([number for _, number in ordered], np.int64)

    def find(self, text: str, limit: int) -> list[Suggestion]:
        """Return the best suggestions for what was typed so far."""
        typed = _folded_words(text)[:MOST_WORDS]
        if not typed:
            return []
        costs = np.zeros(len(self._places), np.int64)
        for word in dict.fromkeys(typed):
            costs += self._costs(word)
        costs[self._whole_numbers[_starting_with(" ".join(typed), self._wholes)]] -= 1
        found = np.flatnonzero(costs < NOT_THERE)
        best = found[np.argsort(costs[found], kind="stable")][:limit].tolist()
        return [Suggestion(one.text, one.kind, link(one)) for one in map(self._places.__getitem__, best)]

    def _costs(self, word: str) -> Numbers:
        """Return what each title and heading costs for one typed word."""
        costs = np.full(len(self._places), NOT_THERE)
        starting = _starting_with(word, self._words)
        if starting.start == starting.stop and len(word) >= TYPO_FROM:
            for typo in _one_edit(word, self._letters):
                costs[self._having_any(_starting_with(typo, self._words))] = TYPO
        if len(word) >= INSIDE_FROM or not word.isascii():
            for number in self._with_inside(word):
                costs[self._having_any(slice(number, number + 1))] = INSIDE
        costs[self._having_any(starting)] = 0
        return costs

    def _having_any(self, words: slice) -> Numbers:
        """Return the numbers of the places that have one of some words that follow one another."""
        return self._having[self._having_starts[words.start] : self._having_starts[words.stop]]

    def _with_inside(self, part: str) -> Iterator[int]:
        """Yield the numbers of the words that have `part`."""
        at = self._in_a_row.find(part)
        while at >= 0:
            yield int(np.searchsorted(self._word_starts, at, "right")) - 1
            at = self._in_a_row.find(part, at + 1)


def _starting_with(start: str, ordered: Sequence[str]) -> slice:
    first = bisect.bisect_left(ordered, start)
    return slice(first, bisect.bisect_left(ordered, start + "\U0010ffff", first))


def _folded_words(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    return [folded for match in WORD.finditer(text) if (folded := fold(match[0]))]


def _one_edit(word: str, letters: Sequence[str]) -> set[str]:
    """Return the words that one letter inserted, left out, replaced or swapped makes; the first letter stays."""
    cuts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    changed = {before + after[1:] for before, after in cuts if after[1:]}
    changed |= {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
    for letter in letters:
        changed |= {before + letter + after for before, after in cuts}
        changed |= {before + letter + after[1:] for before, after in cuts if after}
    return changed
