"""Tokens, stems and stop words: the same for articles and for what is asked of them."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import Stemmer

# `[ 1 ]`, `[2, 3]`: citation marks stay in the text and are not indexed (the same length of blanks takes their place).
CITATION_MARK = re.compile(r"\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\]")
# A number with its decimals, or letters and digits with inner apostrophes.
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W_]+)*")

# Words without a meaning of their own: not indexed. Words people ask with ("how", "can") are indexed; see querytext.
STOP_WORDS = frozenset(
    """
    a an and are as at be been being but by for from had has have he her hers him his if in into is it its itself of
    on or our ours s she so such t than that the their theirs them then there these they this those to us was we were
    will with would your yours
    """.split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """An indexed word: its stem, its place among all words (stop words count), and its place in the text."""

    stem: str
    position: int
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the indexed words of `text`; `start` and `end` are code-point offsets."""
    if "[" in text:
        text = CITATION_MARK.sub(lambda mark: " " * len(mark[0]), text)
    for position, match in enumerate(WORD.finditer(text)):
        stem = analyse_word(match[0])
        if stem is not None:
            yield Token(stem, position, match.start(), match.end())


@functools.lru_cache(maxsize=200_000)
def analyse_word(word: str) -> str | None:
    """Return the stem under which `word` is indexed, or None for a stop word."""
    folded = fold(word)
    return None if folded in STOP_WORDS or not folded else _stem(folded)


def fold(word: str) -> str:
    """Write a word as it is compared: lower case, no accents, compatibility forms resolved, no possessive s."""
    plain = unicodedata.normalize("NFKD", word.replace("’", "'")).casefold()
    if not plain.isascii():
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    return plain.removesuffix("'s").replace("'", "")


_stemmers = threading.local()  # a Snowball stemmer keeps state while it works: one a thread


def _stem(word: str) -> str:
    stemmer = getattr(_stemmers, "english", None)
    if stemmer is None:
        # No cache of its own: `analyse_word` has one.
        stemmer = _stemmers.english = Stemmer.Stemmer("english", 0)
    stemmed: str = stemmer.stemWord(word)
    return stemmed
