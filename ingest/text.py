"""A text whose markup was lost, as copy-and-paste or a bad export leaves it -> Article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from corpus.article import Article, Dropped, Section, build_sections, slug
from ingest.clean import decode
from ingest.dates import DateKind, labelled_dates, parse_date
from ingest.language import guess_language
from ingest.lines import Line, split_lines
from ingest.lists import group_blocks
from ingest.outline import Outline

_FACTS_REACH = 8  # lines around the title in which a byline and dates stand
_LONGEST_FACT = 14  # words of a line that is nothing but a byline or a date
_LONGEST_BARE_DATE = 5  # words of a line that is a date
_FACT, _MENU = "author or date", "outside of the article"  # why lines were left out
_BYLINE = re.compile(
    r"(?:written |posted |published )?by:? (?P<name>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3})"
    r"(?=$|,| [|•·–—-] | on )",
    re.IGNORECASE,
)


def read(data: bytes | str, *, source: str) -> Article:
    """Read a flattened text; InputError when there is nothing to read in it."""
    text, warnings = decode(data)
    lines = split_lines(text)
    outline = Outline(lines)
    facts = _Facts(lines, outline)
    dropped = outline.dropped | facts.lines
    title = lines[outline.title].text if outline.title is not None else PurePosixPath(source).stem
    sections = build_sections(_sections(lines, outline, dropped))
    if not sections:
        sections = build_sections([Section("", 0, "", blocks=group_blocks(lines), line=lines[0].number)])
        dropped = set()
    return Article(
        id=slug(title, "article"),
        title=title,
        source=source,
        sections=sections,
        language=guess_language(text),
        author=facts.author,
        published=facts.dates.get("published"),
        modified=facts.dates.get("modified"),
        reviewed=facts.dates.get("reviewed"),
        dropped=tuple(
            Dropped(lines[i].number, lines[i].text, _FACT if i in facts.lines else _MENU) for i in sorted(dropped)
        ),
        warnings=warnings,
    )


class _Facts:
    """What the lines around the title, and labels further down, say of the article; `lines` say nothing else."""

    def __init__(self, lines: Sequence[Line], outline: Outline) -> None:
        self.author: str | None = None
        self.dates: dict[DateKind, str] = {}
        self.lines: set[int] = set()
        top = outline.title or 0
        near = range(max(0, top - _FACTS_REACH), min(len(lines), top + _FACTS_REACH + 1))
        for i in sorted(near, key=lambda i: abs(i - top)):
            if i != outline.title and lines[i].kind != "cell" and lines[i].words <= _LONGEST_FACT:
                self._look(i, lines[i].text)
        for line in lines:  # many sites say it at the foot
            if not line.prose:
                for kind, day in labelled_dates(line.text):
                    if kind != "published":
                        self.dates.setdefault(kind, day)

    def _look(self, i: int, text: str) -> None:
        found = labelled_dates(text)
        for kind, day in found:
            self.dates.setdefault(kind, day)
        byline = _BYLINE.match(text)
        if byline and _is_name(byline["name"]):
            self.author = self.author or byline["name"]
        elif not found:
            bare = parse_date(text) if len(text.split()) <= _LONGEST_BARE_DATE else None
            if not bare:
                return
            self.dates.setdefault("published", bare)
        self.lines.add(i)


def _is_name(text: str) -> bool:
    return all(word[0].isupper() or word in ("de", "van", "von", "der", "la", "bin") for word in text.split())


def _sections(lines: Sequence[Line], outline: Outline, dropped: set[int]) -> Iterable[Section]:
    heading, level, number = "", 0, None
    body: list[Line] = []
    for i, line in enumerate(lines):
        if i in dropped or i == outline.title:
            continue
        if i in outline.headings:
            if heading or body:
                yield Section(heading, level, "", blocks=group_blocks(body), line=number)
            heading, level, number, body = line.text, outline.headings[i], line.number, []
        else:
            number = number or line.number
            body.append(line)
    if heading or body:
        yield Section(heading, level, "", blocks=group_blocks(body), line=number)
