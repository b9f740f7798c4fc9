"""What a person typed to a Query, in stages: checked, cut at its syntax, made into clauses and conditions."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from corpus.errors import InputError
from search import spelling, syntax
from search.clauses import Clauses
from search.messages import is_prose
from search.model import FILTERS, Clause, Filters, Query, Suggestion
from search.synonyms import Synonyms
from search.syntax import Item, Literals, MalformedError
from search.vocabulary import Vocabulary

MAX_LENGTH = 20_000
HIDDEN_LABEL = "handbook"

_NO_TEXT = re.compile("[\0\ud800-\udfff]")

# Up to this many content words, passages with all of them come first.
ALL_WORDS_UP_TO = 2


def parse(
    text: str,
    filters: Filters | None = None,
    *,
    vocabulary: Vocabulary | None = None,
    synonyms: Synonyms | None = None,
    exact: bool = False,
    explain: bool = False,
) -> Query:
    """Turn what a person typed into a Query; with `exact`, misspelled words are looked for as they are.

    Raises:
        InputError: longer than 20,000 characters, or not text.
    """
    text = checked(text)
    vocabulary, synonyms = vocabulary or Vocabulary(), synonyms or Synonyms()
    reading = _read(text, lambda: Clauses(vocabulary, synonyms))
    suggestion = None
    if mends := spelling.mended(reading.clauses.typed, vocabulary):
        new = frozenset(word for words in mends.values() for word in words.split())
        anew = spelling.written_anew(text, mends)
        mended = _read(anew, lambda: Clauses(vocabulary, synonyms, new))
        if _is_about_the_library(mended, vocabulary):
            suggestion = Suggestion(anew, not exact)
            reading = reading if exact else mended
    made = tuple(reading.clauses.made())
    scored = [clause for clause in made if not clause.excluded]
    content = {group for clause in scored if clause.content for group in clause.groups}
    or_near = False
    remarks = list(reading.remarks)
    if not scored:
        reading.required = [frozenset()]
        if made or reading.filters:
            remarks.append("This says only what to leave out or where to look. Add a word about what is asked.")
        elif text:
            remarks.append("These words are too common to search for. Add a word about what is asked.")
    elif not reading.is_condition and all(any(excluded for _, excluded in one) for one in reading.required):
        or_near = True
        any_of = content or {group for clause in scored for group in clause.groups}
        reading.required.append(frozenset((group, False) for group in any_of))
    return Query(
        text=text,
        clauses=made,
        required=tuple(one for literals in reading.required for one in _in_clauses(literals, made)),
        or_near=or_near,
        wanted=" ".join(reading.wanted),
        filters=_both(filters or Filters(), reading),
        all_words=1 < len(content) <= ALL_WORDS_UP_TO,
        explain=explain,
        remarks=tuple(remarks),
        suggestion=suggestion,
    )


def _is_about_the_library(reading: _Reading, vocabulary: Vocabulary) -> bool:
    """Tell whether most of what is asked about is known once misspelled words are mended.

    Else the library is about other things, and the likeness of one of its words to a typed one is chance.
    """
    content = {one.typed for one in reading.clauses.made() if one.content and not one.excluded}
    return 2 * sum(map(vocabulary.finds, content)) > len(content)


def checked(text: str) -> str:
    """Return `text` without blanks around it.

    Raises:
        InputError: longer than 20,000 characters, or it holds what is not text.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(f"That is longer than {MAX_LENGTH:,} characters. Search for a part of it.", "query_too_long")
    if _NO_TEXT.search(text):
        raise InputError("That holds characters that are not text. Type the words instead.", "query_not_text")
    return text.strip()


@dataclass(slots=True)
class _Reading:
    """What a text asks for: its clauses, the alternatives that must hold, and its filters."""

    clauses: Clauses
    required: list[Literals] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    is_condition: bool = False
    filters: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def terms(self, item: Item, excluded: bool) -> list[int]:
        """Add what an item asks for; return its groups."""
        if item.kind == "filter" and item.name:
            self.filters.append((item.name, _filter_value(item)))
            return []
        if not excluded:
            self.wanted.append(item.text)
        add = {"phrase": self.clauses.phrase, "prefix": self.clauses.prefix}.get(item.kind, self.clauses.words)
        if excluded and item.kind == "words":  # long-term: not these two in a row
            add = self.clauses.phrase
        return add(item.text, syntax.FIELDS.get(item.name or ""), excluded)


def _read(text: str, clauses: Callable[[], Clauses]) -> _Reading:
    found = list(syntax.items(text))
    # Prose has no syntax: quoted words count as words, the phrase as one more.
    prose = is_prose(syntax.QUOTED.sub(" ", text))
    reading = _Reading(clauses())
    if any(item.kind == "operator" for item in found):
        try:
            if syntax.is_sentence(text):
                raise MalformedError
            reading.required.extend(syntax.conjunction(syntax.condition(found), reading.terms))
            reading.is_condition = True
        except (MalformedError, InputError):
            reading = _Reading(clauses())
            if not prose:
                reading.remarks.append("AND, OR, NOT and brackets make no condition here: they were read as words.")
    if not reading.is_condition:
        (_read_prose if prose else _read_items)(reading, text, found)
    return reading


def _read_prose(reading: _Reading, text: str, found: Sequence[Item]) -> None:
    reading.wanted.append(text)
    start = 0
    for match in syntax.QUOTED.finditer(text):
        reading.clauses.words(text[start : match.start()])
        quoted = match[match.lastgroup or 0]
        if len(reading.clauses.words(quoted)) > 1:
            reading.clauses.phrase(quoted)
        start = match.end()
    reading.clauses.words(text[start:])


def _read_items(reading: _Reading, text: str, found: Sequence[Item]) -> None:
    for item in found:
        if item.kind == "filter":
            try:
                if item.excluded:
                    raise InputError("A filter cannot be excluded.")
                reading.terms(item, False)
            except InputError:
                reading.clauses.words(f"{item.name} {item.text}")
                reading.remarks.append(f"“{item.name}:{item.text}” is no filter here: it was read as words.")
        elif item.kind in ("words", "phrase", "prefix"):
            groups = reading.terms(item, item.excluded)
            if item.excluded or item.name or item.kind == "phrase":
                reading.required.extend(frozenset({(group, item.excluded)}) for group in groups)
        elif item.kind == "operator":
            reading.clauses.words(item.text)


def _in_clauses(literals: Literals, made: Sequence[Clause]) -> Iterator[tuple[Clause, ...]]:
    """Put alternatives in clauses: what is missing is missing in each of its forms."""
    having = {group for group, excluded in literals if not excluded}
    wanted = tuple(one for one in made if not one.excluded and having.intersection(one.groups))
    missing = [[one for one in made if one.excluded and group in one.groups] for group, no in literals if no]
    for chosen in product(*missing):
        yield (*wanted, *chosen)


def _filter_value(item: Item) -> str:
    """Return the value of a filter.

    Raises:
        InputError: it is none that the filter takes.
    """
    if item.name == "review":
        _state(item.text)
    if item.name == "reviewed":
        _days(item.text)
    return item.text


def _both(filters: Filters, reading: _Reading) -> Filters:
    """Add the filters of the text to those that were asked for beside it."""
    if not reading.filters:
        return filters
    values = {name: [value for own, value in reading.filters if own == name] for name in syntax.FILTERS}
    since, before = filters.reviewed_since, filters.reviewed_before
    for value in values.pop("reviewed"):
        first, after = _days(value)
        since = max(filter(None, (since, first)), default=None)
        before = min(filter(None, (before, after)), default=None)
    merged = {name: (*getattr(filters, name), *own) for name, own in values.items() if own}
    shown = {"hidden_labels": ()} if "label" in merged or "article" in merged else {}
    return replace(filters, reviewed_since=since, reviewed_before=before, **merged, **shown)


def _days(value: str) -> tuple[str | None, str | None]:
    """Read a day, month or year with a comparison before it; return the first day, and the first that is too late."""
    match = re.fullmatch(r"(>=|<=|>|<|=)?(.*)", value)
    comparison, first = (match[1] or "=", _date(match[2])) if match else ("", _date(value))
    if len(value.split("-")) == 1:
        after = first.replace(year=first.year + 1)
    elif len(value.split("-")) == 2:
        after = (first + datetime.timedelta(days=31)).replace(day=1)
    else:
        after = first + datetime.timedelta(days=1)
    lower = {">": after, ">=": first, "=": first}.get(comparison)
    upper = {"<": first, "<=": after, "=": after}.get(comparison)
    return lower.isoformat() if lower else None, upper.isoformat() if upper else None


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
            if name == "review":
                _state(value)
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


def _state(value: str) -> None:
    if value not in ("reviewed", "overdue", "unknown"):
        raise InputError("The filter review takes reviewed, overdue or unknown.", "bad_filter")


def _date(value: str) -> datetime.date:
    """Read a day; a year or a month alone stands for its first day."""
    if match := re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", value):
        try:
            return datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        except ValueError:
            pass
    raise InputError("The filter reviewed_since takes a date such as 2024-05-31.", "bad_filter")
