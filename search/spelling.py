"""Spelling: a word that the library does not have, mended to one that it has."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from search import dictionary
from search.analysis import CJK, HYPHENS, Token, fold, is_number
from search.vocabulary import Vocabulary

# Shorter words have too many neighbours, and are too often right. Mended with one edit from four, five and six letters:
# nDCG@10 of stackfaq .835, .836 and .836, with a typo a query .825, .827 and .812 (without mending .830 and .749).
ONE_EDIT_FROM = 5
TWO_EDITS_FROM = 8
SHORTEST_PART = 3  # letters of each of two words that were run together
LOOKED_FOR_UP_TO = 20  # a text with more words that nobody knows is no prose, and each takes a look at all words

# A capital within a sentence makes a name, and no library has everybody's: shorter ones are left alone, unless there
# are German articles, since German writes all nouns so. (In cacm, Davis became David: nDCG@10 .476, with this .483.)
NAMES_FROM = 8

_CODE = re.compile(r"[\w.+-]*[@/\\_.:][\w.@/\\:+-]*\w")  # an address, a path, a name of a program's
_INITIAL = re.compile(r"\b[^\W\d_a-z]\.$")  # of a name: no sentence ends with it


class Typed(NamedTuple):
    """A word as it was typed: `mendable` where it is no code and no synonym gives it a meaning.

    `capital`: it has one, and no sentence begins with it.
    """

    text: str
    mendable: bool = True
    capital: bool = False


def typed(text: str, row: Sequence[Token], known: Set[int]) -> list[list[Typed]]:
    """Return the words of a text in rows of neighbours; those whose numbers are `known` are right as they are."""
    codes = [match.span() for match in _CODE.finditer(text)]
    shouted = not any(text[token.start].islower() for token in row)
    numbers = [is_number(text, token) for token in row]
    has_number = any(numbers)
    rows: list[list[Typed]] = [[]]
    for n, token in enumerate(row):
        word = text[token.start : token.end]
        if numbers[n] or (not word.isascii() and CJK.match(word)):
            rows.append([])
            continue
        code = (word.isupper() and not shouted) or any(first <= token.start < last for first, last in codes)
        touches = has_number and any(_touches_number(text, at) for at in (token.start - 1, token.end))
        mendable = n not in known and not code and not touches
        rows[-1].append(Typed(word, mendable, word[0].isupper() and not _begins(text, token.start)))
    return rows


def _begins(text: str, at: int) -> bool:
    """Tell whether a sentence begins at a place in a text."""
    before = text[:at].rstrip(" \"'“„«(-")
    return not before or (before[-1] in ".!?:\n" and not _INITIAL.search(before))


def _touches_number(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isdigit() or (text[at] in HYPHENS and text[at + 1 : at + 2].isdigit()))


def mended(rows: Sequence[Sequence[Typed]], vocabulary: Vocabulary) -> dict[str, str]:
    """Return what to write instead, by what was typed; each row holds words that stand beside each other.

    A word of the language that the library lacks stays: "methadone" is not asked for where articles have "methane".
    """
    found: dict[str, str] = {}
    unknown: dict[str, None] = {}
    names = _names([word for row in rows for word in row]) if "de" not in vocabulary.languages else set()
    for row in rows:
        for n, word in enumerate(row):
            if not word.mendable or len(word.text) < 2 or word.text in names or _is_known(word.text, vocabulary):
                continue
            for first, last in ((n, n + 2), (n - 1, n + 1)):  # one word, typed as two
                parts = [one.text for one in row[max(first, 0) : last]]
                if len(parts) == 2 and "".join(parts) in vocabulary and vocabulary.finds("".join(parts)):
                    found[" ".join(parts)] = _cased_as(parts[0], vocabulary.written(fold("".join(parts))))
                    break
            else:
                if not dictionary.has(word.text, vocabulary.languages):
                    unknown[word.text] = None
    if len(unknown) <= LOOKED_FOR_UP_TO:
        found |= {word: _cased_as(word, spelled) for word in unknown if (spelled := nearest(word, vocabulary))}
    return found


def _names(words: Sequence[Typed]) -> set[str]:
    """Return the shorter words with a capital within a sentence, where most words have none."""
    if 2 * sum(word.text[0].islower() for word in words) <= len(words):
        return set()
    return {word.text for word in words if word.capital and len(word.text) < NAMES_FROM}


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
