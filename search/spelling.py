"""Spelling: a word that the library does not have, mended to one that it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from search.analysis import fold
from search.vocabulary import Vocabulary

# Shorter words have too many neighbours, and are too often right. Mended with one edit from four, five and six letters:
# nDCG@10 of stackfaq .835, .836 and .836, with a typo a query .825, .827 and .812 (without mending .830 and .749).
ONE_EDIT_FROM = 5
TWO_EDITS_FROM = 8
SHORTEST_PART = 3  # letters of each of two words that were run together


@dataclass(frozen=True, slots=True)
class Typed:
    """A word as it was typed; `mendable` where it is no code and has no meaning given to it by a synonym."""

    text: str
    mendable: bool = True


def mended(rows: Sequence[Sequence[Typed]], vocabulary: Vocabulary) -> dict[str, str]:
    """Return what to write instead, by what was typed; each row holds words that stand beside each other."""
    found: dict[str, str] = {}
    for row in rows:
        for n, typed in enumerate(row):
            if not typed.mendable or len(typed.text) < 2 or _is_known(typed.text, vocabulary):
                continue
            for first, last in ((n, n + 2), (n - 1, n + 1)):  # one word, typed as two
                parts = [one.text for one in row[max(first, 0) : last]]
                if len(parts) == 2 and "".join(parts) in vocabulary and vocabulary.finds("".join(parts)):
                    found[" ".join(parts)] = _cased_as(parts[0], vocabulary.written(fold("".join(parts))))
                    break
            else:
                if spelled := nearest(typed.text, vocabulary):
                    found[typed.text] = _cased_as(typed.text, spelled)
    return found


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    return word in vocabulary or bool(vocabulary.hyphenated(word)) or vocabulary.finds(word)


def nearest(word: str, vocabulary: Vocabulary) -> str | None:
    """Return the library's word for a misspelled one: the fewest edits, then the most frequent; or two words."""
    plain = fold(word)
    if len(plain) < ONE_EDIT_FROM:
        return None
    for most in (1, 2):
        if most == 2:
            if parts := _two_words(plain, vocabulary):
                return parts
            if len(plain) < TWO_EDITS_FROM:
                return None
        near = vocabulary.near(plain, most)
        for _, _, other in sorted(near, key=lambda one: (one[0], one[2][0] != plain[0], -one[1], one[2])):
            if (most == 1 or other[0] == plain[0]) and vocabulary.finds(vocabulary.written(other)):
                return vocabulary.written(other)
    return None


def _two_words(plain: str, vocabulary: Vocabulary) -> str | None:
    """Return two words that were run together: those that most passages have in a row."""
    best = (0, "")
    for at in range(SHORTEST_PART, len(plain) - SHORTEST_PART + 1):
        parts = plain[:at], plain[at:]
        if all(part in vocabulary for part in parts):
            best = max(best, (vocabulary.row(parts), " ".join(parts)))
    return best[1] if best[0] else None


def _cased_as(typed: str, word: str) -> str:
    if typed.isupper() and len(typed) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if typed[:1].isupper() else word


def written_anew(text: str, mends: dict[str, str]) -> str:
    """Write a text with its misspelled words mended."""
    for typed, word in mends.items():
        spaced = r"\s+".join(map(re.escape, typed.split(" ")))
        text = re.sub(rf"(?<!\w){spaced}(?!\w)", lambda _, word=word: word, text)  # type: ignore[misc]
    return text
