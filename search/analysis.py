"""Text to indexed words, the same for articles and for what is asked of them: one spelling for one thing."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import Stemmer

from search.languages import ELIDING, STEMMERS, STOP_WORDS, of, without_accents

# `[ 1 ]`, `[2, 3]`: citation marks stay in the text and are not indexed (the same length of blanks takes their place).
CITATION_MARK = re.compile(r"\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\]")

# Inside words: soft hyphens, zero-width characters and direction marks, which are not there for the reader, and marks
# that `\w` does not know (accents set apart; the vowel signs of Hebrew, Arabic, Indian and Thai writing).
_IGNORED = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
_MARKS += "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a51"
_MARKS += "\u0a70-\u0a75\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0c00-\u0c04"
_MARKS += "\u0c3c-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_RAISED = "²³¹⁰⁴-⁹₀-₉"  # numbers of their own beside what they are set to: H₂O, m², a note's number
_FRACTION = "¼-¾⅐-⅞↉"
_CJK = "\u3005\u3007\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf"
_CJK += "\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_LETTERS = rf"[^\W\d_{_RAISED}{_FRACTION}{_CJK}]+(?:[{_IGNORED}{_MARKS}]+[^\W\d_{_RAISED}{_FRACTION}{_CJK}]*)*"

# Where letters meet digits a new word begins, so that B6, B-6 and B 6 are all two words in a row.
WORD = re.compile(
    rf"(?P<number>\d+(?:[.,]\d+)*)|(?P<letters>{_LETTERS}(?:['’ʼ＇]{_LETTERS})*)"
    rf"|(?P<raised>[{_RAISED}]+)|(?P<fraction>[{_FRACTION}])|(?P<cjk>[{_CJK}]+)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
CJK = re.compile(f"[{_CJK}]")
_CJK_CHAR = re.compile("[^\u3099\u309a\uff9e\uff9f][\u3099\u309a\uff9e\uff9f]?|.")  # with its voicing mark
_NOT_THERE = re.compile(f"[{_IGNORED}]")

UNITS = frozenset("mcg mg g kg ml cl dl l mm cm m km kcal kj iu mmol mmhg".split())
_SPELLED_UNITS = {
    **dict.fromkeys(("μg", "ug", "microgram", "microgramme"), "mcg"),
    **dict.fromkeys(("milligram", "milligramme"), "mg"),
    **dict.fromkeys(("kilogram", "kilogramme"), "kg"),
    **dict.fromkeys(("milliliter", "millilitre"), "ml"),
    **dict.fromkeys(("millimeter", "millimetre"), "mm"),
    **dict.fromkeys(("centimeter", "centimetre"), "cm"),
    **dict.fromkeys(("kilometer", "kilometre"), "km"),
}
_SPELLED_UNITS |= {f"{spelled}s": unit for spelled, unit in _SPELLED_UNITS.items()}


HYPHENS = ("-", "‐", "‑")


class Token(NamedTuple):
    """A word of a text: its place among all words, and in code points.

    `stems` are what it is indexed under: none for a stop word, two where the accents of a word lead to another stem.
    """

    stems: tuple[str, ...]
    position: int
    start: int
    end: int


def tokens(text: str, language: str = "en") -> Iterator[Token]:
    """Yield the words of `text`, stop words with them; `start` and `end` are code-point offsets."""
    text, language = without_citations(text), of(language)
    position = 0
    for match in WORD.finditer(text):
        first = match.start()
        for stems, start, end in _analysed(match[0], match.lastgroup or "", language):
            start, end = first + start, first + end
            if not stems and (text[end : end + 1].isdigit() or (start and text[start - 1].isdigit())):
                stems = (fold(match[0]),)  # a letter of a name, as in A1C, is no stop word
            yield Token(stems, position, start, end)
            position += 1


def without_citations(text: str) -> str:
    """Write blanks for citation marks."""
    return CITATION_MARK.sub(lambda mark: " " * len(mark[0]), text) if "[" in text else text


def is_number(text: str, token: Token) -> bool:
    """Tell whether a word of `text` is a number."""
    return not text[token.start].isalpha()


@functools.lru_cache(maxsize=200_000)
def _analysed(word: str, kind: str, language: str) -> tuple[tuple[tuple[str, ...], int, int], ...]:
    """Return for each word in what `WORD` found its stems, its start and its end."""
    if kind == "letters":
        return ((_stems(word, language), 0, len(word)),)
    if kind == "cjk":
        return tuple(_bigrams(word))
    plain = unicodedata.normalize("NFKC", word)
    if kind == "fraction":
        return tuple(((number,), 0, 1) for number in plain.split("\u2044"))
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    return (((plain,), 0, len(word)),)


def _bigrams(run: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Cut Chinese, Japanese or Korean writing, which has no or few blanks, into overlapping pairs of characters.

    A pair is also found by its first character alone, the last pair by either.
    """
    chars = list(_CJK_CHAR.finditer(run))
    for n, (first, last) in enumerate(zip(chars, chars[1:] or chars, strict=False), 2):
        singles = (first[0], last[0]) if n >= len(chars) else (first[0],)
        stems = (unicodedata.normalize("NFKC", one) for one in (run[first.start() : last.end()], *singles))
        yield tuple(dict.fromkeys(stems)), first.start(), last.end()


def _stems(word: str, language: str) -> tuple[str, ...]:
    cased = _cased(word, language)
    plain = without_accents(cased)
    if not plain or plain in STOP_WORDS.get(language, ()):
        return ()
    if plain in _SPELLED_UNITS:
        return (_SPELLED_UNITS[plain],)
    stem = _stem(plain, language)
    if language == "en" or plain == cased:
        return (stem,)
    # Stemmers know the accents of their language; people leave them away. So the word is found under both stems.
    own = without_accents(_stem(cased, language))
    return (own,) if own == stem else (own, stem)


def fold(word: str, language: str = "en") -> str:
    """Write a word as it is compared: lower case, no accents, compatibility forms resolved, no possessive s."""
    if word.isascii() and "'" not in word:
        return word.lower()
    return without_accents(_cased(word, language))


def _cased(word: str, language: str) -> str:
    if word.isascii():
        plain = word.lower()
    else:
        plain = unicodedata.normalize("NFKC", _NOT_THERE.sub("", word)).casefold()
        plain = plain.replace("’", "'").replace("ʼ", "'")
    if "'" not in plain:
        return plain
    if language in ELIDING:
        return plain.rpartition("'")[2]
    return plain.removesuffix("'s").replace("'", "")


_WRITTEN = re.compile(rf"{_LETTERS}(?:[-‐‑]{_LETTERS})*")


def written_words(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words of `texts` as they are written, in lower case; one with a hyphen as a whole and in parts."""
    for text in texts:
        for word in _WRITTEN.findall(_NOT_THERE.sub("", text).lower()):
            if word.isalnum():
                yield word
            else:
                parts = re.split("[-‐‑]", word)
                yield from (["-".join(parts), *parts] if len(parts) > 1 else parts)


_stemmers = threading.local()  # a Snowball stemmer keeps state while it works: one a thread and language


def _stem(word: str, language: str) -> str:
    if language not in STEMMERS:
        return word
    own: dict[str, Stemmer.Stemmer] = _stemmers.__dict__
    if language not in own:
        own[language] = Stemmer.Stemmer(STEMMERS[language], 0)  # no cache of its own: `_analysed` has one
    stemmed: str = own[language].stemWord(word)
    return stemmed
