"""The sentence that answers: one or two adjacent ones of a top passage, verbatim, or none."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus.article import CELL_END
from corpus.sentences import sentences
from search.coverage import Coverage, Groups
from search.model import Answer, StoredPassage
from search.words import Found

# Of the 65 questions in tests/relevance/own/answers.jsonl that the samples answer, the share whose best sentence holds
# the answer: from the best passage .57, two .60, three .59, five .59.
PASSAGES = 3

# A score is made of the share of what is asked that stands in the sentence, and of these. Each varied alone on the same
# questions: heading .7 .55, .85 .59, 1 .54; first 0 .54, .1 .59, .2 .54; number 0 .54, .2 .59, .3 .60; two 0 .59,
# .1 .60, .2 .60; a hundred words 0 .55, -.2 .59, -.5 .59; rank .2 .60, .5 .59, 1 .59.
HEADING = 0.85  # times the share that stands above it only: in title, headings, row of headers or lead-in
FIRST = 0.1  # times the share that stands above it, where it comes first
RANK = 0.5  # times the passage's score beside the best passage's
NUMBER = 0.2  # where one is asked for
TWO = 0.15  # for two sentences
HUNDRED_WORDS = -0.2
OTHER_LENGTH = -0.1
SHORTEST, LONGEST = 4, 60

# Less than this, score and lead over the best sentence elsewhere together, is no clear answer.
LEAST = 1.5

TEXTS_KEPT = 4096  # with some 2 kB a passage

_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|often|old|far|high|common|soon|late|early)\b|\bwhen\b|\bdose\b"
    r"|\b(?:what|which) (?:age|part|share|percentage|amount|week|month|day|dose)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d|\b(?:one|two|three|four|five|six|half|quarter|daily)\b", re.IGNORECASE)
_MARKER = re.compile(r" *- ")


class _Quote(NamedTuple):
    """A sentence, a row of a table, or two of them: what its score looks at beside the words."""

    start: int
    end: int
    words: int
    is_pair: bool
    is_first: bool
    has_number: bool
    is_question: bool


class _Unit(NamedTuple):
    """A sentence or a row, alone and with the one before it (of the first: alone).

    One that `is_apart` is neither item nor row, so that no lead-in before it leads to it.
    """

    alone: _Quote
    with_before: _Quote
    is_apart: bool
    is_row: bool
    ends_in_colon: bool


def best(
    question: str, coverage: Coverage, passages: Sequence[StoredPassage], scores: Sequence[float]
) -> Answer | None:
    """Return the sentences that answer, None where none clearly does; `scores` are those of `passages`, best first."""
    if not coverage.asks:
        return None
    asks_number = _ASKS_NUMBER.search(question) is not None
    found = [
        (_score(coverage, asks_number, own, above, quote) + RANK * score / scores[0], stored, quote)
        for stored, score in zip(passages, scores, strict=True)
        for quote, own, above in _candidates(stored, coverage)
    ]
    if not found:
        return None
    score, stored, quote = max(found, key=lambda one: one[0])
    elsewhere = (
        other
        for other, place, there in found
        if place is not stored or there.end <= quote.start or there.start >= quote.end
    )
    if score + score - max(elsewhere, default=0.0) < LEAST:
        return None
    return Answer(stored, quote.start, quote.end)


def _candidates(stored: StoredPassage, coverage: Coverage) -> Iterator[tuple[_Quote, Groups, Groups]]:
    """Yield what may answer, with what is asked in it and above it.

    A lead-in or a row of headers stands above what follows and answers nothing by itself.
    """
    headings = coverage.groups((stored.article_title, *stored.heading_path), stored.language)
    lead: Groups = coverage.groups([stored.context], stored.language) if stored.context is not None else set()
    is_below = stored.context is not None
    found = coverage.found(stored.text, stored.language)
    before: tuple[Groups, Groups] | None = None
    for unit in _units(stored.text):
        if unit.is_apart:
            lead, is_below = set(), False
        own, above = _groups_in(found, unit.alone), headings | lead
        if unit.ends_in_colon or (unit.is_row and not is_below):
            lead, is_below = own, True
        else:
            yield unit.alone, own, above
            if before:
                yield unit.with_before, own | before[0], before[1]
        before = own, above


def _groups_in(found: Sequence[Found], quote: _Quote) -> set[int]:
    return {group for one in found if quote.start <= one.start and one.end <= quote.end for group in one.groups}


def _score(coverage: Coverage, asks_number: bool, own: Groups, above: Groups, quote: _Quote) -> float:
    if quote.is_question:
        return 0.0
    score = coverage.share(own) + HEADING * coverage.share(above - own) + HUNDRED_WORDS * quote.words / 100
    if quote.is_first:
        score += FIRST * coverage.share(above)
    if asks_number and quote.has_number:
        score += NUMBER
    if quote.is_pair:
        score += TWO
    if not SHORTEST <= quote.words <= LONGEST:
        score += OTHER_LENGTH
    return score


@functools.lru_cache(TEXTS_KEPT)
def _units(text: str) -> tuple[_Unit, ...]:
    """Cut a text into its sentences and rows."""
    units: list[_Unit] = []
    start = 0
    for line in text.splitlines(keepends=True):
        marker, is_row = _MARKER.match(line), CELL_END in line
        at = start + (marker.end() if marker else 0)
        is_apart = not marker and not is_row
        for sentence in [line] if is_row else sentences(line[at - start :]):
            words = sentence.strip()
            first = at + len(sentence) - len(sentence.lstrip())
            alone = _quote(text, first, first + len(words))
            pair = _quote(text, units[-1].alone.start, alone.end, is_pair=True) if units else alone
            units.append(_Unit(alone, pair, is_apart, is_row, words.endswith(":")))
            is_apart = False
            at += len(sentence)
        start += len(line)
    return tuple(units)


def _quote(text: str, start: int, end: int, is_pair: bool = False) -> _Quote:
    quoted = text[start:end]
    return _Quote(
        start,
        end,
        words=len(quoted.split()),
        is_pair=is_pair,
        is_first=not text[:start].strip(" -"),
        has_number=_NUMBER.search(quoted) is not None,
        is_question=quoted.endswith("?"),
    )
