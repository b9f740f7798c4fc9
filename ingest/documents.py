"""What PDF and Word documents share: their facts, and the Article that these and their sections make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from corpus.article import Article, Section, block_text, build_sections, slug
from ingest.dates import DateKind, labelled_dates
from ingest.language import guess_language

_NO_TITLE = re.compile(
    r"(?:untitled|(?:word |new )?document|presentation|slide) ?\d*$|microsoft (?:word|powerpoint|excel) - |"
    r".*\.(?:docx?|docm|pdf|odt|rtf|indd|tex|dvi|html?|pptx?|xlsx?|txt)$|\W*$",
    re.IGNORECASE,
)
_LOOKED_AT = 20_000  # characters that tell the language


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document says of itself; "" where it says nothing."""

    title: str = ""
    author: str = ""
    created: str | None = None
    modified: str | None = None
    language: str = ""
    labels: tuple[str, ...] = ()


def article(
    source: str, parts: Iterable[Section], facts: Facts, title: str = "", warnings: Iterable[str] = ()
) -> Article:
    """Make the Article of what was read; `title` is the one that stands in the text."""
    sections = list(parts)
    told = "" if _NO_TITLE.match(facts.title) else facts.title
    stated = _stated(sections)
    title = _one_line(title or told) or PurePosixPath(source).stem
    return Article(
        id=slug(title, "article"),
        title=title,
        source=source,
        sections=build_sections(_without_title(sections, title)),
        language=facts.language.split("-")[0].lower() or guess_language(_beginning(sections)),
        author=_one_line(facts.author) or None,
        labels=facts.labels,
        warnings=tuple(warnings),
        published=stated.get("published", facts.created),
        modified=stated.get("modified", facts.modified),
        reviewed=stated.get("reviewed"),
    )


def _without_title(sections: list[Section], title: str) -> list[Section]:
    """Leave out the heading that is the title; what stands under it is the text before the first heading."""
    for n, section in enumerate(sections[:2]):
        if section.heading and _one_line(section.heading).casefold() == title.casefold():
            above = sections[n - 1].blocks if n else ()
            blocks = (*above, *section.blocks)
            return [*([Section("", 0, "", blocks=blocks)] if blocks else []), *sections[n + 1 :]]
    return sections


def _stated(sections: Iterable[Section]) -> dict[DateKind, str]:
    """Return the dates that lines of the text state; the first of each kind."""
    found: dict[DateKind, str] = {}
    for section in sections:
        for block in section.blocks:
            for line in block_text(block).split("\n") if block.kind in ("paragraph", "table") else ():
                for kind, day in labelled_dates(line):
                    found.setdefault(kind, day)
    return found


def _beginning(sections: Iterable[Section]) -> str:
    def texts() -> Iterator[str]:
        left = _LOOKED_AT
        for section in sections:
            for block in section.blocks:
                if left <= 0:
                    return
                yield (text := block_text(block))
                left -= len(text)

    return "\n".join(texts())


def _one_line(text: str) -> str:
    return " ".join(text.split())
