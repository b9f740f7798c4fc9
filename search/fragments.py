"""Fragments: a passage's text, cut where what was asked for matches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from search.analysis import Token, tokens
from search.model import Clause, Fragment, Query


def fragments(text: str, query: Query, language: str = "en") -> tuple[Fragment, ...]:
    """Mark the words of `query` in `text`; the fragments joined are the text.

    Words people ask with ("how", "can") are not marked; a phrase is marked where it stands as a whole.
    """
    marked = [clause for clause in query.clauses if not clause.excluded and clause.field in (None, "body")]
    marked = [clause for clause in marked if clause.content] or marked
    pieces: list[Fragment] = []
    end = 0
    for start, stop in _merged(text, _spans(tuple(tokens(text, language)), marked)):
        if start > end:
            pieces.append(Fragment(text[end:start], False))
        pieces.append(Fragment(text[start:stop], True))
        end = stop
    if end < len(text):
        pieces.append(Fragment(text[end:], False))
    return tuple(pieces)


def _spans(found: Sequence[Token], clauses: Iterable[Clause]) -> list[tuple[int, int]]:
    words: set[str] = set()
    spans: list[tuple[int, int]] = []
    for clause in clauses:
        if len(clause.words) == 1 or clause.kind == "prefix":
            words.update(clause.words)
            continue
        for first in range(len(found) - len(clause.words) + 1):
            there = found[first : first + len(clause.words)]
            if all(word in ("", *one.stems) for word, one in zip(clause.words, there, strict=True)):
                spans.append((there[0].start, there[-1].end))
    spans.extend((token.start, token.end) for token in found if not words.isdisjoint(token.stems))
    return sorted(spans)


def _merged(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch or have only blanks between them."""
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and text[joined[-1][1] : start].isspace() | (start <= joined[-1][1]):
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined
