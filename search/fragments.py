"""Fragments: a passage's text, cut where what was asked for matches."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Set

from search.analysis import Token, tokens, without_citations
from search.model import Fragment, Query

MOST_TEXTS = 25_000  # of a language, whose runs are kept in some 35 MB; then they are gathered anew

_RUN = re.compile(r"\S+")
_NONE: frozenset[str] = frozenset()
_Placed = tuple[int, Token]  # where the run starts that the word stands in, and the word


class Marker:
    """Marks the words of a query in the texts of passages.

    Words people ask with ("how", "can") are not marked; a phrase is marked where it stands as a whole.
    """

    def __init__(self, query: Query) -> None:
        marked = [clause for clause in query.clauses if not clause.excluded and clause.field in (None, "body")]
        marked = [clause for clause in marked if clause.content] or marked
        self._words: set[str] = set()
        self._phrases: list[tuple[str, ...]] = []
        for clause in marked:
            if len(clause.words) == 1 or clause.kind == "prefix":
                self._words.update(clause.words)
            else:
                self._phrases.append(clause.words)

    def fragments(self, text: str, language: str = "en") -> tuple[Fragment, ...]:
        """Cut `text` where marks begin and end; the fragments joined are the text."""
        pieces: list[Fragment] = []
        end = 0
        for start, stop in _merged(text, self._spans(text, language)):
            if start > end:
                pieces.append(Fragment(text[end:start], False))
            pieces.append(Fragment(text[start:stop], True))
            end = stop
        if end < len(text):
            pieces.append(Fragment(text[end:], False))
        return tuple(pieces)

    def _spans(self, text: str, language: str) -> list[tuple[int, int]]:
        plain = without_citations(text)
        runs = set(plain.split())
        having = _known_runs(language, text, runs)
        found = {run for word in self._words for run in runs & having.get(word, _NONE)}
        spans = [span for run in found for span in _run_spans(plain, run, self._words, language)]
        phrases = [
            own for own in self._phrases if not any(word and runs.isdisjoint(having.get(word, _NONE)) for word in own)
        ]
        if phrases:
            placed = placed_tokens(text, language)
            for phrase in phrases:
                for first in range(len(placed) - len(phrase) + 1):
                    there = placed[first : first + len(phrase)]
                    if all(word in ("", *one.stems) for word, (_, one) in zip(phrase, there, strict=True)):
                        spans.append((there[0][0] + there[0][1].start, there[-1][0] + there[-1][1].end))
        return sorted(spans)


def placed_tokens(text: str, language: str) -> list[_Placed]:
    """Return the words of `text`, as `tokens` does, with each run of them between blanks analysed once and kept.

    No word reaches across a blank.
    """
    runs = _RUN.finditer(without_citations(text))
    return [(run.start(), token) for run in runs for token in _tokens_of(run[0], language)]


@functools.lru_cache(maxsize=32_768)
def _tokens_of(run: str, language: str) -> tuple[Token, ...]:
    return tuple(tokens(run, language))


def _run_spans(text: str, run: str, words: Set[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield where the words of a run stand that are among `words`, wherever the run stands in `text`."""
    found = [token for token in _tokens_of(run, language) if not words.isdisjoint(token.stems)]
    at = text.find(run)
    while at >= 0:
        if not text[at - 1 : at].strip() and not text[at + len(run) : at + len(run) + 1].strip():
            yield from ((at + token.start, at + token.end) for token in found)
        at = text.find(run, at + 1)


class _Runs:
    """Runs between blanks by the stems in them, from the texts that were shown so far."""

    def __init__(self) -> None:
        self.by_stem: dict[str, set[str]] = {}
        self.texts: set[int] = set()  # their hashes


_runs: dict[str, _Runs] = {}


def _known_runs(language: str, text: str, runs: Set[str]) -> Mapping[str, Set[str]]:
    """Return runs by the stems in them; the `runs` of `text` are among them."""
    known = _runs.get(language)
    if known is None or len(known.texts) > MOST_TEXTS:
        known = _runs[language] = _Runs()
    if hash(text) not in known.texts:
        for run in runs:
            for token in _tokens_of(run, language):
                for stem in token.stems:
                    known.by_stem.setdefault(stem, set()).add(run)
        known.texts.add(hash(text))  # last: another thread that finds it here finds its runs
    return known.by_stem


def _merged(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch or have only blanks between them."""
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and text[joined[-1][1] : start].isspace() | (start <= joined[-1][1]):
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined
