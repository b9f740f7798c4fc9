"""Markdown with front matter -> Article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from corpus.article import Article, Block, Section, block_text, build_sections, slug
from ingest.clean import decode
from ingest.front_matter import FrontMatter
from ingest.language import guess_language

_MAX_NESTING = 60  # levels; deeper ones are beyond any document people write
_MAX_BRACKETS = 1_000  # in one paragraph
_PARAGRAPH_BREAK = re.compile(r"(\n[ \t]*\n)")
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL)


def read(data: bytes | str, *, source: str) -> Article:
    """Read Markdown; a bad front matter is a warning, InputError means that there is nothing to read."""
    text, warnings = decode(data)
    tree = SyntaxTreeNode(_parser().parse(_tamed(text)))
    facts = FrontMatter(next((node.content for node in tree.children if node.type == "front_matter"), ""))
    parts = _parts(tree)
    title = _take_title(parts, facts.text("title")) or PurePosixPath(source).stem
    sections = build_sections(_sections(parts, facts))
    return Article(
        id=slug(title, "article"),
        title=title,
        source=source,
        sections=sections,
        language=facts.text("language") or guess_language(text),
        author=facts.text("author"),
        published=facts.day("published"),
        modified=facts.day("modified"),
        reviewed=facts.day("reviewed"),
        url=facts.text("url"),
        labels=facts.texts("labels", split=True),
        cautions=facts.texts("cautions"),
        warnings=(*warnings, *facts.warnings),
    )


def sections(text: str) -> tuple[Section, ...]:
    """Read Markdown that is nothing but an article's body."""
    tree = SyntaxTreeNode(_parser().disable("front_matter").parse(_tamed(text)))
    return build_sections(_sections(_parts(tree), FrontMatter("")))


@dataclass(slots=True)
class _Part:
    """A heading and what stands under it, while the tree is read."""

    heading: str = ""
    level: int = 0
    line: int | None = None
    blocks: list[Block] = field(default_factory=list)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    return parser.use(front_matter_plugin).use(footnote_plugin)


def _tamed(text: str) -> str:
    """Escape brackets where one paragraph has thousands: matching them takes the square of their number."""
    if text.count("[") <= _MAX_BRACKETS:
        return text
    pieces = _PARAGRAPH_BREAK.split(text)
    return "".join(piece.replace("[", "\\[") if piece.count("[") > _MAX_BRACKETS else piece for piece in pieces)


def _parts(tree: SyntaxTreeNode) -> list[_Part]:
    """Cut the tree at its headings; a footnote goes to the part that cites it first."""
    parts = [_Part()]
    cited: dict[str, _Part] = {}
    for node in tree.children:
        if node.type == "footnote_block":
            for note in node.children:
                mark = _mark(note)
                text = "\n".join(block_text(block) for block in _blocks(note.children))
                cited.get(mark, parts[-1]).blocks.append(Block("paragraph", f"{mark} {text}", line=_line(note)))
            continue
        if node.type == "heading":
            parts.append(_Part(_text(node), int(node.tag[1]), _line(node)))
        else:
            parts[-1].blocks.extend(_blocks([node]))
        for inner in node.walk():
            if inner.type == "footnote_ref":
                cited.setdefault(_mark(inner), parts[-1])
    return parts


def _take_title(parts: list[_Part], title: str | None) -> str | None:
    """Return the title; the first heading of level 1 that says it is no section, its text goes to the part above."""
    for above, part in pairwise(parts):
        if part.level == 1:
            if not title or part.heading.casefold() == title.casefold():
                above.blocks += part.blocks
                parts.remove(part)
                return title or part.heading
            break
    return title


def _sections(parts: Iterable[_Part], facts: FrontMatter) -> Iterator[Section]:
    cautions = facts.by_heading("section_cautions")
    urgent = {heading.casefold() for heading in facts.texts("urgent")}
    for part in parts:
        if part.heading or part.blocks:
            yield Section(
                part.heading,
                part.level if part.heading else 0,
                "",
                blocks=tuple(part.blocks),
                cautions=cautions.get(part.heading.casefold(), ()),
                urgent=part.heading.casefold() in urgent,
                line=part.line or part.blocks[0].line,
            )
    for missing in (cautions.keys() | urgent) - {part.heading.casefold() for part in parts}:
        facts.warnings.append(f"The front matter names the section {missing!r}, which is not there.")


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterator[Block]:
    for node in nodes:
        line = _line(node)
        match node.type:
            case "paragraph":
                if text := _text(node):
                    yield Block("paragraph", text, line=line)
            case "heading":  # inside a quote or an item
                yield Block("paragraph", _text(node), line=line)
            case "bullet_list" | "ordered_list":
                items = list(_items(node, 0))
                if items:
                    texts, depths = zip(*items, strict=True)
                    yield Block("list", items=texts, depths=depths, ordered=node.type == "ordered_list", line=line)
            case "table":
                rows = [tuple(_text(cell) for cell in row.children) for part in node.children for row in part.children]
                yield Block("table", header=rows[0], rows=tuple(rows[1:]), line=line)
            case "fence" | "code_block":
                if code := node.content.rstrip("\n"):
                    yield Block("code", code, line=line)
            case "blockquote":
                if quoted := _joined(node.children):
                    yield Block("quote", quoted, line=line)
            case "html_block":
                if text := " ".join(unescape(_TAG.sub(" ", node.content)).split()):
                    yield Block("paragraph", text, line=line)


def _items(node: SyntaxTreeNode, depth: int) -> Iterator[tuple[str, int]]:
    """Yield items with their depths; what follows a nested list inside an item belongs to the item before it."""
    found: list[tuple[str, int]] = []
    for item in node.children:
        found.append(("", depth))
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                found.extend(_items(child, depth + 1))
            elif text := _joined([child]):
                before, at = found[-1]
                found[-1] = (f"{before}\n{text}" if before else text, at)
    yield from found


def _joined(nodes: Iterable[SyntaxTreeNode]) -> str:
    return "\n".join(block_text(block) for block in _blocks(nodes))


def _text(node: SyntaxTreeNode) -> str:
    """Return what a reader sees of inline content, on one line."""
    return " ".join("".join(_inline(node.children)).split())


def _inline(nodes: Iterable[SyntaxTreeNode]) -> Iterator[str]:
    for node in nodes:
        match node.type:
            case "text" | "code_inline":
                yield node.content
            case "softbreak" | "hardbreak":
                yield " "
            case "html_inline":
                yield " " if node.content.lower().startswith("<br") else ""
            case "footnote_ref":
                yield _mark(node)
            case "footnote_anchor":
                pass
            case _:
                yield from _inline(node.children)


def _mark(node: SyntaxTreeNode) -> str:
    """Return the citation mark of a footnote, counted from 1."""
    return f"[{node.meta['id'] + 1}]"


def _line(node: SyntaxTreeNode) -> int | None:
    return node.map[0] + 1 if node.map else None
