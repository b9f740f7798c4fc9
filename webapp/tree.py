"""An article as a tree in a terminal: what was understood of a source, and what was left out and why."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from corpus.article import Article, Block, row_text
from webapp.terminal import plain
from webapp.words import counted

_MOST_LEFT_OUT = 10  # lines shown of those left out for one reason
_PREVIEW = 300  # characters of a block; the terminal's width cuts them further


def print_article(article: Article) -> None:
    """Print the tree, as wide as the terminal is."""
    console = Console(file=sys.stdout, highlight=False)
    console.print(Text(plain(article.title), style="bold"))
    console.print(_facts(article))
    console.print()
    console.print(_contents(article))
    if article.dropped:
        console.print(_left_out(article))
    for warning in article.warnings:
        console.print(Text(plain(f"Warning: {warning}"), style="yellow"))
    console.print()


def _facts(article: Article) -> Table:
    facts = {
        "id": article.id,
        "source": article.source,
        "url": article.url,
        "language": article.language,
        "author": article.author,
        "published": article.published,
        "modified": article.modified,
        "reviewed": article.reviewed or "unknown",
        "labels": ", ".join(article.labels),
        "cautions": "\n".join(article.cautions),
        "holds": _holds(article),
    }
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value:
            by_hand = " [dim](entered by hand)[/dim]" if name in article.by_hand else ""
            table.add_row(name, escape(plain(value)) + by_hand)
    return table


def _holds(article: Article) -> str:
    kinds = Counter(block.kind for section in article.sections for block in section.blocks)
    counts = [counted(count, kind if kind != "code" else "code sample") for kind, count in kinds.items()]
    headings = sum(bool(section.heading) for section in article.sections)
    return ", ".join([counted(len(article.text.split()), "word"), counted(headings, "heading"), *counts])


def _contents(article: Article) -> Tree:
    root = Tree("", guide_style="dim", hide_root=True)
    trail = [root]
    for section in article.sections:
        if section.heading:
            del trail[len(section.path) :]
            trail.append(trail[-1].add(_heading(section.heading, section.level, section.line)))
        for caution in section.cautions:
            trail[-1].add(Text(plain(f"! {caution}"), style="yellow"))
        for block in section.blocks:
            trail[-1].add(_block(block))
    return root


def _heading(heading: str, level: int, line: int | None) -> Text:
    where = f"  level {level}" + (f", line {line}" if line else "")
    return Text.assemble((plain(heading), "bold"), (where, "dim"))


def _block(block: Block) -> Text:
    kind = "numbered" if block.ordered else block.kind
    label = f"{kind:9} {_size(block):>10}  "
    preview = " ".join(plain(" · ".join(_beginning(block))).split())
    return Text.assemble((label, "cyan"), preview[:_PREVIEW], no_wrap=True, overflow="ellipsis")


def _size(block: Block) -> str:
    if block.kind == "list":
        return counted(len(block.items), "item")
    if block.kind == "table":
        return f"{counted(len(block.rows), 'row')} × {max(map(len, (block.header, *block.rows)))}"
    if block.kind == "code":
        return counted(len(block.text.splitlines()), "line")
    return counted(len(block.text.split()), "word")


def _beginning(block: Block) -> Iterator[str]:
    if block.kind == "list":
        yield from block.items[:_PREVIEW]
    elif block.kind == "table":
        if not block.header:
            yield "(no header)"
        yield from (row_text(row) for row in (block.header, *block.rows[:9]) if row)
    else:
        yield block.text[:_PREVIEW]


def _left_out(article: Article) -> Tree:
    root = Tree(Text("Left out", style="bold"), guide_style="dim")
    by_reason = sorted(article.dropped, key=lambda line: line.reason)
    for reason, group in groupby(by_reason, key=lambda line: line.reason):
        lines = list(group)
        part = root.add(Text(f"{reason or 'not content'}: {counted(len(lines), 'line')}"))
        for line in lines[:_MOST_LEFT_OUT]:
            number = f"{line.line}  " if line.line else ""
            part.add(Text(number + plain(line.text), style="dim", no_wrap=True, overflow="ellipsis"))
        if len(lines) > _MOST_LEFT_OUT:
            part.add(Text(f"and {len(lines) - _MOST_LEFT_OUT:,} more; --json shows them", style="dim"))
    return root
