"""Article -> Passages: the pieces of a section that are indexed, ranked and shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from corpus.article import Article, Block, Section, block_text, item_text, row_text
from corpus.sentences import cut_at_clauses, sentences

TARGET = 150  # words a passage aims at
MOST = 220  # words no passage exceeds
TEAR = 70.0**2  # to tear a block costs as much as a passage 70 words off the target: one of up to 220 stays whole
TAIL = 25  # a last passage of fewer words joins the one before it


# Headings of sections that say when help is needed.
_WARNS = re.compile(
    r"\bwhen (?:not )?(?:to|should (?:i|you)|(?:must|do) (?:i|you)|you should)"
    r" (?:get|seek|see|be seen|call|contact|ring|phone|go to|visit)\b"
    r"|\b(?:seek|get)(?:ting)? (?:medical|urgent|immediate) (?:help|care|attention|advice)\b"
    r"|\b(?:warning|danger|alarm) (?:sign|symptom)s?\b|\bred flags?\b|\bemergenc(?:y|ies)\b"
    r"|\bwann (?:zum|zur) (?:arzt|ärztin)\b|\bwarnzeichen\b|\bnotfall\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive blocks of one section; `text` is its own, `context` a lead-in or header repeated for reading.

    The passages of an article in order, with its headings, are its text. A section without blocks has none: it is
    found through the heading path of the sections below it.
    """

    id: str
    article_id: str
    anchor: str
    n: int
    heading_path: tuple[str, ...]
    text: str
    context: str | None = None
    cautions: tuple[str, ...] = ()
    urgent: bool = False
    page: int | None = None  # of its source, on which it begins


@dataclass(slots=True)
class _Atom:
    """What is never cut further. `context` is shown when a passage starts here; `leads` keeps it with the next."""

    gap: str
    text: str
    context: str | None = None
    page: int | None = None
    leads: bool = False
    words: int = field(init=False)

    def __post_init__(self) -> None:
        self.words = _words(self.text)


_Atoms = list[_Atom]


def cut(article: Article) -> list[Passage]:
    """Cut an article into passages, in reading order."""
    passages: list[Passage] = []
    for section, cautions in _with_cautions(article):
        for n, atoms in enumerate(_pack_section(section), 1):
            passages.append(
                Passage(
                    id=f"{article.id}.{section.anchor}.{n}",
                    article_id=article.id,
                    anchor=section.anchor,
                    n=n,
                    heading_path=section.path,
                    text=_joined(atoms),
                    context=atoms[0].context,
                    cautions=cautions,
                    urgent=section.urgent or any(map(_WARNS.search, section.path)),
                    page=atoms[0].page,
                )
            )
    return passages


def _with_cautions(article: Article) -> Iterator[tuple[Section, tuple[str, ...]]]:
    """Yield each section with the cautions of the article, of the sections above it, and its own."""
    trail: list[Section] = []
    for section in article.sections:
        trail = [above for above in trail if above.heading and above.level < section.level]
        trail.append(section)
        cautions = [*article.cautions, *(caution for above in trail for caution in above.cautions)]
        yield section, tuple(dict.fromkeys(cautions))


def _pack_section(section: Section) -> list[_Atoms]:
    passages: list[_Atoms] = []
    run: list[_Atoms] = []  # blocks that may share passages
    ends_in_row = False
    for kind, atoms in _grouped(section.blocks):
        ends_in_row = kind == "row"
        if ends_in_row:
            passages += _pack(run)
            passages += _pack([atoms])
            run = []
        else:
            run.append(atoms)
    passages += _pack(run)
    if not ends_in_row:
        _join_tail(passages)
    return passages


def _grouped(blocks: Sequence[Block]) -> Iterator[tuple[str, _Atoms]]:
    """Yield the atoms of each block as a "block", those of a large table row by row as a "row"; lead-ins go along."""
    lead: _Atoms = []
    for number, block in enumerate(blocks):
        follower = blocks[number + 1] if number + 1 < len(blocks) else None
        large = block.kind == "table" and _words(block_text(block)) > MOST
        if large:
            for atoms in _table_rows(block, lead):
                yield "row", _kept_together(atoms)
            lead = []
            continue
        atoms = lead + _atoms(block, lead)
        lead = []
        if follower and atoms and _leads_into(block, atoms[-1], follower):
            lead = [replace(atoms.pop(), leads=True)]
        if atoms:
            yield "block", _kept_together(atoms)


def _leads_into(block: Block, last: _Atom, follower: Block) -> bool:
    if last.words > TARGET or not block_text(follower).strip():
        return False
    if block.kind == "caption":
        return follower.kind == "table"
    return block.kind == "paragraph" and follower.kind not in {"paragraph", "caption"} and _is_open(last.text)


def _is_open(text: str) -> bool:
    return text.rstrip().endswith((":", "："))


def _atoms(block: Block, lead: _Atoms) -> _Atoms:
    context = lead[0].text if lead else None
    if block.kind == "list":
        return _list_atoms(block, lead, context)
    text = block_text(block)
    if not text.strip():
        return []
    if block.kind == "table" or (block.kind == "code" and _words(text) <= MOST):
        return [_Atom("\n\n", text, context, _page(block))]
    pieces = re.split(r"(?=\n)", text) if block.kind == "code" else sentences(text)
    return _spaced(pieces, "\n\n", context, MOST, _page(block))


def _list_atoms(block: Block, lead: _Atoms, context: str | None) -> _Atoms:
    atoms: _Atoms = []
    above: list[tuple[int, str]] = []  # items that introduce deeper ones: depth and text
    for number, (item, depth) in enumerate(zip(block.items, block.depths, strict=True)):
        above = [(level, text) for level, text in above if level < depth]
        trail = "\n".join(text for _, text in above)
        around = "\n\n".join(part for part in (context, trail) if part) or None
        room = MOST - sum(atom.words for atom in lead) if number == 0 else MOST
        text = item_text(item, depth)
        pieces = [text] if _words(text) <= room else sentences(text)
        new = _spaced(pieces, "\n" if atoms else "\n\n", around, room, _page(block, number))
        deeper = number + 1 < len(block.depths) and block.depths[number + 1] > depth
        if deeper and _is_open(item) and _words(text) <= TARGET:
            above.append((depth, text))
            new[-1] = replace(new[-1], leads=True)
        atoms += new
    return atoms


def _table_rows(block: Block, lead: _Atoms) -> Iterator[_Atoms]:
    header = row_text(block.header)
    around = "\n\n".join(part for part in (*(atom.text for atom in lead), header) if part)
    context = around if around and _words(around) <= TARGET else None
    first = list(lead)
    if header:
        pieces = [header] if _words(header) <= TARGET else sentences(header)
        new = _spaced(pieces, "\n\n", lead[0].text if lead else None, TARGET, _page(block))
        first += [*new[:-1], replace(new[-1], leads=True)]
    for number, row in enumerate(block.rows):
        text = row_text(row)
        room = MOST - sum(atom.words for atom in first) if context else MOST
        pieces = [text] if _words(text) <= room else sentences(text)
        yield first + _spaced(pieces, "\n", context, room, _page(block, number))
        first = []
    if first:
        yield first


def _page(block: Block, number: int = 0) -> int | None:
    """Return the page on which an item or a row, or the block, begins."""
    return block.pages[number] if block.pages else None


def _spaced(pieces: Iterable[str], gap: str, context: str | None, limit: int, page: int | None) -> _Atoms:
    """Make atoms of at most `limit` words of pieces of a text; the first is set off by `gap`."""
    atoms: _Atoms = []
    for piece in pieces:
        parts = [piece] if _words(piece) <= limit else cut_at_clauses(piece, min(limit, TARGET))
        for part in parts:
            text = part.lstrip() if atoms else part
            if text.strip():
                atoms.append(_Atom(part[: len(part) - len(text)] if atoms else gap, text, context, page))
    return atoms


def _kept_together(atoms: _Atoms) -> _Atoms:
    """Join what leads with what it leads to, as far as a passage can hold it."""
    kept: _Atoms = []
    for atom in atoms:
        if kept and kept[-1].leads and kept[-1].words + atom.words <= MOST:
            lead = kept.pop()
            atom = replace(lead, text=_joined([lead, atom]), leads=atom.leads)
        kept.append(atom)
    return kept


def _pack(groups: Iterable[_Atoms]) -> list[_Atoms]:
    """Cut where all passages together come nearest to TARGET, between blocks rather than within one."""
    atoms: _Atoms = []
    tears: list[float] = []  # what it costs to begin a passage with this atom
    for group in groups:
        atoms += group
        tears += [0.0, *[TEAR] * (len(group) - 1)][: len(group)]
    if _count(atoms) <= TARGET:
        return [atoms] if atoms else []
    best: list[tuple[float, int]] = [(0.0, 0)]  # up to each atom: the least cost, and where its last passage begins
    for end in range(1, len(atoms) + 1):
        words = 0
        options: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            words += atoms[start].words
            if words > MOST and options:
                break
            options.append((best[start][0] + (words - TARGET) ** 2 + tears[start], start))
        best.append(min(options))
    passages: list[_Atoms] = []
    end = len(atoms)
    while end:
        start = best[end][1]
        passages.insert(0, atoms[start:end])
        end = start
    return passages


def _join_tail(passages: list[_Atoms]) -> None:
    if len(passages) > 1 and _count(passages[-1]) < TAIL and _count(passages[-2]) + _count(passages[-1]) <= MOST:
        tail = passages.pop()
        passages[-1] = passages[-1] + tail


def _joined(atoms: _Atoms) -> str:
    return atoms[0].text + "".join(atom.gap + atom.text for atom in atoms[1:])


def _count(atoms: _Atoms) -> int:
    return sum(atom.words for atom in atoms)


def _words(text: str) -> int:
    return len(text.split())
