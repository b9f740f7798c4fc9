"""Results, outcomes and the state of a home as text for a terminal."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.review import review_state
from search.model import Answer, Fragment, Hit, Results
from webapp import explaining, words
from webapp.command import complain

if TYPE_CHECKING:
    from corpus.library import Version
    from webapp.differences import Line

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # an article must not steer anybody's terminal
_MARK, _END = "\x01", "\x02"
_WIDEST = 100
_INDENT = "    "
_SIGNS = {"added": "+ ", "removed": "- ", "gap": "…"}
_MOST_NAMED = 20  # sources skipped, and warnings, of the last ingest


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
    if results.urgent:
        yield click.style("Red flags first: this may need help soon", fg="red", bold=True)
    for hit in results.urgent:
        yield from _hit_text(hit, cutoffs)
    if results.nothing_found:
        yield "No article answers this." + (" What comes nearest:" if results.nearest else "")
    else:
        yield words.counted(results.total, "passage matches", "passages match")
    yield from _answer_text(results.answer, cutoffs)
    for question in results.questions:
        yield ""
        yield click.style(plain(question.text), bold=True, underline=True)
        if question.nothing_found:
            yield "No article answers this."
        yield from _answer_text(question.answer, cutoffs)
        for hit in question.hits:
            yield from _hit_text(hit, cutoffs)
    if results.questions:
        yield ""
        yield click.style("The message as a whole", bold=True, underline=True)
    for hit in results.hits or results.nearest:
        yield ""
        yield from _hit_text(hit, cutoffs)


def _answer_text(answer: Answer | None, cutoffs: Mapping[str, datetime.date]) -> Iterator[str]:
    if answer:
        passage = answer.passage
        yield from _indented(plain(f"“{answer.text}”"), bold=True)
        for caution in passage.cautions:
            yield from _indented(plain("! " + caution), fg="yellow")
        state = review_state(passage.reviewed, passage.labels, cutoffs)
        review = words.review(state, passage.reviewed, passage.labels, cutoffs)
        source = " › ".join((passage.article_title, *passage.heading_path))
        yield from _indented(plain(f"{source} · {review}"), dim=True)


def _hit_text(hit: Hit, cutoffs: Mapping[str, datetime.date]) -> Iterator[str]:
    passage = hit.passage
    heading = " › ".join((passage.article_title, *passage.heading_path))
    yield f"{hit.rank:2}  " + click.style(plain(heading), bold=True)
    if passage.context:
        yield from _indented(plain(passage.context), dim=True)
    yield from _indented(_marked(hit.fragments))
    for caution in passage.cautions:
        yield from _indented(plain("! " + caution), fg="yellow")
    facts = [words.review(hit.review_state, passage.reviewed, passage.labels, cutoffs)]
    page = f", page {passage.page}" if passage.page else ""
    facts += [(passage.url or passage.source) + page, passage.passage_id]
    if hit.more_in_article:
        facts.append(f"{hit.more_in_article} more in this article")
    yield from _indented(plain(" · ".join(facts)), dim=True)
    if hit.parts is not None:
        for reason in explaining.reasons(hit.parts):
            yield from _indented(plain(reason), dim=True)
        yield from _indented(f"score {hit.score:.4f}", dim=True)
        for part in hit.parts:
            where = part.field or "whole passage"
            yield from _indented(plain(f"  {part.score:+.4f}  {part.kind} {part.term!r}, {where}"), dim=True)


def _marked(fragments: Iterable[Fragment]) -> str:
    return "".join(
        f"{_MARK}{plain(fragment.text)}{_END}" if fragment.matched else plain(fragment.text) for fragment in fragments
    )


def _indented(text: str, **style: Any) -> Iterator[str]:
    """Indent each line; on a terminal, wrap it too. Elsewhere it stays whole, to be copied or searched."""
    width = min(shutil.get_terminal_size().columns, _WIDEST) if sys.stdout.isatty() else 0
    for line in text.split("\n"):
        lines = [_INDENT + line]
        if width:
            lead = re.match(r" *(?:[-+!] )?", line)
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


def history_text(steps: Sequence[tuple[Version, Sequence[Line]]], *, removed: bool) -> Iterator[str]:
    """Write an article's earlier versions, each with the lines that have changed since."""
    if removed:
        yield "This article was removed."
    elif not steps:
        yield "This article has not changed since it came here."
    for version, lines in steps:
        written = version.written.replace("T", " ").replace("+00:00", " UTC")
        yield click.style(f"{written}, change {version.number}", bold=True)
        yield from _indented(plain(version.article.title), dim=True)
        for line in lines:
            colour = {"added": "green", "removed": "red"}.get(line.kind)
            yield from _indented(_SIGNS[line.kind] + _marked(line.pieces), fg=colour)


def print_outcome(row: Mapping[str, Any]) -> None:
    """Print what became of a source; on a terminal, where a bar is shown, only what somebody should know."""
    if row["state"] == "skipped":
        complain(plain(f"{row['source']}: {row['reason']}"))
    elif row["reason"] or row["warnings"] or not sys.stderr.isatty():
        reason = f"  ({row['reason']})" if row["reason"] else ""
        click.echo(plain(f"{row['state']:9}  {row['source']}{reason}"))
    for warning in row["warnings"]:
        click.echo(plain(f"           warning: {warning}"))


def report_text(report: Mapping[str, Any]) -> Iterator[str]:
    """Write the report of an ingest: a line for each SOURCE that was given, and one for all."""
    if len(report["sources"]) > 1:
        for one in report["sources"]:
            yield plain(f"{one['source']}: {_counts_text(one['counts'])}")
    warned = words.counted(report["warning_count"], "warning")
    yield _counts_text(report["counts"]) + (f"; {warned}" if report["warning_count"] else "")


def _counts_text(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in counts.items() if count) or "nothing"


def facts_text(facts: Mapping[str, object]) -> Iterator[str]:
    """Write names and values in two columns."""
    widest = max(map(len, facts), default=0)
    for name, value in facts.items():
        yield plain(f"{name:{widest}}  {value}")


def _ended(report: Mapping[str, Any]) -> str:
    return f"{report['finished']}{', interrupted' if report['interrupted'] else ''}"


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
            "model": state["model"] or "none, so words alone find passages",
            "last ingest": _ended(last) if last else "none yet",
        }
    )
    if last:
        yield from (f"  {line}" for line in report_text(last))
        named = [f"  skipped {one['source']}: {one['reason']}" for one in last["skipped"]]
        named += [f"  warning {one['source']}: {one['warning']}" for one in last["warnings"]]
        yield from map(plain, named[:_MOST_NAMED])
        if len(named) > _MOST_NAMED:
            yield f"  and {len(named) - _MOST_NAMED} more: answerdesk status --json"
    for problem in state["problems"]:
        yield click.style(plain(f"Problem: {problem['message']}"), fg="red")
