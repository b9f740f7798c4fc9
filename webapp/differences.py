"""Two versions of an article -> the lines that differ, with the words that differ in them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.article import Article
from search.model import Fragment

_WORD = re.compile(r"\s+|\S+")
_MOST_LINES = 5_000  # of a version that are compared: comparing takes their number squared


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was added or removed; a matched fragment is what is new or gone in it. A gap stands between them."""

    kind: Literal["added", "removed", "gap"]
    pieces: tuple[Fragment, ...] = ()


def differences(before: Article, after: Article) -> list[Line]:
    """Return what turned `before` into `after`, in reading order."""
    old, new = _lines(before), _lines(after)
    found: list[Line] = []
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            if found:
                found.append(Line("gap"))
            continue
        gone, come = old[start:end], new[new_start:new_end]
        for one, other in zip(gone, come, strict=False):
            found += _changed(one, other)
        found += [Line("removed", (Fragment(line, True),)) for line in gone[len(come) :]]
        found += [Line("added", (Fragment(line, True),)) for line in come[len(gone) :]]
    return found[:-1] if found and found[-1].kind == "gap" else found


def _lines(article: Article) -> list[str]:
    facts = {
        "Title": article.title,
        "Address": article.url,
        "Author": article.author,
        "Language": article.language,
        "Published": article.published,
        "Modified": article.modified,
        "Reviewed": article.reviewed,
        "Labels": ", ".join(article.labels),
        "Cautions": " ".join(article.cautions),
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value]
    return (lines + [line for line in article.text.split("\n") if line])[:_MOST_LINES]


def _changed(old: str, new: str) -> Iterator[Line]:
    words, others = _WORD.findall(old), _WORD.findall(new)
    steps = difflib.SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    yield Line("removed", tuple(_pieces(words, [(kind, start, end) for kind, start, end, _, _ in steps])))
    yield Line("added", tuple(_pieces(others, [(kind, start, end) for kind, _, _, start, end in steps])))


def _pieces(words: Sequence[str], steps: Sequence[tuple[str, int, int]]) -> Iterator[Fragment]:
    for kind, start, end in steps:
        if start < end:
            yield Fragment("".join(words[start:end]), kind != "equal")
