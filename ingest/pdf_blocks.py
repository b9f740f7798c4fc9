"""The lines and tables of a PDF -> its title, and sections with blocks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from corpus.article import Block, Section
from ingest import pdf_headings
from ingest.pdf_headings import LONGEST
from ingest.pdf_layout import Line, Part
from ingest.pdf_page import joined
from ingest.pdf_tables import Table

_NEW = 0.35  # of the size of the type: so much more space than within a paragraph begins a new one
_INDENT = 0.8  # of it: a first line
_SHORT = 0.75  # of the column: a line that ends a paragraph when a sentence ends with it
_ITEM = re.compile(
    r"(?P<bullet>[•●○▪■◦‣∙·–—*-]|[\uf000-\uf0ff]|o)\s+(?P<text>\S.*)|"
    r"(?P<number>[(]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)](?!\d)|\d\d?(?=\t))\s*(?P<rest>\S.*)",
    re.DOTALL,
)
_CAPTION = re.compile(r"(?:table|figure|fig\.|tabelle|abbildung|abb\.|tableau|tabla|figura) ?\d+[.:]? ", re.IGNORECASE)
_ENDED = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")


def sections(parts: Sequence[Part], outline: pdf_headings.Outline, told: str) -> tuple[str, list[Section]]:
    """Return the title that stands in the text, "" where there is none, and the sections, without paths and anchors."""
    lines = [part for part in parts if isinstance(part, Line)]
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    title, headings = pdf_headings.read(parts, body, outline, told)
    starts = {id(heading.lines[0]): (heading.text, level) for heading, level in headings}
    apart = {
        id(line) for heading in [*([title] if title else []), *(one for one, _ in headings)] for line in heading.lines
    }
    text = _Text(lines)
    found = [("", 0, text.blocks)]
    for part in parts:
        if id(part) in apart:
            text.end()
        if heading := starts.get(id(part)):
            text.blocks = []
            found.append((*heading, text.blocks))
        elif id(part) not in apart:
            text.add(part)
    text.end()
    return (title.text if title else ""), [
        Section(heading, level, "", blocks=tuple(blocks)) for heading, level, blocks in found if heading or blocks
    ]


@dataclass(slots=True)
class _Item:
    text: str
    depth: int
    page: int


@dataclass(slots=True)
class _Text:
    """Puts lines together into paragraphs and lists."""

    lines: Sequence[Line]
    blocks: list[Block] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)
    ordered: bool = False
    due: set[str] = field(default_factory=lambda: {"1", "a", "i"})  # some lists go on after what stands between
    indents: list[float] = field(default_factory=list)  # of the open items, outermost first
    paragraph: str = ""
    page: int = 0
    last: Line | None = None
    table: Table | None = None
    words: frozenset[str] = frozenset()
    edges: list[float] = field(default_factory=list)
    leading: dict[float, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = frozenset(word for line in self.lines for word in re.findall(r"[\w-]+", line.text.lower()))
        starts = Counter(round(line.x0) for line in self.lines)
        self.edges = sorted(x for x, count in starts.items() if count > len(self.lines) / 50)
        gaps: defaultdict[float, list[float]] = defaultdict(list)
        for above, line in pairwise(self.lines):
            if above.page == line.page and above.size == line.size and line.top > above.top:
                gaps[line.size].append(line.top - above.bottom)
        self.leading = {size: sorted(values)[len(values) // 4] for size, values in gaps.items()}

    def add(self, part: Part) -> None:
        """Take in the next line or table."""
        if isinstance(part, Table):
            self._add_table(part)
            return
        self.table = None
        found = _ITEM.match(part.text)
        indent = part.x0 - self._edge(part)
        if found and self._is_item(found, part):
            self._end_paragraph()
            while self.indents and self.indents[-1] > indent + 0.6 * part.size:
                self.indents.pop()
            if not self.indents or indent > self.indents[-1] + 0.6 * part.size:
                self.indents.append(indent)
            if not self.items:
                self.ordered = bool(found["number"])
            self.items.append(_Item(found["text"] or found["rest"], len(self.indents) - 1, part.page))
        elif self.items and self._continues_item(part, indent):
            new = self._gap(part) > _NEW * part.size
            item = self.items[-1]
            item.text = f"{item.text}\n{part.text}" if new else joined(item.text, part.text, self.words)
        else:
            self._end_list()
            if self.paragraph and self._begins_paragraph(part):
                self._end_paragraph()
            self.page = self.page if self.paragraph else part.page
            self.paragraph = joined(self.paragraph, part.text, self.words)
        self.last = part

    def end(self) -> None:
        """Close what is open."""
        self._end_list()
        self._end_paragraph()
        self.last = self.table = None

    def _edge(self, line: Line) -> float:
        """Return where running text begins in the column of a line."""
        return next((x for x in self.edges if line.left - 60 < x <= line.left + 1), line.left)

    def _gap(self, line: Line) -> float:
        """Return how much more space there is above a line than within paragraphs; 0 at the top of a column."""
        if self.last is None or self.last.page != line.page or line.top < self.last.top:
            return 0.0
        return line.top - self.last.bottom - self.leading.get(line.size, 0.0)

    def _is_item(self, found: re.Match[str], line: Line) -> bool:
        """Tell whether a line begins an item: by a bullet, or by a number where one is due."""
        number = found["number"]
        if not number:
            return (
                found["bullet"] not in "-–—" or bool(self.items) or not self.paragraph or self._begins_paragraph(line)
            )
        value = number.strip("(.)").lower()
        due = value in self.due or (
            line.text[found.end("number")].isspace() and ("\t" in line.text or bool(self.items))
        )
        if due and (self.items or not self.paragraph or self._begins_paragraph(line)):
            self.due |= {str(int(value) + 1)} if value.isdecimal() else set()
            return True
        return False

    def _continues_item(self, line: Line, indent: float) -> bool:
        if indent > self.indents[-1] + 0.4 * line.size:
            return self._gap(line) < line.size
        last = self.last
        full = last and last.x1 > last.left + _SHORT * (last.right - last.left) and not _ENDED.search(last.text)
        return bool(full) and indent > self.indents[0] - 0.4 * line.size and self._gap(line) < _NEW * line.size

    def _ended(self) -> bool:
        """Tell whether the line before ends a sentence before the end of its column."""
        last = self.last
        return last is None or (
            bool(_ENDED.search(last.text)) and last.x1 < last.left + _SHORT * (last.right - last.left)
        )

    def _begins_paragraph(self, line: Line) -> bool:
        last = self.last
        if last is None or abs(last.size - line.size) > 1 or last.bold != line.bold:
            return True
        if last.page != line.page or line.top < last.top:
            return bool(_ENDED.search(last.text)) and not line.text[0].islower()
        indented = line.x0 > max(last.x0, self._edge(line)) + _INDENT * line.size
        return self._gap(line) > _NEW * line.size or indented or self._ended()

    def _add_table(self, table: Table) -> None:
        before = self.table
        self.end()
        self.table = table
        rows, pages = table.rows, table.pages
        block = self.blocks[-1] if before else Block("table")
        again = tuple(rows[0]) in (block.header, *block.rows[:1])
        if before and len(before.rows[0]) == len(rows[0]) and (again or before.pages[-1] < pages[0]):
            self.blocks.pop()
            if again:
                rows, pages = rows[1:], pages[1:]
            rows = [*map(list, block.rows), *rows]
            self.blocks.append(_table_block(block.header, rows, (*block.pages, *pages)))
        elif table.header:
            self.blocks.append(_table_block(tuple(rows[0]), rows[1:], tuple(pages[1:])))
        else:
            self.blocks.append(_table_block((), rows, tuple(pages)))

    def _end_list(self) -> None:
        if self.items:
            texts, depths = tuple(item.text for item in self.items), tuple(item.depth for item in self.items)
            pages = tuple(item.page for item in self.items)
            self.blocks.append(Block("list", items=texts, depths=depths, ordered=self.ordered, pages=pages))
        self.items = []
        self.indents = []

    def _end_paragraph(self) -> None:
        if text := self.paragraph:
            kind = "caption" if _CAPTION.match(text) and len(text) < LONGEST else "paragraph"
            self.blocks.append(Block("caption" if kind == "caption" else "paragraph", text, pages=(self.page,)))
        self.paragraph = ""


def _table_block(header: tuple[str, ...], rows: Sequence[Sequence[str]], pages: tuple[int, ...]) -> Block:
    return Block("table", header=header, rows=tuple(map(tuple, rows)), pages=pages)
