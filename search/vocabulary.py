"""What a library knows of words: its languages, how its words are written, and how often."""

from __future__ import annotations

import bisect
import copy
import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import fold, tokens
from search.engine import Snapshot

WORDS_KEPT = 1024  # misspelled ones, with those near them: a text is searched again while it is typed
_LETTERS = 32  # letters are told apart by the last five bits of their number


class Vocabulary:
    """The words of one generation.

    Args:
        languages: the languages of its articles; a query is analysed once in each.
        spellings: its words as they are written, in lower case, and how often.
        frequency: how many passages have an indexed word, or several in a row.
    """

    def __init__(
        self,
        languages: tuple[str, ...] = ("en",),
        spellings: Mapping[str, int] | None = None,
        frequency: Callable[..., int] = lambda *stems: 0,
    ) -> None:
        self.languages = languages or ("en",)
        self._frequency = frequency
        self.near = functools.lru_cache(WORDS_KEPT)(self._near)
        self._counts: Counter[str] = Counter()  # by the word as it is compared
        self._hyphenated: dict[str, list[str]] = {}  # long-term, by longterm
        self._written: dict[str, tuple[int, str]] = {}  # how often, and how most often
        for word, count in (spellings or {}).items():
            plain = word if word.isascii() else fold(word)
            if "-" in plain:
                plain = plain.replace("-", "")
                self._hyphenated.setdefault(plain, []).append(word)
            else:
                self._counts[plain] += count
            self._written[plain] = max(self._written.get(plain, (0, "")), (count, word))
        self._sorted = sorted(self._written)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Vocabulary:
        """Return the vocabulary of a generation."""
        return cls(snapshot.languages, snapshot.spellings(), snapshot.frequency)

    def at(self, snapshot: Snapshot) -> Vocabulary:
        """Return these words with what a later generation finds: what is new in it is no misspelled word."""
        found = copy.copy(self)
        found._frequency = snapshot.frequency
        return found

    def __contains__(self, word: str) -> bool:
        """Tell whether a word stands in the library as it is written, but for case and accents."""
        return fold(word) in self._counts

    def count(self, word: str) -> int:
        """Return how often a word stands in the library."""
        return self._counts.get(fold(word), 0)

    def hyphenated(self, word: str) -> list[str]:
        """Return how the library writes a word with hyphens."""
        return self._hyphenated.get(fold(word), [])

    def written(self, plain: str) -> str:
        """Return how a word is most often written."""
        return self._written[plain][1]

    def stems(self, word: str) -> tuple[str, ...]:
        """Return what a word is indexed under in the languages of the library."""
        return tuple({stem: None for one in self.languages for token in tokens(word, one) for stem in token.stems})

    def finds(self, word: str) -> bool:
        """Tell whether a search for a word finds anything."""
        return any(self._frequency(stem) for stem in self.stems(word))

    def row(self, words: Sequence[str]) -> int:
        """Return how many passages have words in a row."""
        rows = [[stem for word in words for stem in self._stem(word, language)] for language in self.languages]
        return max(self._frequency(*row) if len(row) == len(words) else 0 for row in rows)

    def _stem(self, word: str, language: str) -> tuple[str, ...]:
        return next((token.stems[:1] for token in tokens(word, language)), ())

    def starting_with(self, prefix: str) -> Iterator[str]:
        """Yield the words that start with a prefix, as they are compared."""
        plain = fold(prefix)
        for number in range(bisect.bisect_left(self._sorted, plain), len(self._sorted)):
            if not self._sorted[number].startswith(plain):
                return
            if self._sorted[number] in self._counts:
                yield self._sorted[number]

    @functools.cached_property
    def _by_length(self) -> dict[int, tuple[list[str], npt.NDArray[np.int8]]]:
        """The words of each length, and how many of each letter they have, a row a word."""
        words: dict[int, list[str]] = {}
        for word in self._sorted:
            words.setdefault(len(word), []).append(word)
        return {length: (own, _letters(own, length)) for length, own in words.items() if length}

    def _near(self, word: str, most: int) -> list[tuple[int, int, str]]:
        """Return (edits, how often, word) of the words at most `most` edits away, as they are compared.

        An edit inserts, deletes or replaces a letter, or swaps it with the next (optimal string alignment).
        """
        candidates: list[str] = []
        for length in range(len(word) - most, len(word) + most + 1):
            if length in self._by_length:
                words, letters = self._by_length[length]
                # An edit changes at most two letter counts by one.
                alike = np.abs(letters - _letters([word], len(word))).sum(axis=1, dtype=np.int16) <= 2 * most
                candidates.extend(words[number] for number in alike.nonzero()[0])
        near = process.extract_iter(word, candidates, scorer=OSA.distance, score_cutoff=most)
        return [(int(edits), self._written[other][0], other) for other, edits, _ in near]


def _letters(words: Sequence[str], length: int) -> npt.NDArray[np.int8]:
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32) % _LETTERS
    rows = np.repeat(np.arange(len(words)), length)
    return np.bincount(rows * _LETTERS + codes, minlength=len(words) * _LETTERS).astype(np.int8).reshape(-1, _LETTERS)
