"""Fragments: a passage's text, cut where what was asked for matches."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Set

from search.analysis import CITATION_MARK, Token, tokens
from search.model import Clause, Fragment, Query

MOST_RUNS = 100_000  # that are kept for a language, in about 30 MB; then they are gathered anew

_RUN = re.compile(r"\S+")
_Placed = tuple[int, Token]  # where the run starts that the word stands in, and the word


def fragments(text: str, query: Query, language: str = "en") -> tuple[Fragment, ...]:
    """Mark the words of `query` in `text`; the fragments joined are the text.

    Words people ask with ("how", "can") are not marked; a phrase is marked where it stands as a whole.
    """
    marked = [clause for clause in query.clauses if not clause.excluded and clause.field in (None, "body")]
    marked = [clause for clause in marked if clause.content] or marked
    pieces: list[Fragment] = []
    end = 0
    for start, stop in _merged(text, _spans(text, language, marked)):
        if start > end:
            pieces.append(Fragment(text[end:start], False))
        pieces.append(Fragment(text[start:stop], True))
        end = stop
    if end < len(text):
        pieces.append(Fragment(text[end:], False))
    return tuple(pieces)


def placed_tokens(text: str, language: str) -> list[_Placed]:
    """Return the words of `text`, as `tokens` does, with each run of them between blanks analysed once and kept.

    No word reaches across a blank.
    """
    runs = _RUN.finditer(_without_citations(text))
    return [(run.start(), token) for run in runs for token in _tokens_of(run[0], language)]


def _without_citations(text: str) -> str:
    return CITATION_MARK.sub(lambda mark: " " * len(mark[0]), text) if "[" in text else text


@functools.lru_cache(maxsize=32_768)
def _tokens_of(run: str, language: str) -> tuple[Token, ...]:
    return tuple(tokens(run, language))


def _spans(text: str, language: str, clauses: Iterable[Clause]) -> list[tuple[int, int]]:
    plain = _without_citations(text)
    runs = set(plain.split())
    known = _known_runs(language)
    words: set[str] = set()
    phrases: list[tuple[str, ...]] = []
    for clause in clauses:
        if len(clause.words) == 1 or clause.kind == "prefix":
            words.update(clause.words)
        elif all(known.having([word], runs) for word in clause.words if word):
            phrases.append(clause.words)
    spans = [span for run in known.having(words, runs) for span in _run_spans(plain, run, words, language)]
    if phrases:
        found = placed_tokens(text, language)
        for phrase in phrases:
            for first in range(len(found) - len(phrase) + 1):
                there = found[first : first + len(phrase)]
                if all(word in ("", *one.stems) for word, (_, one) in zip(phrase, there, strict=True)):
                    spans.append((there[0][0] + there[0][1].start, there[-1][0] + there[-1][1].end))
    return sorted(spans)


def _run_spans(text: str, run: str, words: Set[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield where the words of a run stand that are among `words`, wherever the run stands in `text`."""
    found = [token for token in _tokens_of(run, language) if not words.isdisjoint(token.stems)]
    at = text.find(run)
    while at >= 0:
        if not text[at - 1 : at].strip() and not text[at + len(run) : at + len(run) + 1].strip():
            yield from ((at + token.start, at + token.end) for token in found)
        at = text.find(run, at + 1)


class _Runs:
    """Runs between blanks by the stems in them, noted as texts are shown: each is analysed once."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._by_stem: dict[str, set[str]] = {}
        self.noted: set[str] = set()

    def having(self, words: Iterable[str], runs: Set[str]) -> set[str]:
        """Return those of `runs` that hold one of `words`."""
        for run in runs - self.noted:
            for token in _tokens_of(run, self._language):
                for stem in token.stems:
                    self._by_stem.setdefault(stem, set()).add(run)
            self.noted.add(run)  # last: another thread that finds it here finds its stems
        return set().union(*(runs & self._by_stem[word] for word in words if word in self._by_stem))


_runs: dict[str, _Runs] = {}


def _known_runs(language: str) -> _Runs:
    known = _runs.get(language)
    if known is None or len(known.noted) > MOST_RUNS:
        known = _runs[language] = _Runs(language)
    return known


def _merged(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch or have only blanks between them."""
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and text[joined[-1][1] : start].isspace() | (start <= joined[-1][1]):
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined
