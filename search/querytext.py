"""What a person typed to a Query, in stages: checked, split at quotes, words told apart, clauses made."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from corpus.errors import InputError
from search.analysis import WORD, analyse_word, fold, tokens
from search.model import FILTERS, Clause, Filters, Occur, Query

MAX_LENGTH = 20_000
HIDDEN_LABEL = "handbook"

# Words people ask with, and words that only join others. They are indexed and count for less than what is asked about:
# of full, half and no weight, half was best over six collections (nDCG@10 .562, .575 and .572, whole documents).
QUESTION_WORDS = frozenset(
    """
    about after again ago all almost along already also although always am among another any anybody anyone around away
    back because become before best between both bring came can come could did do does doing down during each either
    else enough even ever every few first further get getting give go going good got hello help here hi how however i
    i'd i'll i'm i've im instead ive just know last least less let like likely little long lot made make many may me
    mean means might mine more most much must my myself near need never new next no not nothing now off often ok okay
    one only other others out over own per please possible put question quite rather really right same see seem seems
    several shall should show since some somebody someone something still sure take taken tell thank thanks though
    through today together too toward try trying under until up upon use used using very via want way well what what's
    when where whether which while who whole whom whose why within without work yes yet you
    """.split()
)
QUESTION_WEIGHT = 0.5
_FOLDED_QUESTION_WORDS = frozenset(fold(word) for word in QUESTION_WORDS)

# Up to this many content words, passages with all of them come first.
ALL_WORDS_UP_TO = 2

# With more words than this outside its quotation marks a text is prose, whose quotation marks are not an operator:
# the words inside count as words, the phrase as one more.
PROSE_FROM = 8

_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”|„([^“”]*)[“”]|«([^»]*)»')


def parse(text: str, filters: Filters | None = None, *, explain: bool = False) -> Query:
    """Turn what a person typed into a Query.

    Raises:
        InputError: longer than 20,000 characters, or not text.
    """
    text = checked(text)
    clauses = tuple(_merged(_clauses(text)))
    content = {clause.group for clause in clauses if clause.content}
    remarks: tuple[str, ...] = ()
    if text and not clauses:
        remarks = ("These words are too common to search for. Add a word about what is asked.",)
    return Query(
        text=text,
        clauses=clauses,
        filters=filters or Filters(),
        all_words=1 < len(content) <= ALL_WORDS_UP_TO,
        explain=explain,
        remarks=remarks,
    )


def checked(text: str) -> str:
    """Return `text` without blanks around it.

    Raises:
        InputError: longer than 20,000 characters, or it holds what is not text.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(f"That is longer than {MAX_LENGTH:,} characters. Search for a part of it.", "query_too_long")
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise InputError("That holds characters that are not text. Type the words instead.", "query_not_text")
    return text.strip()


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Split at quotation marks: yield (quoted, piece); a mark without its partner is a blank."""
    end = 0
    for match in _QUOTED.finditer(text):
        yield False, text[end : match.start()]
        yield True, next(group for group in match.groups() if group is not None)
        end = match.end()
    yield False, text[end:]


def _clauses(text: str) -> Iterator[Clause]:
    found = list(pieces(text))
    unquoted = sum(len(WORD.findall(piece)) for quoted, piece in found if not quoted)
    prose = unquoted > PROSE_FROM
    group = 0
    for quoted, piece in found:
        words = phrase(piece) if quoted else ()
        if len(words) > 1 or (words and not prose):
            occur: Occur = "should" if prose else "must"
            yield Clause(words, piece.strip(), group, kind="phrase" if len(words) > 1 else "term", occur=occur)
            group += 1
        if quoted and not prose:
            continue
        for match in WORD.finditer(piece):
            stem = analyse_word(match[0])
            if stem is None:
                continue
            asking = fold(match[0]) in _FOLDED_QUESTION_WORDS
            yield Clause((stem,), match[0], group, content=not asking, weight=QUESTION_WEIGHT if asking else 1.0)
            group += 1


def phrase(text: str) -> tuple[str, ...]:
    """Return the stems of `text` in order; "" stands where a stop word stood between them."""
    words: list[str] = []
    first = None
    for token in tokens(text):
        first = token.position if first is None else first
        words.extend([""] * (token.position - first - len(words)))
        words.append(token.stem)
    return tuple(words)


def _merged(clauses: Iterator[Clause]) -> Iterator[Clause]:
    """Join what was typed more than once into one clause that counts as often (Robertson's query term frequency)."""
    together: dict[tuple[tuple[str, ...], str], Clause] = {}
    for clause in clauses:
        key = (clause.words, clause.occur)
        first = together.get(key)
        together[key] = replace(first, weight=first.weight + clause.weight) if first else clause
    yield from together.values()


def parse_filters(given: Mapping[str, Sequence[str]], review_cutoffs: Mapping[str, datetime.date]) -> Filters:
    """Read filters by name; values of one name are OR, different names are AND.

    Articles labelled "handbook" are hidden unless a label or an article is asked for.

    Raises:
        InputError: an unknown name, a review state or a date that is none.
    """
    for name, values in given.items():
        if name not in FILTERS:
            raise InputError(f"There is no filter {name!r}. Filters are: {', '.join(FILTERS)}.", "unknown_filter")
        for value in values:
            checked(value)
            if name == "review" and value not in ("reviewed", "overdue", "unknown"):
                raise InputError("The filter review takes reviewed, overdue or unknown.", "bad_filter")
            if name == "reviewed_since":
                _date(value)
    since = given.get("reviewed_since") or ()
    return Filters(
        label=tuple(given.get("label", ())),
        article=tuple(given.get("article", ())),
        source=tuple(given.get("source", ())),
        language=tuple(given.get("language", ())),
        review=tuple(given.get("review", ())),
        reviewed_since=min((_date(value).isoformat() for value in since), default=None),
        hidden_labels=() if given.get("label") or given.get("article") else (HIDDEN_LABEL,),
        review_cutoffs=tuple(sorted(review_cutoffs.items())),
    )


def _date(value: str) -> datetime.date:
    """Read a day; a year or a month alone stands for its first day."""
    if match := re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", value):
        try:
            return datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            pass
    raise InputError("The filter reviewed_since takes a date such as 2024-05-31.", "bad_filter")
