"""Article, Section and Block: what a reader understood of one document. No I/O."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

BlockKind = Literal["paragraph", "list", "table", "code", "quote", "caption"]

CELL_END = " | "  # between the cells of a row
MAX_ID = 80  # longest article id or anchor; a passage id is `<article_id>.<anchor>.<n>`


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list, table, code sample, quote or caption.

    `text` holds everything but lists and tables. A list has `items`, one `depths` entry an item (0 for
    the outermost) and `ordered`; a continuation paragraph belongs to the item before it, after a newline.
    A table has `header` (empty when the source has none) and `rows`. `line` counts from 1. `pages`, where the source
    has any, are those on which its items, its rows or, as one entry, its text begin.
    """

    kind: BlockKind
    text: str = ""
    items: tuple[str, ...] = ()
    depths: tuple[int, ...] = ()
    ordered: bool = False
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    line: int | None = None
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the blocks under it, up to the next heading of any level.

    `path` is the trail of headings down to and including this one. The text before the first heading
    is a section with heading "", level 0, anchor "top" and an empty path. `urgent`: it warns, whatever its
    heading says.
    """

    heading: str
    level: int
    anchor: str
    path: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    cautions: tuple[str, ...] = ()
    urgent: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line of the source that was judged not to be content, and why."""

    line: int | None
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One document. Dates are ISO days (`YYYY-MM-DD`); sections are flat, in reading order.

    `source` is where it was read from (a path, a URL, or "samples") and what people filter by; several
    articles may share it. `key` is its identity there and is unique: the same key is the same article.
    `by_hand` names the facts a person entered because the source had lost them.
    """

    id: str
    title: str
    source: str
    sections: tuple[Section, ...]
    key: str = ""
    language: str = "en"
    author: str | None = None
    published: str | None = None
    modified: str | None = None
    reviewed: str | None = None
    url: str | None = None
    labels: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = field(default=(), compare=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.source)

    @property
    def text(self) -> str:
        """The main content as plain text: headings as lines, blocks separated by blank lines."""
        parts: list[str] = []
        for section in self.sections:
            if section.heading:
                parts.append(section.heading)
            parts.extend(block_text(block) for block in section.blocks)
        return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the Library: the article as it stands at `number`, or None where it was removed."""

    number: int
    article_id: str
    article: Article | None


def block_text(block: Block) -> str:
    """Write a block as plain text: items as `- ` lines indented by depth, a row as cells joined by ` | `."""
    if block.kind == "list":
        return "\n".join(item_text(item, depth) for item, depth in zip(block.items, block.depths, strict=True))
    if block.kind == "table":
        rows = ([block.header] if block.header else []) + list(block.rows)
        return "\n".join(row_text(row) for row in rows)
    return block.text


def item_text(item: str, depth: int) -> str:
    """Write one list item; its continuation paragraphs are indented under it."""
    indent = "  " * depth
    return indent + "- " + item.replace("\n", "\n" + indent + "  ")


def row_text(row: Sequence[str]) -> str:
    """Write one table row: its cells joined by ` | `, in place even when some are empty."""
    return CELL_END.join(row)


def slug(text: str, fallback: str = "x") -> str:
    """Return an id of `[a-z0-9-]{1,80}` for `text`; text without a Latin letter or digit gets a hash of itself."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    if not words:
        return f"{fallback}-{short_hash(text)}" if text.strip() else fallback
    return words[:MAX_ID].rstrip("-")


def short_hash(text: str) -> str:
    """Return eight hex digits that stand for `text`."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def build_sections(parts: Iterable[Section]) -> tuple[Section, ...]:
    """Give sections in reading order their paths and anchors; `anchor` and `path` of the input are ignored.

    An anchor is the heading's slug. Where headings repeat, the later one takes its parent's heading along
    and, when that repeats too, a number: so an edit elsewhere in the article seldom changes an anchor.
    """
    trail: list[Section] = []
    used: set[str] = set()
    numbers: dict[str, int] = {}  # how far each repeated slug has been counted
    built: list[Section] = []
    for part in parts:
        if not part.heading:
            anchor = _unused(["top"], used, numbers)
            path: tuple[str, ...] = ()
            trail = []
        else:
            while trail and trail[-1].level >= part.level:
                trail.pop()
            path = (*(above.heading for above in trail), part.heading)
            own = slug(part.heading, "section")
            candidates = [own]
            if trail:
                candidates.append(slug(f"{trail[-1].heading} {part.heading}", "section"))
            anchor = _unused(candidates, used, numbers)
            trail.append(part)
        used.add(anchor)
        built.append(dataclasses.replace(part, anchor=anchor, path=path))
    return tuple(built)


def _unused(candidates: Sequence[str], used: set[str], numbers: dict[str, int]) -> str:
    for candidate in candidates:
        if candidate not in used:
            return candidate
    last = candidates[-1]
    while True:
        numbers[last] = number = numbers.get(last, 1) + 1
        suffix = f"-{number}"
        numbered = last[: MAX_ID - len(suffix)].rstrip("-") + suffix
        if numbered not in used:
            return numbered


def to_json(article: Article) -> dict[str, Any]:
    """Return the article as the JSON object of the command line and the API; its key, a path here, stays inside."""
    return {
        "source": article.source,
        "id": article.id,
        "title": article.title,
        "language": article.language,
        "author": article.author,
        "published": article.published,
        "reviewed": article.reviewed,
        "modified": article.modified,
        "url": article.url,
        "labels": list(article.labels),
        "cautions": list(article.cautions),
        "by_hand": list(article.by_hand),
        "text": article.text,
        "sections": [_section_json(section) for section in article.sections],
        "dropped": [{"line": line.line, "text": line.text, "reason": line.reason} for line in article.dropped],
        "warnings": list(article.warnings),
    }


def _section_json(section: Section) -> dict[str, Any]:
    return {
        "anchor": section.anchor,
        "heading": section.heading,
        "level": section.level,
        "path": list(section.path),
        "cautions": list(section.cautions),
        "urgent": section.urgent,
        "line": section.line,
        "blocks": [
            {
                "kind": block.kind,
                "line": block.line,
                "text": block.text,
                "items": list(block.items),
                "depths": list(block.depths),
                "ordered": block.ordered,
                "header": list(block.header),
                "rows": [list(row) for row in block.rows],
                **({"pages": list(block.pages)} if block.pages else {}),
            }
            for block in section.blocks
        ],
    }


def from_json(data: Mapping[str, Any]) -> Article:
    """Read an article back from `to_json`; its `key` may have been added."""
    sections = tuple(
        Section(
            heading=section["heading"],
            level=section["level"],
            anchor=section["anchor"],
            path=tuple(section["path"]),
            cautions=tuple(section.get("cautions", ())),
            urgent=section.get("urgent", False),
            line=section["line"],
            blocks=tuple(
                Block(
                    kind=block["kind"],
                    text=block["text"],
                    items=tuple(block["items"]),
                    depths=tuple(block["depths"]),
                    ordered=block["ordered"],
                    header=tuple(block["header"]),
                    rows=tuple(tuple(row) for row in block["rows"]),
                    line=block["line"],
                    pages=tuple(block.get("pages", ())),
                )
                for block in section["blocks"]
            ),
        )
        for section in data["sections"]
    )
    return Article(
        id=data["id"],
        title=data["title"],
        source=data["source"],
        sections=sections,
        key=data.get("key", data["source"]),
        language=data["language"],
        author=data["author"],
        published=data["published"],
        modified=data["modified"],
        reviewed=data["reviewed"],
        url=data["url"],
        labels=tuple(data["labels"]),
        cautions=tuple(data.get("cautions", ())),
        by_hand=tuple(data.get("by_hand", ())),
        dropped=tuple(Dropped(line["line"], line["text"], line.get("reason", "")) for line in data["dropped"]),
        warnings=tuple(data["warnings"]),
    )
