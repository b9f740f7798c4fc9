"""The sentence that answers: one or two adjacent ones of a top passage, verbatim, or none."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from corpus.article import CELL_END
from corpus.sentences import sentences
from search.coverage import Coverage, Groups
from search.model import Answer, StoredPassage
from search.words import Found

PASSAGES = 3  # of those left out of the fit below, right where .72 are answered: from one .74, two .79, three .79

# What a quotation's score is made of. Fitted (log odds, that the best one holds the answer) on the 65 questions of
# tests/relevance/own/answers.jsonl that the samples answer and 80 about pages on health, food and cars. Where .72 get
# an answer, of those left out of the fit .80 are right, .81 with a model; with seven numbers chosen one by one, .74 and
# .77. Quoted from the right entry of stackfaq .90 of .41, with a model .94 of .38 (before, .92 of .28 and .94 of .27).
OWN = 3.5  # times the share of what is asked that stands in it
ALL = 2.5  # times the square of that which stands in it or above: in title, headings, row of headers or lead-in
FIRST = 2.2  # times the share that stands above alone, where it comes first
BEST_PASSAGE = 1.6
TWO = 1.9  # for two sentences
POINTS_BACK = -0.6  # where it begins with "this", "they", "also"
HUNDRED_WORDS = -0.2

# Less than this, score and lead over the best sentence elsewhere together, is no clear answer.
LEAST = 4.9
SCORE = 0.5  # which counts so much beside the lead

TEXTS_KEPT = 4096  # with some 2 kB a passage


def _words(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{text})\b", re.IGNORECASE)


# What asks, what suits it in an answer, and what that counts for.
_SUITS = (
    (
        _words(
            "how (?:many|much|long|often|old|far|high|common|soon|late|early|fast|big)|when|dose"
            "|(?:what|which) (?:age|part|share|percentage|amount|week|month|day|dose|time|range|number)"
        ),
        _words(r"\d+\w*|one|two|three|four|five|six|seven|eight|nine|ten|half|quarter|twice|daily|once|every"),
        1.9,
    ),
    (
        _words("how (?:many|much|big|far|high|fast|common)|dose|(?:what|which) (?:part|share|percentage|amount|range)"),
        _words(r"\d+\w*|two|three|four|five|six|half|quarter"),
        1.5,
    ),
    (
        re.compile(
            r"^\W*(?:is|are|was|were|do|does|did|can|could|should|would|will|may|might|must|has|have)\b",
            re.IGNORECASE | re.MULTILINE,
        ),
        _words("not|no|never|avoid|cannot|nothing|none|without|little|hardly|seldom|rarely|leave out|[a-z]+n['’]t"),
        1.6,
    ),
    (
        _words("whom?"),
        _words("people|women|men|persons?|doctors?|those|who|patients?|adults?|children|everyone|anyone"),
        1.6,
    ),
)
_POINTS_BACK = re.compile(
    r"\W*(?:this|these|those|that|it|its|they|them|their|he|she|such|here|there|both|also|but|however|then|so|otherwise"
    r"|instead)\b",
    re.IGNORECASE,
)
_MARKER = re.compile(r" *- ")


class _Quote(NamedTuple):
    """A sentence, a row of a table, or two of them: what its score looks at beside the words."""

    start: int
    end: int
    words: int
    is_pair: bool
    is_first: bool
    points_back: bool
    suits: tuple[bool, ...]  # what asks in one of `_SUITS`
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


def best(question: str, coverage: Coverage, passages: Sequence[StoredPassage]) -> Answer | None:
    """Return the sentences of `passages`, best first, that answer; None where none clearly does."""
    if not coverage.asks:
        return None
    kinds = [weight if asks.search(question) else 0.0 for asks, _, weight in _SUITS]
    found = [
        (_score(coverage, kinds, own, above, quote) + (BEST_PASSAGE if stored is passages[0] else 0.0), stored, quote)
        for stored in passages
        for quote, own, above in _candidates(stored, coverage)
        if not quote.is_question
    ]
    if not found:
        return None
    score, stored, quote = max(found, key=lambda one: one[0])
    elsewhere = (
        other
        for other, place, there in found
        if place is not stored or there.end <= quote.start or there.start >= quote.end
    )
    if SCORE * score + score - max(elsewhere, default=0.0) < LEAST:
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
    return {group for start, end, own in found if quote.start <= start and end <= quote.end for group in own}


def _score(coverage: Coverage, kinds: Sequence[float], own: Groups, above: Groups, quote: _Quote) -> float:
    there, all_ = coverage.share(own), coverage.share(own | above)
    score = OWN * there + ALL * all_**2 + HUNDRED_WORDS * quote.words / 100 + sum(compress(kinds, quote.suits))
    if quote.is_first:
        score += FIRST * (all_ - there)
    if quote.is_pair:
        score += TWO
    if quote.points_back:
        score += POINTS_BACK
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
        points_back=_POINTS_BACK.match(quoted) is not None,
        suits=tuple(suits.search(quoted) is not None for _, suits, _ in _SUITS),
        is_question=quoted.endswith("?"),
    )
