"""Results, articles and progress as text for a terminal."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from corpus.article import Article, Change, block_text
from search.model import Hit, Results
from webapp import words
from webapp.command import complain

if TYPE_CHECKING:
    from corpus.library import Library

Item = TypeVar("Item")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # an article must not steer anybody's terminal
_MARK, _END = "\x01", "\x02"
_WIDEST = 100
_INDENT = "    "


def print_json(data: object) -> None:
    """Print one JSON object on one line, at once."""
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def print_lines(lines: Iterable[str]) -> None:
    """Print lines; colours are left out where nobody could see them."""
    for line in lines:
        click.echo(line)


def plain(text: str) -> str:
    """Return text without control characters other than tabs and line ends."""
    return _CONTROL.sub("", text)


def results_text(results: Results, cutoffs: Mapping[str, datetime.date]) -> Iterator[str]:
    """Write results, a line at a time; `cutoffs`: see `corpus.review`."""
    yield from (plain(remark) for remark in results.remarks)
    if results.nothing_found:
        yield "No article answers this." + (" What comes nearest:" if results.nearest else "")
    else:
        yield words.counted(results.total, "passage matches", "passages match")
    for hit in results.hits or results.nearest:
        yield ""
        yield from _hit_text(hit, cutoffs)


def _hit_text(hit: Hit, cutoffs: Mapping[str, datetime.date]) -> Iterator[str]:
    passage = hit.passage
    heading = " › ".join((passage.article_title, *passage.heading_path))
    yield f"{hit.rank:2}  " + click.style(plain(heading), bold=True)
    if passage.context:
        yield from _indented(plain(passage.context), dim=True)
    yield from _indented(
        "".join(
            f"{_MARK}{plain(fragment.text)}{_END}" if fragment.matched else plain(fragment.text)
            for fragment in hit.fragments
        )
    )
    for caution in passage.cautions:
        yield from _indented(plain("! " + caution), fg="yellow")
    facts = [words.review(hit.review_state, passage.reviewed, passage.labels, cutoffs)]
    facts += [passage.url or passage.source, passage.passage_id]
    if hit.more_in_article:
        facts.append(f"{hit.more_in_article} more in this article")
    yield from _indented(plain(" · ".join(facts)), dim=True)
    if hit.parts is not None:
        yield from _indented(f"score {hit.score:.4f}", dim=True)
        for part in hit.parts:
            where = part.field or "whole passage"
            yield from _indented(plain(f"  {part.score:+.4f}  {part.kind} {part.term!r}, {where}"), dim=True)


def _indented(text: str, **style: Any) -> Iterator[str]:
    """Indent each line; on a terminal, wrap it too. Elsewhere it stays whole, to be copied or searched."""
    width = min(shutil.get_terminal_size().columns, _WIDEST) if sys.stdout.isatty() else 0
    for line in text.split("\n"):
        lines = [_INDENT + line]
        if width:
            lead = re.match(r" *(?:[-!] )?", line)
            lines = textwrap.wrap(
                line,
                width,
                initial_indent=_INDENT,
                subsequent_indent=_INDENT + " " * len(lead[0] if lead else ""),
                break_long_words=False,
                break_on_hyphens=False,
            )
        for wrapped in lines:
            yield click.style(wrapped, reset=bool(style), **style).replace(_MARK, "\x1b[1m").replace(_END, "\x1b[0m")


def article_text(article: Article) -> Iterator[str]:
    """Write an article as the tree that was understood: facts, headings with their blocks, what was dropped."""
    yield click.style(plain(article.title), bold=True)
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
        "cautions": " ".join(article.cautions),
    }
    for name, value in facts.items():
        if value:
            yield plain(f"  {name}: {value}")
    for section in article.sections:
        indent = "  " * max(len(section.path), 1)
        yield ""
        yield indent + click.style(plain(section.heading or "(before the first heading)"), bold=True)
        for caution in section.cautions:
            yield plain(f"{indent}  ! {caution}")
        for block in section.blocks:
            kind = "numbered list" if block.ordered else block.kind
            yield click.style(f"{indent}  [{kind}]", dim=True)
            yield textwrap.indent(plain(block_text(block)), f"{indent}  ")
    if article.dropped:
        yield ""
        yield "  Judged not to be content:"
        for line in article.dropped:
            yield plain(f"    {line.line or ''} {line.text}")
    for warning in article.warnings:
        yield plain(f"  Warning: {warning}")


def print_outcome(row: Mapping[str, Any]) -> None:
    """Print what became of a source; on a terminal, where a bar is shown, only what somebody should know."""
    if row["state"] == "skipped":
        complain(plain(f"{row['source']}: {row['reason']}"))
    elif row["reason"] or row["warnings"] or not sys.stderr.isatty():
        reason = f"  ({row['reason']})" if row["reason"] else ""
        click.echo(plain(f"{row['state']:9}  {row['source']}{reason}"))
    for warning in row["warnings"]:
        click.echo(plain(f"           warning: {warning}"))


def counts_text(counts: Mapping[str, int]) -> str:
    """Write the counts of a report: 2 new, 1 skipped."""
    return ", ".join(f"{count:,} {state}" for state, count in counts.items() if count) or "nothing"


def track(items: Iterable[Item], what: str, total: int = 0) -> Iterator[Item]:
    """Yield items with a progress bar on a terminal, and with a line for every thousand elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress

        # Results for a pipe must not go through the bar's console.
        with Progress(console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
            yield from bar.track(items, total=total or None, description=what)
        return
    for count, item in enumerate(items, 1):
        yield item
        if count % 1000 == 0:
            click.echo(f"{count:,} {what}", err=True)


def facts_text(facts: Mapping[str, object]) -> Iterator[str]:
    """Write names and values in two columns."""
    widest = max(map(len, facts), default=0)
    for name, value in facts.items():
        yield plain(f"{name:{widest}}  {value}")


def status_text(state: Mapping[str, Any], home: Path) -> Iterator[str]:
    """Write the status of a home."""
    generation, last = state["generation"], state["last_ingest"]
    yield from facts_text(
        {
            "answerdesk": state["version"],
            "home": f"{home}, {state['size_bytes'] / 1e6:.1f} MB",
            "articles": f"{state['articles']:,} in the library, at change {state['library_change']}",
            "passages": f"{state['passages']:,} in the index",
            "generation": f"{generation['id']}, of {generation['created']}" if generation else "none yet",
            "engine": state["engine"],
            "last ingest": f"{last['finished']}: {counts_text(last['counts'])}" if last else "none yet",
        }
    )
    for problem in state["problems"]:
        yield click.style(plain(f"Problem: {problem['message']}"), fg="red")


class ShownLibrary:
    """A Library that shows how many of its articles the index has taken in."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @property
    def change(self) -> int:
        return self._library.change

    def articles(self) -> Iterator[Article]:
        return track(self._library.articles(), "articles indexed", self._library.count())

    def changes_since(self, number: int) -> Iterator[Change]:
        return track(self._library.changes_since(number), "changes indexed", self.change - number)
