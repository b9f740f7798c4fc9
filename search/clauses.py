"""Words to clauses: the same thing however it is spelled, words that belong together, and synonyms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from search import spelling
from search.analysis import CJK, HYPHENS, UNITS, Token, fold, is_number, tokens
from search.model import Clause, Kind
from search.spelling import Typed
from search.synonyms import Synonyms
from search.vocabulary import Vocabulary

# Words people ask with, and words that only join others. They are indexed and count for less than what is asked about:
# of full, half and no weight, half was best over six collections (nDCG@10 .562, .575 and .572, whole documents).
QUESTION_WORDS = frozenset(
    fold(word)
    for word in """
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
# Sweep with the starter list, mean nDCG@10 of medquad's short and long queries: none .651, .3 .652, .5 .653, .7 .653,
# 1 .634.
SYNONYM_WEIGHT = 0.5
NUMBER_WEIGHT = 0.5  # of the number alone, where a number with its unit was typed: a choice, no collection has doses

NAME_FROM = 3  # letters from which a part of a name with a number is a word of its own: covid in covid-19, not b in B6


class Clauses:
    """Collects the clauses of a query. Each method returns the groups that it made, or that were there already."""

    def __init__(self, vocabulary: Vocabulary, synonyms: Synonyms, mended: frozenset[str] = frozenset()) -> None:
        self._vocabulary = vocabulary
        self._synonyms = synonyms
        self._mended = mended
        self._groups: dict[object, int] = {}
        self._own: dict[int, list[Clause]] = {}
        self._others: dict[object, Clause] = {}
        self.typed: list[list[Typed]] = []  # rows of words that may be misspelled

    def made(self) -> list[Clause]:
        """Return all clauses, what was typed first."""
        return [clause for own in self._own.values() for clause in own] + list(self._others.values())

    def words(self, text: str, field: str | None = None, excluded: bool = False) -> list[int]:
        """Add the words of a text."""
        rows = [list(tokens(text, language)) for language in self._vocabulary.languages]
        forms = [
            tuple({stem: None for token in same for stem in token.stems[: 1 if _is_cjk(text, token) else None]})
            for same in zip(*rows, strict=True)
        ]
        group_of: list[int | None] = [None] * len(forms)
        groups: list[int] = []
        numbers = [is_number(text, token) for token in rows[0]]
        for first, last in _compounds(text, rows[0], numbers):
            numbered = any(numbers[first:last])
            for n in range(first, last):
                token = rows[0][n]
                typed = text[token.start : token.end]
                if forms[n] and (last - first == 1 or not numbered or _is_name(typed)):
                    hyphenated = (
                        text[token.start - 1 : token.start] in HYPHENS or text[token.end : token.end + 1] in HYPHENS
                    )
                    group_of[n] = self._word(typed, forms[n], field, excluded, hyphenated)
                    groups.append(group_of[n] or 0)
            if numbered and last - first > 1 and (phrases := _phrases(row[first:last] for row in rows)):
                typed = text[rows[0][first].start : rows[0][last - 1].end]
                group = self._add(phrases, typed, field=field, excluded=excluded)
                groups.append(group)
                if last - first == 2 and _is_unit(text, rows[0][first + 1]):
                    number = Clause(forms[first], typed, (group,), "variant", field=field, weight=NUMBER_WEIGHT)
                    if not excluded:
                        self._others.setdefault((number.words, group), number)
                group_of[first:last] = [own if own is not None else group for own in group_of[first:last]]
        if not excluded:
            self._add_variants(text, rows[0], forms, group_of, field)
        return list(dict.fromkeys(groups))

    def phrase(self, text: str, field: str | None = None, excluded: bool = False, weight: float = 1.0) -> list[int]:
        """Add words that must stand in a row."""
        forms = _phrases(list(tokens(text, language)) for language in self._vocabulary.languages)
        if not forms:
            return []
        return [self._add(forms, text, "phrase" if len(forms[0]) > 1 else "term", field, excluded, weight)]

    def prefix(self, text: str, field: str | None = None, excluded: bool = False) -> list[int]:
        """Add any word that starts with a prefix."""
        words = {stem: None for word in self._vocabulary.starting_with(text) for stem in self._vocabulary.stems(word)}
        return [self._add([tuple(words) or (fold(text),)], f"{text}*", "prefix", field, excluded)]

    def _word(self, typed: str, forms: tuple[str, ...], field: str | None, excluded: bool, hyphenated: bool) -> int:
        asking = field is None and not excluded and not hyphenated and fold(typed) in QUESTION_WORDS
        kind: Kind = "spelling" if typed in self._mended else "term"
        weight = QUESTION_WEIGHT if asking else 1.0
        return self._add([(form,) for form in forms], typed, kind, field, excluded, weight, content=not asking)

    def _add(
        self,
        forms: Sequence[tuple[str, ...]],
        typed: str,
        kind: Kind = "term",
        field: str | None = None,
        excluded: bool = False,
        weight: float = 1.0,
        content: bool = True,
    ) -> int:
        """Add a group; what was typed before counts as often as it is typed (Robertson's query term frequency)."""
        key = (tuple(forms), field, excluded)
        if key in self._groups:
            group = self._groups[key]
            self._own[group] = [clause._replace(weight=clause.weight + weight) for clause in self._own[group]]
            return group
        group = self._groups[key] = len(self._groups)
        self._own[group] = [Clause(form, typed, (group,), kind, excluded, field, weight, content) for form in forms]
        return group

    def _add_variants(
        self,
        text: str,
        row: Sequence[Token],
        forms: Sequence[tuple[str, ...]],
        group_of: Sequence[int | None],
        field: str | None,
    ) -> None:
        """Add other spellings and synonyms, and note what may be misspelled."""
        known = {n for n, form in enumerate(forms) if not form}
        for found in self._synonyms.found(forms, self._vocabulary.languages):
            known.update(range(found.first, found.last))
            self._also(found.synonym, group_of[found.first : found.last], field, "synonym", SYNONYM_WEIGHT)
        for n, token in enumerate(row):
            typed = text[token.start : token.end]
            for written in self._vocabulary.hyphenated(typed):
                self._also(written, group_of[n : n + 1], field, "variant", 1.0)
            if n + 1 < len(row) and text[token.end : row[n + 1].start] in (" ", *HYPHENS):
                joined = typed + text[row[n + 1].start : row[n + 1].end]
                if forms[n] and forms[n + 1] and joined in self._vocabulary:
                    self._also(joined, group_of[n : n + 2], field, "variant", 1.0)
        self.typed.extend(spelling.typed(text, row, known))

    def _also(self, words: str, groups: Sequence[int | None], field: str | None, kind: Kind, weight: float) -> None:
        """Add words that may stand for what was typed."""
        own = tuple(dict.fromkeys(group for group in groups if group is not None))
        for form in _phrases(list(tokens(words, language)) for language in self._vocabulary.languages):
            if own:
                clause = Clause(form, words, own, kind, field=field, weight=weight)
                self._others.setdefault((form, own, field), clause)


def _compounds(text: str, row: Sequence[Token], numbers: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of words that make one: B6, B-6 and B 6, 300mg and 300 mg, 1/2, covid-19."""
    first = 0
    for n, (one, other) in enumerate(pairwise(row), 1):
        if not (numbers[n - 1] or numbers[n]) or not _belong_together(text, one, other):
            yield first, n
            first = n
    if row:
        yield first, len(row)


def _belong_together(text: str, one: Token, other: Token) -> bool:
    """Tell whether two words, of which one at least is a number, make one."""
    between = text[one.end : other.start]
    numbers = is_number(text, one), is_number(text, other)
    if not between:
        return not all(numbers) or other.start < one.end  # the two numbers of a ½
    if all(numbers):
        return between in ("/", "\u2044")
    if between in HYPHENS:
        return True
    if not between.isspace():
        return False
    if numbers[0]:
        return _is_unit(text, other)
    letter = text[one.start : one.end]
    return len(letter) == 1 and bool(one.stems) and letter.lower() != "i"


def _is_cjk(text: str, token: Token) -> bool:
    return not text.isascii() and CJK.match(text, token.start) is not None


def _is_unit(text: str, token: Token) -> bool:
    return bool(token.stems) and token.stems[0] in UNITS and not is_number(text, token)


def _is_name(typed: str) -> bool:
    return len(typed) >= NAME_FROM and typed.isalpha() and fold(typed) not in UNITS


def _phrases(rows: Iterator[list[Token]]) -> list[tuple[str, ...]]:
    """Return the words of a phrase in each language; "" stands where a stop word stood between them."""
    found: dict[tuple[str, ...], None] = {}
    for row in rows:
        words = ["".join(token.stems[:1]) for token in row]
        while words and not words[0]:
            words.pop(0)
        while words and not words[-1]:
            words.pop()
        if words:
            found[tuple(words)] = None
    return list(found)
