"""The sentence that answers: one or two adjacent ones of a top passage, verbatim, or none."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.article import CELL_END
from corpus.sentences import sentences
from search.coverage import Coverage, Groups, words_of
from search.model import Answer, StoredPassage

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

_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|often|old|far|high|common|soon|late|early)\b|\bwhen\b|\bdose\b"
    r"|\b(?:what|which) (?:age|part|share|percentage|amount|week|month|day|dose)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d|\b(?:one|two|three|four|five|six|half|quarter|daily)\b", re.IGNORECASE)
_MARKER = re.compile(r" *- ")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a row of a table: its place, what is asked in it, and what is asked above it.

    A lead-in or a row of headers `leads`: it answers nothing by itself.
    """

    start: int
    end: int
    own: Groups
    above: Groups
    leads: bool


def best(
    question: str, coverage: Coverage, passages: Sequence[StoredPassage], scores: Sequence[float]
) -> Answer | None:
    """Return the sentences that answer, None where none clearly does; `scores` are those of `passages`, best first."""
    if not coverage.asks:
        return None
    found = [
        (_score(question, coverage, stored.text, quoted) + RANK * score / scores[0], stored, quoted)
        for stored, score in zip(passages, scores, strict=True)
        for quoted in _candidates(list(_units(stored, coverage)))
    ]
    if not found:
        return None
    score, stored, quoted = max(found, key=lambda one: one[0])
    start, end = quoted[0].start, quoted[-1].end
    elsewhere = (
        other for other, place, there in found if place is not stored or there[-1].end <= start or there[0].start >= end
    )
    if score + score - max(elsewhere, default=0.0) < LEAST:
        return None
    return Answer(stored, start, end)


def _candidates(units: Sequence[_Unit]) -> Iterator[Sequence[_Unit]]:
    for n, unit in enumerate(units):
        if not unit.leads:
            yield units[n : n + 1]
            if n:
                yield units[n - 1 : n + 1]


def _score(question: str, coverage: Coverage, text: str, quoted: Sequence[_Unit]) -> float:
    words = text[quoted[0].start : quoted[-1].end].split()
    own, above = quoted[0].own | quoted[-1].own, quoted[0].above
    score = coverage.share(own) + HEADING * coverage.share(above - own) + HUNDRED_WORDS * len(words) / 100
    if not text[: quoted[0].start].strip(" -"):
        score += FIRST * coverage.share(above)
    if _ASKS_NUMBER.search(question) and any(map(_NUMBER.search, words)):
        score += NUMBER
    if len(quoted) > 1:
        score += TWO
    if not SHORTEST <= len(words) <= LONGEST:
        score += OTHER_LENGTH
    return 0.0 if words[-1].endswith("?") else score


@functools.lru_cache(maxsize=4096)
def _sentences(line: str) -> tuple[str, ...]:
    return tuple(sentences(line))


def _units(stored: StoredPassage, coverage: Coverage) -> Iterator[_Unit]:
    def asked(*texts: str) -> Groups:
        return coverage.groups(words_of(texts, stored.language))

    headings = asked(stored.article_title, *stored.heading_path)
    lead, is_below = asked(stored.context or ""), stored.context is not None
    start = 0
    for line in stored.text.splitlines(keepends=True):
        marker = _MARKER.match(line)
        is_row = CELL_END in line
        if line.strip() and not marker and not is_row:
            lead, is_below = set(), False
        at = start + (marker.end() if marker else 0)
        for sentence in [line] if is_row else _sentences(line[at - start :]):
            words = sentence.strip()
            first = at + len(sentence) - len(sentence.lstrip())
            own = asked(words)
            leads = words.endswith(":") or (is_row and not is_below)
            yield _Unit(first, first + len(words), own, headings | lead, leads)
            if leads:
                lead, is_below = own, True
            at += len(sentence)
        start += len(line)
