"""Fragments: a passage's text, cut where what was asked for matches."""

from __future__ import annotations

from collections.abc import Iterable

from search.analysis import tokens
from search.model import Clause, Fragment, Query


def fragments(text: str, query: Query) -> tuple[Fragment, ...]:
    """Mark the words of `query` in `text`; the fragments joined are the text.

    Words people ask with ("how", "can") are not marked; a phrase is marked where it stands as a whole.
    """
    marked = [clause for clause in query.clauses if clause.occur != "must_not" and clause.field in (None, "body")]
    marked = [clause for clause in marked if clause.content] or marked
    pieces: list[Fragment] = []
    end = 0
    for start, stop in _merged(text, _spans(text, marked)):
        if start > end:
            pieces.append(Fragment(text[end:start], False))
        pieces.append(Fragment(text[start:stop], True))
        end = stop
    if end < len(text):
        pieces.append(Fragment(text[end:], False))
    return tuple(pieces)


def _spans(text: str, clauses: Iterable[Clause]) -> list[tuple[int, int]]:
    words = {clause.words[0] for clause in clauses if len(clause.words) == 1}
    phrases = [clause.words for clause in clauses if len(clause.words) > 1]
    found = list(tokens(text))
    spans = [(token.start, token.end) for token in found if token.stem in words]
    if phrases:
        places = {token.position: token for token in found}
        for phrase in phrases:
            for token in found:
                there = [places.get(token.position + n) for n in range(len(phrase))]
                if all(word in ("", one.stem if one else "") for word, one in zip(phrase, there, strict=True)):
                    last = there[-1]
                    spans.append((token.start, last.end if last else token.end))
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
