"""Fragments: a passage's text, cut where what was asked for matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from search.model import Fragment, Query
from search.words import Finder, Found


class Marker:
    """Marks the words of a query in the texts of passages.

    Words people ask with ("how", "can") are not marked; a phrase is marked where it stands as a whole.
    """

    def __init__(self, query: Query) -> None:
        marked = [clause for clause in query.clauses if not clause.excluded and clause.field in (None, "body")]
        self._finder = Finder([clause for clause in marked if clause.content] or marked)

    def fragments(self, text: str, language: str = "en") -> tuple[Fragment, ...]:
        """Cut `text` where marks begin and end; the fragments joined are the text."""
        pieces: list[Fragment] = []
        end = 0
        for start, stop in _merged(text, self._finder.found(text, language)):
            if start > end:
                pieces.append(Fragment(text[end:start], False))
            pieces.append(Fragment(text[start:stop], True))
            end = stop
        if end < len(text):
            pieces.append(Fragment(text[end:], False))
        return tuple(pieces)


def _merged(text: str, found: Iterable[Found]) -> Iterator[tuple[int, int]]:
    """Join what touches or has only blanks between it."""
    first = last = -1
    for start, end, _ in found:
        if start <= last or text[last:start].isspace():
            last = max(last, end)
            continue
        if last >= 0:
            yield first, last
        first, last = start, end
    if last >= 0:
        yield first, last
